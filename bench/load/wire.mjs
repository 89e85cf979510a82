// SMPP bytes for the load programs: PDU templates that are patched in place, a header scanner, a write collector.
// Independent of src/smpp on purpose; must not allocate anything for a single message.

export const COMMAND = {
  genericNack: 0x80000000,
  bindReceiver: 0x00000001,
  bindTransmitter: 0x00000002,
  submitSm: 0x00000004,
  deliverSm: 0x00000005,
  unbind: 0x00000006,
  bindTransceiver: 0x00000009,
  enquireLink: 0x00000015,
}
export const RESPONSE = 0x80000000
const HEADER = 16
const LONGEST_PDU = 70_000
const RECEIPTED_MESSAGE_ID = 0x001e

/** Milliseconds of the machine's monotonic clock, the same in every process (CLOCK_MONOTONIC). */
export function monotonicMs() {
  return performance.now() + monotonicOffset
}
const monotonicOffset = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** Collects PDUs and writes them with one call. The buffer is used again once the kernel has taken all of it. */
export class Out {
  constructor(socket, size = 65_536) {
    this.socket = socket
    this.size = size
    this.bytes = Buffer.allocUnsafeSlow(size)
    this.at = 0
  }

  /** Makes room for `length` bytes and returns where they start in `this.bytes`. */
  reserve(length) {
    if (this.at + length > this.size) this.flush()
    const start = this.at
    this.at += length
    return start
  }

  /** Copies a template and returns where it starts. */
  copy(template) {
    const length = template.length
    const start = this.reserve(length)
    this.bytes.set(template, start)
    return start
  }

  flush() {
    if (this.at === 0) return
    const whole = this.bytes.subarray(0, this.at)
    this.at = 0
    if (this.socket.destroyed || !this.socket.writable) return
    this.socket.write(whole)
    // A write that completed at once has left nothing in the stream: the kernel holds a copy.
    if (this.socket.writableLength > 0) this.bytes = Buffer.allocUnsafeSlow(this.size)
  }
}

/** Cuts a byte stream into PDUs by command_length; `onPdu(bytes, start, end, id, status, sequence)`. Throws on an absurd length. */
export class Scanner {
  constructor(onPdu) {
    this.onPdu = onPdu
    this.rest = undefined
  }

  push(chunk) {
    let bytes = chunk
    if (this.rest !== undefined) {
      bytes = Buffer.concat([this.rest, chunk])
      this.rest = undefined
    }
    const length = bytes.length
    let start = 0
    while (length - start >= HEADER) {
      const size = read32(bytes, start)
      if (size < HEADER || size > LONGEST_PDU) throw new RangeError(`command_length ${size}`)
      const end = start + size
      if (end > length) break
      this.onPdu(bytes, start, end, read32(bytes, start + 4), read32(bytes, start + 8), read32(bytes, start + 12))
      start = end
    }
    if (start < length) this.rest = bytes.subarray(start)
  }
}

/** Big-endian 32 bits, unsigned. */
export function read32(bytes, at) {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
}

export function write32(bytes, at, value) {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** Writes `value` as `width` decimal digits with leading zeros. */
export function writeDigits(bytes, at, width, value) {
  let rest = value
  for (let i = at + width - 1; i >= at; i--) {
    const tens = Math.floor(rest / 10)
    bytes[i] = 48 + (rest - tens * 10)
    rest = tens
  }
}

/** Adds one to the decimal digits in place; all nines become all zeros. */
export function bumpDigits(bytes, at, width) {
  for (let i = at + width - 1; i >= at; i--) {
    if (bytes[i] !== 57) {
      bytes[i]++
      return
    }
    bytes[i] = 48
  }
}

/** Reads `width` decimal digits; -1 if one of them is none. */
export function readDigits(bytes, at, width) {
  let value = 0
  for (let i = at; i < at + width; i++) {
    const digit = bytes[i] - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

function pdu(command, status, sequence, body) {
  const bytes = Buffer.alloc(HEADER + body.length)
  write32(bytes, 0, bytes.length)
  write32(bytes, 4, command)
  write32(bytes, 8, status)
  write32(bytes, 12, sequence)
  body.copy(bytes, HEADER)
  return bytes
}

const cString = (text) => Buffer.from(`${text}\0`, 'latin1')

/** A PDU of a header only (enquire_link, unbind and their answers, deliver_sm_resp has `withId`). */
export function bareTemplate(command, withId = false) {
  return pdu(command, 0, 0, withId ? Buffer.from([0]) : Buffer.alloc(0))
}

export function bindTemplate(command, systemId, password) {
  return pdu(
    command,
    0,
    1,
    Buffer.concat([cString(systemId), cString(password), cString(''), Buffer.from([0x34, 0, 0]), cString('')]),
  )
}

export function bindResponseTemplate(command, systemId) {
  return pdu(command, 0, 0, cString(systemId))
}

export const NUMBER_DIGITS = 10
const TIME_DIGITS = 15

/** `#tag:NNNNNNNNNN:TTTTTTTTTTTTTTT `: run, number, due time in microseconds of the monotonic clock. */
export function markerText(tag, text) {
  return `#${tag}:${'0'.repeat(NUMBER_DIGITS)}:${'0'.repeat(TIME_DIGITS)} ${text}`
}

const UDHI = 0x40
/** Characters of GSM 03.38 in a part with an 8-bit reference: what is joined and cut again is cut at the same places. */
const PART_CHARACTERS = 153

/**
 * submit_sm with a marker at the head of its text. `numberAt`, `timeAt` and `dstDigitsAt` say where to patch.
 * With `parts` above 1 it is one of so many: a user data header, 153 characters; `referenceAt` and `partAt` are to patch as well.
 */
export function submitTemplate(fields) {
  const {
    src,
    srcTon,
    srcNpi,
    dst,
    dstTon,
    dstNpi,
    registered,
    tag,
    text,
    dcs = 0,
    validity = '',
    parts = 1,
    countedDigits = 6,
  } = fields
  const marked = markerText(tag, text)
  // 3GPP TS 23.040 §9.2.3.24.1: concatenation, 8-bit reference.
  const header = Buffer.from(parts > 1 ? [5, 0, 3, 0, parts, 1] : [])
  const characters = parts > 1 ? marked.padEnd(PART_CHARACTERS, '.').slice(0, PART_CHARACTERS) : marked
  const message = Buffer.concat([header, Buffer.from(characters, 'latin1')])
  if (message.length > 254) throw new RangeError('text of more than 254 octets')
  const head = Buffer.concat([
    cString(''),
    Buffer.from([srcTon, srcNpi]),
    cString(src),
    Buffer.from([dstTon, dstNpi]),
    cString(dst),
    Buffer.from([parts > 1 ? UDHI : 0, 0, 0]),
    cString(''),
    cString(validity),
    Buffer.from([registered, 0, dcs, 0, message.length]),
  ])
  const textAt = HEADER + head.length + header.length
  const dstDigits = Math.min(countedDigits, dst.length)
  return {
    bytes: pdu(COMMAND.submitSm, 0, 0, Buffer.concat([head, message])),
    numberAt: textAt + tag.length + 2,
    timeAt: textAt + tag.length + 3 + NUMBER_DIGITS,
    referenceAt: textAt - 3,
    partAt: textAt - 1,
    dstDigits,
    dstDigitsAt: HEADER + 1 + 2 + src.length + 1 + 2 + dst.length - dstDigits,
  }
}

/** Writes the due time into a submit template or a copy of it. */
export function stampTime(bytes, at, ms) {
  writeDigits(bytes, at, TIME_DIGITS, Math.floor(ms * 1000))
}

/** Where the fields of a submit_sm or deliver_sm start; one object, filled again for each PDU. */
export class ShortMessage {
  src = 0 // start of source_addr_ton
  srcEnd = 0 // after the NUL of source_addr
  dst = 0 // start of dest_addr_ton
  dstEnd = 0
  esmClass = 0
  registered = 0
  text = 0 // after a user data header
  textEnd = 0

  /** Returns false if the body does not fit. */
  read(bytes, start, end) {
    let at = skipString(bytes, start + HEADER, end)
    this.src = at
    this.srcEnd = at = skipString(bytes, at + 2, end)
    this.dst = at
    this.dstEnd = at = skipString(bytes, at + 2, end)
    this.esmClass = bytes[at]
    at = skipString(bytes, at + 3, end)
    at = skipString(bytes, at, end)
    this.registered = bytes[at]
    this.text = at + 5
    this.textEnd = this.text + bytes[at + 4]
    if ((this.esmClass & UDHI) !== 0 && this.text < this.textEnd) this.text += 1 + bytes[this.text]
    return this.textEnd <= end
  }
}

function skipString(bytes, from, end) {
  let at = from
  while (at < end && bytes[at] !== 0) at++
  return at + 1
}

/** The message's number from `#tag:NNNNNNNNNN:`, or -1. */
export function markedNumber(bytes, text, textEnd) {
  if (bytes[text] !== 35) return -1
  let at = text + 1
  while (at < textEnd && bytes[at] !== 58) at++
  if (at + 1 + NUMBER_DIGITS >= textEnd) return -1
  return readDigits(bytes, at + 1, NUMBER_DIGITS)
}

/** The due time in the marker, in ms of the monotonic clock, or -1. */
export function markedTime(bytes, text, textEnd) {
  let at = text + 1
  while (at < textEnd && bytes[at] !== 58) at++
  at += 2 + NUMBER_DIGITS
  if (at + TIME_DIGITS > textEnd) return -1
  return readDigits(bytes, at, TIME_DIGITS) / 1000
}

/** Where the message id of a receipt is: receipted_message_id, or `id:` at the head of the text. False if there is none. */
export class ReceiptId {
  start = 0
  end = 0

  find(bytes, message, end) {
    let at = message.textEnd
    while (at + 4 <= end) {
      const length = (bytes[at + 2] << 8) | bytes[at + 3]
      if (((bytes[at] << 8) | bytes[at + 1]) === RECEIPTED_MESSAGE_ID) {
        this.start = at + 4
        this.end = at + 4 + length
        while (this.end > this.start && bytes[this.end - 1] === 0) this.end--
        return this.end > this.start
      }
      at += 4 + length
    }
    const text = message.text
    if (bytes[text] !== 105 || bytes[text + 1] !== 100 || bytes[text + 2] !== 58) return false
    this.start = text + 3
    this.end = this.start
    while (this.end < message.textEnd && bytes[this.end] !== 32) this.end++
    return this.end > this.start
  }
}

const RECEIPT_HEAD = Buffer.from('id:', 'latin1')

/** Writes deliver_sm with a receipt for the submit_sm at `start` into `target`; returns its length. */
export function writeReceipt(target, at, bytes, message, id, idLength, tail) {
  write32(target, at + 4, COMMAND.deliverSm)
  write32(target, at + 8, 0)
  let to = at + HEADER
  target[to++] = 0
  bytes.copy(target, to, message.dst, message.dstEnd)
  to += message.dstEnd - message.dst
  bytes.copy(target, to, message.src, message.srcEnd)
  to += message.srcEnd - message.src
  target[to++] = 4 // esm_class: a receipt
  for (let i = 0; i < 8; i++) target[to++] = 0
  target[to++] = RECEIPT_HEAD.length + idLength + tail.length
  target.set(RECEIPT_HEAD, to)
  to += RECEIPT_HEAD.length
  for (let i = 0; i < idLength; i++) target[to++] = id[i]
  target.set(tail, to)
  to += tail.length
  write32(target, at, to - at)
  return to - at
}

/** The receipt's text after the id, with dates as YYMMDDhhmm. */
export function receiptTail(state, when) {
  const date = when.toISOString().replace(/\D/g, '').slice(2, 12)
  const delivered = state === 'DELIVRD' ? '001' : '000'
  return Buffer.from(
    ` sub:001 dlvrd:${delivered} submit date:${date} done date:${date} stat:${state} err:000 text:`,
    'latin1',
  )
}

// The encoder: a Pdu's fields to bytes at the end of a Writer. Compiled from the spec table; one pass, no buffer between.
// A field that does not fit the wire is an EncodeError that names it, and leaves the writer as it was.
import type { Writer } from '../writer.js'
import { compile } from './compile.js'
import { answerTo, commandId, commandNames, pduTable } from './spec.js'
import type { Command, Destination, Field, PduInput, Tlv, UnsuccessfulDelivery } from './spec.js'

/** The caller asked for a PDU that SMPP cannot carry. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError'
  constructor(
    readonly field: string,
    why: string,
  ) {
    super(`${field} ${why}`)
  }
}

type Encode = (w: Writer, pdu: PduInput, sequence: number) => void

/** Writes latin-1 text and its NUL; the index after it. */
function putText(b: Buffer, at: number, value: string, name: string): number {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i)
    // A NUL inside would end the field early and shift all that follow.
    if (unit === 0 || unit > 0xff) throw new EncodeError(name, `has a character that is not Latin-1 at index ${i}`)
    b[at++] = unit
  }
  b[at] = 0
  return at + 1
}

/** Copying a few octets in a loop is cheaper than the call into C++ that `copy` makes. */
function putOctets(b: Buffer, at: number, value: Buffer): number {
  if (value.length > 48) value.copy(b, at)
  else for (let i = 0; i < value.length; i++) b[at + i] = value[i] as number
  return at + value.length
}

function tooLong(name: string, size: number, bound: number): EncodeError {
  return new EncodeError(name, `is ${size} octets, at most ${bound}`)
}

function notOctet(name: string, value: unknown): EncodeError {
  return new EncodeError(name, `is ${String(value)}, not an integer of 0..255`)
}

function checkOctet(name: string, value: number): void {
  if ((value & 255) !== value) throw notOctet(name, value)
}

function checkText(name: string, value: string): number {
  if (value.length > 64) throw tooLong(name, value.length, 64)
  return value.length + 1
}

function tlvsSize(tlvs: readonly Tlv[]): number {
  let size = 0
  for (const { tag, value } of tlvs) {
    if ((tag & 0xffff) !== tag) throw new EncodeError('tag', `of a TLV is ${tag}, not an integer of 0..65535`)
    if (value.length > 0xffff) throw tooLong(`TLV 0x${tag.toString(16)}`, value.length, 0xffff)
    size += 4 + value.length
  }
  return size
}

function putTlvs(b: Buffer, at: number, tlvs: readonly Tlv[]): number {
  for (const { tag, value } of tlvs) {
    b[at] = tag >>> 8
    b[at + 1] = tag
    b[at + 2] = value.length >>> 8
    b[at + 3] = value.length
    at = putOctets(b, at + 4, value)
  }
  return at
}

function destinationsSize(name: string, list: readonly Destination[]): number {
  if (list.length > 255) throw new EncodeError(name, `has ${list.length} entries, at most 255`)
  let size = 1
  for (const to of list) {
    if (to.dest_flag === 2) size += 1 + checkText('dl_name', to.dl_name)
    else {
      checkOctet('dest_addr_ton', to.dest_addr_ton)
      checkOctet('dest_addr_npi', to.dest_addr_npi)
      size += 3 + checkText('destination_addr', to.destination_addr)
    }
  }
  return size
}

function putDestinations(b: Buffer, at: number, list: readonly Destination[]): number {
  b[at++] = list.length
  for (const to of list) {
    b[at++] = to.dest_flag
    if (to.dest_flag === 2) at = putText(b, at, to.dl_name, 'dl_name')
    else {
      b[at++] = to.dest_addr_ton
      b[at++] = to.dest_addr_npi
      at = putText(b, at, to.destination_addr, 'destination_addr')
    }
  }
  return at
}

function unsuccessfulSize(name: string, list: readonly UnsuccessfulDelivery[]): number {
  if (list.length > 255) throw new EncodeError(name, `has ${list.length} entries, at most 255`)
  let size = 1
  for (const to of list) {
    checkOctet('dest_addr_ton', to.dest_addr_ton)
    checkOctet('dest_addr_npi', to.dest_addr_npi)
    size += 6 + checkText('destination_addr', to.destination_addr)
  }
  return size
}

function putUnsuccessful(b: Buffer, at: number, list: readonly UnsuccessfulDelivery[]): number {
  b[at++] = list.length
  for (const to of list) {
    b[at++] = to.dest_addr_ton
    b[at++] = to.dest_addr_npi
    at = b.writeUInt32BE(to.error_status_code >>> 0, putText(b, at, to.destination_addr, 'destination_addr'))
  }
  return at
}

/** Source that takes field i into v<i>, checks it and adds to `size` what is not fixed. */
function measureField(field: Field, i: number): string {
  const take = (empty: string) => `const v${i} = pdu.${field.name} === undefined ? ${empty} : pdu.${field.name};`
  switch (field.kind) {
    case 'u8':
      return `${take('0')} if ((v${i} & 255) !== v${i}) throw notOctet('${field.name}', v${i});`
    case 'cstring':
      return `${take("''")} if (v${i}.length >= ${field.bound}) throw tooLong('${field.name}', v${i}.length, ${field.bound - 1}); size += v${i}.length;`
    case 'octets':
      return `${take('noOctets')} if (v${i}.length > ${field.bound}) throw tooLong('${field.name}', v${i}.length, ${field.bound}); size += v${i}.length;`
    case 'destinations':
    case 'unsuccessful':
      return `${take('none')} size += ${field.kind}Size('${field.name}', v${i});`
  }
}

function putField(field: Field, i: number): string {
  switch (field.kind) {
    case 'u8':
      return `b[at++] = v${i};`
    case 'cstring':
      return `if (v${i}.length === 0) b[at++] = 0; else at = putText(b, at, v${i}, '${field.name}');`
    case 'octets':
      return `b[at++] = v${i}.length; at = putOctets(b, at, v${i});`
    case 'destinations':
    case 'unsuccessful':
      return `at = ${field.kind}Put(b, at, v${i});`
  }
}

/** Octets every encoding of the field has: the octet itself, the NUL, the length octet. Lists measure themselves. */
const fixedSize = (field: Field): number => (field.kind === 'destinations' || field.kind === 'unsuccessful' ? 0 : 1)

/**
 * A failed response goes without a body (SMPP 3.4 §4.4.2: "not returned if the command_status is non-zero"), unless the
 * caller gave it something to say: data_sm_resp with delivery_failure_reason, a message_id that a peer insists on.
 */
function bodyless(command: Command, fields: readonly Field[]): string {
  if (answerTo(command) !== null || fields.length === 0) return 'const whole = true;'
  const given = fields.map((field, i) => (field.kind === 'u8' ? `v${i} !== 0` : `v${i}.length !== 0`))
  return `const whole = status === 0 || tlvs.length !== 0 || ${given.join(' || ')}; if (!whole) size = 16;`
}

function encoderOf(command: Command): Encode {
  const fields: readonly Field[] = pduTable[command]
  const id = commandId[command]
  const word = (value: string) => `b[at++] = ${value} >>> 24; b[at++] = ${value} >>> 16; b[at++] = ${value} >>> 8; b[at++] = ${value};` // prettier-ignore
  const body = `let size = ${16 + fields.reduce((sum, field) => sum + fixedSize(field), 0)};
    const status = pdu.status === undefined ? 0 : pdu.status;
    const tlvs = pdu.tlvs === undefined ? none : pdu.tlvs;
    ${fields.map(measureField).join('\n')}
    if (tlvs.length !== 0) size += tlvsSize(tlvs);
    ${bodyless(command, fields)}
    w.reserve(size);
    const b = w.buffer; let at = w.end;
    ${word('size')}
    b[at++] = ${id >>> 24}; b[at++] = ${(id >>> 16) & 255}; b[at++] = ${(id >>> 8) & 255}; b[at++] = ${id & 255};
    ${word('status')}
    ${word('sequence')}
    if (whole) {
      ${fields.map(putField).join('\n')}
      if (tlvs.length !== 0) at = putTlvs(b, at, tlvs);
    }
    w.end = at;`
  const scope = {
    none: Object.freeze([]),
    noOctets: Buffer.alloc(0),
    tooLong,
    notOctet,
    tlvsSize,
    putTlvs,
    putText,
    putOctets,
    destinationsSize,
    destinationsPut: putDestinations,
    unsuccessfulSize,
    unsuccessfulPut: putUnsuccessful,
  }
  return compile<Encode>(scope, ['w', 'pdu', 'sequence'], body)
}

const encoders = Object.fromEntries(commandNames.map((command) => [command, encoderOf(command)])) as Readonly<
  Record<Command, Encode>
>

/**
 * Appends one PDU to the writer. Throws EncodeError when a field is over its bound, not Latin-1, or not an octet; then
 * nothing is appended.
 */
export function encode(w: Writer, pdu: PduInput, sequence: number): void {
  switch (pdu.command) {
    // A call site of its own for what is sent most, so that it is compiled for that one shape.
    case 'submit_sm':
      return encodeSubmitSm(w, pdu, sequence)
    case 'submit_sm_resp':
      return encodeSubmitSmResp(w, pdu, sequence)
    case 'deliver_sm':
      return encodeDeliverSm(w, pdu, sequence)
    default:
      return encoders[pdu.command](w, pdu, sequence)
  }
}

const encodeSubmitSm = encoders.submit_sm
const encodeSubmitSmResp = encoders.submit_sm_resp
const encodeDeliverSm = encoders.deliver_sm

// The decoder: bytes of one whole PDU to a Pdu or a fault. Compiled from the spec table; keeps no state, never throws.
//
// Strict with requests where a wrong length would mislead us, tolerant where it harms nobody (trailing octets that make
// no TLV are dropped). Total for responses: what is missing or cut is empty, so that each finds its request.
import { status } from '../status.js'
import { compile } from './compile.js'
import type { NackFault } from './fault.js'
import { answerTo, commandId, commandNames, pduTable } from './spec.js'
import type { Command, Destination, Field, Pdu, Tlv, UnsuccessfulDelivery } from './spec.js'

type Decode = (b: Buffer, at: number, end: number, commandStatus: number, sequence: number) => Pdu | NackFault

const noTlvs: readonly Tlv[] = Object.freeze([])
const noOctets = Buffer.alloc(0)

/** Index of the NUL that ends the C-octet string at `at`, or -1 when there is none within `bound` octets. */
function nulAt(b: Buffer, at: number, end: number, bound: number): number {
  const limit = end - at < bound ? end : at + bound
  for (let i = at; i < limit; i++) if (b[i] === 0) return i
  return -1
}

/** What `toString('latin1')` calls; calling it directly saves a tenth of the decoding. */
type Latin1Buffer = Buffer & { latin1Slice(start: number, end: number): string }

const code = (b: Buffer, at: number): number => b[at] as number

/** Latin-1 text of b[at, stop). Most fields of most PDUs are empty: those cost no call. */
function text(b: Buffer, at: number, stop: number): string {
  switch (stop - at) {
    case 0:
      return ''
    case 1:
      return String.fromCharCode(code(b, at))
    default:
      return (b as Latin1Buffer).latin1Slice(at, stop)
  }
}

/** TLVs of b[at, end). A TLV longer than the PDU gives `cut`; one to three octets over are dropped. */
function readTlvs(b: Buffer, at: number, end: number, cut: readonly Tlv[] | null): readonly Tlv[] | null {
  const tlvs: Tlv[] = []
  while (at + 4 <= end) {
    const tag = (code(b, at) << 8) | code(b, at + 1)
    const stop = at + 4 + ((code(b, at + 2) << 8) | code(b, at + 3))
    if (stop > end) return cut === null ? null : tlvs
    // Tag 0 is reserved (SMPP 3.4 §5.3.1): trailing NULs that some peers pad with.
    if (tag !== 0) tlvs.push({ tag, value: b.subarray(at + 4, stop) })
    at = stop
  }
  return tlvs.length === 0 ? noTlvs : tlvs
}

/** Lists of submit_multi and its response: read into `into`; the index after them, or -1 when cut or malformed. */
function readDestinations(b: Buffer, at: number, end: number, bound: number, into: Destination[]): number {
  if (at >= end) return -1
  let left = code(b, at++)
  for (; left > 0; left--) {
    if (at >= end) return -1
    const flag = code(b, at++)
    if (flag !== 1 && flag !== 2) return -1
    const address = flag === 1 ? at + 2 : at
    const stop = nulAt(b, address, end, bound)
    if (stop < 0) return -1
    if (flag === 2) into.push({ dest_flag: 2, dl_name: text(b, at, stop) })
    else {
      into.push({
        dest_flag: 1,
        dest_addr_ton: code(b, at),
        dest_addr_npi: code(b, at + 1),
        destination_addr: text(b, address, stop),
      })
    }
    at = stop + 1
  }
  return at
}

function readUnsuccessful(b: Buffer, at: number, end: number, bound: number, into: UnsuccessfulDelivery[]): number {
  if (at >= end) return -1
  let left = code(b, at++)
  for (; left > 0; left--) {
    const stop = nulAt(b, at + 2, end, bound)
    if (stop < 0 || stop + 5 > end) return -1
    into.push({
      dest_addr_ton: code(b, at),
      dest_addr_npi: code(b, at + 1),
      destination_addr: text(b, at + 2, stop),
      error_status_code: b.readUInt32BE(stop + 1),
    })
    at = stop + 5
  }
  return at
}

function nack(command: Command, statusValue: number, sequence: number, why: string): NackFault {
  return { command: 'fault', kind: 'nack', answer: answerTo(command), status: statusValue, sequence, received: command, why } // prettier-ignore
}

/** A C-octet string without its NUL: too long for the table, or cut off by the end of the PDU. */
function badString(command: Command, field: Field, sequence: number, room: number): NackFault {
  return room < field.bound
    ? nack(command, status.ESME_RINVCMDLEN, sequence, `${field.name} is not terminated`)
    : nack(command, status[field.refusal], sequence, `${field.name} is over ${field.bound} octets`)
}

/** Source that reads one field into the variable v<i>, strictly: `at` moves, or the function returns a fault. */
function strictField(field: Field, i: number): string {
  const cut = `return nack(command, ${status.ESME_RINVCMDLEN}, sequence, '${field.name} is missing')`
  switch (field.kind) {
    case 'u8':
      return `if (at >= end) ${cut}; const v${i} = b[at++];`
    case 'cstring':
      return `stop = nulAt(b, at, end, ${field.bound});
        if (stop < 0) return badString(command, fields[${i}], sequence, end - at);
        const v${i} = text(b, at, stop); at = stop + 1;`
    case 'octets':
      return `if (at >= end) ${cut}; stop = at + 1 + b[at];
        if (stop > end) return nack(command, ${status.ESME_RINVMSGLEN}, sequence, '${field.name} is cut off');
        const v${i} = stop === at + 1 ? noOctets : b.subarray(at + 1, stop); at = stop;`
    case 'destinations':
    case 'unsuccessful':
      return `const v${i} = []; at = ${field.kind}(b, at, end, 65, v${i});
        if (at < 0) return nack(command, ${status[field.refusal]}, sequence, '${field.name} is malformed');`
  }
}

/** The same for a response: never fails; what is not there is empty, what is not terminated ends with the PDU. */
function lenientField(field: Field, i: number): string {
  switch (field.kind) {
    case 'u8':
      return `const v${i} = at < end ? b[at++] : 0;`
    case 'cstring':
      return `stop = nulAt(b, at, end, ${field.bound});
        if (stop < 0) stop = Math.min(end, at + ${field.bound - 1});
        const v${i} = text(b, at, stop); at = stop < end ? stop + 1 : end;`
    case 'octets':
      return `stop = at < end ? Math.min(end, at + 1 + b[at]) : end;
        const v${i} = b.subarray(at + 1, stop); at = stop;`
    case 'destinations':
    case 'unsuccessful':
      return `const v${i} = []; at = ${field.kind}(b, at, end, 65, v${i}); if (at < 0) at = end;`
  }
}

function decoderOf(command: Command): Decode {
  const fields: readonly Field[] = pduTable[command]
  const isResponse = answerTo(command) === null
  const body = `let stop = 0;
    ${fields.map(isResponse ? lenientField : strictField).join('\n')}
    const tlvs = at === end ? noTlvs : readTlvs(b, at, end, ${isResponse ? 'noTlvs' : 'null'});
    ${isResponse ? '' : `if (tlvs === null) return nack(command, ${status.ESME_RINVTLVSTREAM}, sequence, 'a TLV is longer than the PDU');`}
    return { command: '${command}', status, sequence, tlvs, ${fields.map((field, i) => `${field.name}: v${i}`).join(', ')} }`
  const scope = { command, fields, nulAt, text, noOctets, noTlvs, readTlvs, nack, badString, destinations: readDestinations, unsuccessful: readUnsuccessful } // prettier-ignore
  return compile<Decode>(scope, ['b', 'at', 'end', 'status', 'sequence'], body)
}

/** Requests at their id, responses at id + 512: every id of the table is below 512 but for the response bit. */
const decoders: (Decode | undefined)[] = new Array<Decode | undefined>(1024).fill(undefined)
const slotOf = (id: number): number => ((id & 0x7ffffe00) === 0 ? (id & 0x1ff) | ((id >>> 31) << 9) : -1)
for (const command of commandNames) decoders[slotOf(commandId[command])] = decoderOf(command)

/**
 * Decodes the PDU in b[start, end), which must be one whole frame (`end - start` = its command_length >= 16).
 * Octet fields and TLV values are views into `b`. Bytes that make no PDU give a NackFault, never an exception.
 */
export function decode(b: Buffer, start: number, end: number): Pdu | NackFault {
  const id = b.readUInt32BE(start + 4)
  const sequence = b.readUInt32BE(start + 12)
  const slot = slotOf(id)
  const decoder = slot < 0 ? undefined : decoders[slot]
  if (decoder === undefined) {
    // SMPP 3.4 §4.3.1: an unknown command is answered by generic_nack; a response is never answered.
    const answer = id >= 0x80000000 ? null : 'generic_nack'
    const why = `unknown command_id 0x${id.toString(16)}`
    return { command: 'fault', kind: 'nack', answer, status: status.ESME_RINVCMDID, sequence, received: null, why }
  }
  return decoder(b, start + 16, end, b.readUInt32BE(start + 8), sequence)
}

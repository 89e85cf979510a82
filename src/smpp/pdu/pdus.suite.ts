// Generators of PDUs for property tests, made from the spec table, and the independent peer npm `smpp`. Tests only.
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { commandNames, pduTable } from './spec.js'
import type { Command, Field, PduInput } from './spec.js'

const latin1 = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength })
    .map((units) => units.map((unit) => String.fromCharCode(unit)).join(''))
const octet = fc.integer({ min: 0, max: 255 })
const word = fc.integer({ min: 0, max: 0xffffffff })
const octets = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes))

function valueOf(field: Field): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'u8':
      return octet
    case 'cstring':
      return latin1(field.bound - 1)
    case 'octets':
      return octets(field.bound)
    case 'destinations':
      return fc.array(
        fc.oneof(
          fc.record({
            dest_flag: fc.constant(1),
            dest_addr_ton: octet,
            dest_addr_npi: octet,
            destination_addr: latin1(64),
          }),
          fc.record({ dest_flag: fc.constant(2), dl_name: latin1(64) }),
        ),
        { maxLength: 255 },
      )
    case 'unsuccessful':
      return fc.array(
        fc.record({
          dest_addr_ton: octet,
          dest_addr_npi: octet,
          destination_addr: latin1(64),
          error_status_code: word,
        }),
        { maxLength: 255 },
      )
  }
}

const tlv = fc.record({
  tag: fc.integer({ min: 1, max: 0xffff }),
  value: fc.oneof({ weight: 9, arbitrary: octets(20) }, { weight: 1, arbitrary: octets(3000) }),
})

/** Any PDU of that command with every field given. */
export function pduArbitrary(command: Command): fc.Arbitrary<PduInput & { readonly sequence: number }> {
  const fields: readonly Field[] = pduTable[command]
  return fc.record({
    command: fc.constant(command),
    status: fc.oneof(fc.constant(0), word),
    sequence: word,
    tlvs: fc.array(tlv, { maxLength: 4 }),
    ...Object.fromEntries(fields.map((field) => [field.name, valueOf(field)])),
  }) as unknown as fc.Arbitrary<PduInput & { readonly sequence: number }>
}

export const anyPdu = fc.constantFrom(...commandNames).chain(pduArbitrary)

export interface NpmPdu {
  readonly command: string
  readonly command_status: number
  readonly sequence_number: number
  readonly [field: string]: unknown
  toBuffer(): Buffer
}

export interface NpmSession {
  on(event: string, listener: (argument: never) => void): this
  send(pdu: NpmPdu, answered?: (response: NpmPdu) => void): boolean
  close(): void
  destroy(): void
}

export interface NpmPduClass {
  new (from: Buffer | string, fields?: Readonly<Record<string, unknown>>): NpmPdu
}

/** npm `smpp`, typed as far as the tests need it. */
export const npm = createRequire(import.meta.url)('smpp') as {
  readonly PDU: NpmPduClass
  connect(url: string): NpmSession
  createServer(accept: (session: NpmSession) => void): {
    listen(port: number, host: string, ready: () => void): void
    close(done: () => void): void
    address(): { readonly port: number }
  }
}

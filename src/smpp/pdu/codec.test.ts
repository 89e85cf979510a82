import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Framer } from '../framer.js'
import { status } from '../status.js'
import { Writer } from '../writer.js'
import { decode } from './decode.js'
import { encode, EncodeError } from './encode.js'
import { npm, pduArbitrary } from './pdus.suite.js'
import { answerTo, commandId, commandNames, pduTable } from './spec.js'
import type { Field, Pdu, PduInput } from './spec.js'

function wire(pdu: PduInput, sequence: number): Buffer {
  const w = new Writer()
  encode(w, pdu, sequence)
  return w.take()
}

const fromHex = (hex: string) => Buffer.from(hex.replace(/\s/g, ''), 'hex')

function decodeWhole(bytes: Buffer): ReturnType<typeof decode> {
  expect(bytes.readUInt32BE(0)).toBe(bytes.length)
  return decode(bytes, 0, bytes.length)
}

/** Replaces command_length by the true one. */
function sized(hex: string): Buffer {
  const bytes = fromHex(hex)
  bytes.writeUInt32BE(bytes.length, 0)
  return bytes
}

describe('every command of the table', () => {
  it.each(commandNames)('%s: what is encoded decodes to the same through tiny chunks', (command) => {
    fc.assert(
      fc.property(
        fc.array(pduArbitrary(command), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 40 }),
        (pdus, chunkBytes) => {
          const w = new Writer()
          for (const pdu of pdus) encode(w, pdu, pdu.sequence)
          const bytes = w.take()
          const framer = new Framer(1 << 20)
          const decoded: unknown[] = []
          for (let at = 0; at < bytes.length; at += chunkBytes) {
            framer.push(bytes.subarray(at, at + chunkBytes))
            for (let step = framer.next(); step !== 'more'; step = framer.next()) {
              expect(step).toBe('frame')
              decoded.push(decode(framer.bytes, framer.start, framer.end))
            }
          }
          expect(decoded).toEqual(pdus)
        },
      ),
      { numRuns: 25 },
    )
  })

  it.each(commandNames)('%s: fields left out are empty', (command) => {
    const bytes = wire({ command } as PduInput, 7)
    const fields: readonly Field[] = pduTable[command]
    const empty = { u8: 0, cstring: '', octets: Buffer.alloc(0), destinations: [], unsuccessful: [] }
    expect(decodeWhole(bytes)).toEqual({
      command,
      status: 0,
      sequence: 7,
      tlvs: [],
      ...Object.fromEntries(fields.map((field) => [field.name, empty[field.kind]])),
    })
  })

  it.each(commandNames.filter((command) => pduTable[command].length > 0 && answerTo(command) !== null))(
    '%s: cut anywhere in its body it is refused with its own response, never an exception',
    (command) => {
      fc.assert(
        fc.property(pduArbitrary(command), fc.double({ min: 0, max: 0.999, noNaN: true }), (pdu, share) => {
          const whole = wire({ ...pdu, tlvs: [] }, 9)
          const cut = whole.subarray(0, 16 + Math.floor((whole.length - 16) * share))
          const decoded = decode(cut, 0, cut.length)
          expect(decoded).toMatchObject({ command: 'fault', kind: 'nack', sequence: 9, answer: answerTo(command) })
        }),
        { numRuns: 20 },
      )
    },
  )

  it.each(commandNames.filter((command) => answerTo(command) === null))(
    '%s: cut anywhere it still decodes',
    (command) => {
      fc.assert(
        fc.property(pduArbitrary(command), fc.nat(), (pdu, cutAt) => {
          const whole = wire(pdu, 9)
          const cut = whole.subarray(0, 16 + (cutAt % (whole.length - 15)))
          expect(decode(cut, 0, cut.length)).toMatchObject({ command, sequence: 9, status: pdu.status })
        }),
        { numRuns: 30 },
      )
    },
  )
})

describe('vectors', () => {
  it('reads the sample bind_transmitter of the specification', () => {
    const bytes = fromHex(
      '0000002F 00000002 00000000 00000001 534D50503354455354 00 7365637265743038 00 5355424D495431 00 50 01 01 00',
    )
    const pdu = {
      command: 'bind_transmitter',
      status: 0,
      sequence: 1,
      tlvs: [],
      system_id: 'SMPP3TEST',
      password: 'secret08',
      system_type: 'SUBMIT1',
      interface_version: 0x50,
      addr_ton: 1,
      addr_npi: 1,
      address_range: '',
    } as const
    expect(decodeWhole(bytes)).toEqual(pdu)
    expect(wire(pdu, 1)).toEqual(bytes)
  })

  it('reads a submit_sm with a relative validity, UDH and a vendor TLV, and writes the same octets', () => {
    const bytes = sized(
      `00000000 00000004 00000000 0000002a 00 01 01 31353535313233 00 01 01 3135353539 00 40 00 00 00
       3030303030323030303030303030305200 01 00 08 00 08 0500030a0201 0041 1400 0003 616263 0204 0002 0007`,
    )
    const pdu = decodeWhole(bytes) as Extract<Pdu, { command: 'submit_sm' }>
    expect(pdu).toMatchObject({ source_addr: '1555123', validity_period: '000002000000000R', esm_class: 0x40 })
    expect(pdu.short_message.toString('hex')).toBe('0500030a02010041')
    expect(pdu.tlvs.map(({ tag, value }) => [tag, value.toString('hex')])).toEqual([
      [0x1400, '616263'],
      [0x0204, '0007'],
    ])
    expect(wire(pdu, 0x2a)).toEqual(bytes)
  })

  it('reads a failed submit_sm_resp without a body, with an empty one, and with a message id that has no NUL', () => {
    expect(decodeWhole(sized('00000000 80000004 00000058 00000005'))).toMatchObject({ status: 0x58, message_id: '' })
    expect(decodeWhole(sized('00000000 80000004 00000058 00000005 00'))).toMatchObject({ message_id: '' })
    expect(decodeWhole(sized('00000000 80000004 00000000 00000005 616263'))).toMatchObject({ message_id: 'abc' })
  })

  it('writes a failed response without a body, unless it is given something to say', () => {
    expect(wire({ command: 'submit_sm_resp', status: 0x58 }, 5)).toEqual(sized('00000000 80000004 00000058 00000005'))
    expect(wire({ command: 'submit_sm_resp', status: 0x58, message_id: 'a' }, 5)).toHaveLength(18)
    const reason = { tag: 0x0425, value: Buffer.from([1]) }
    expect(wire({ command: 'data_sm_resp', status: 0xfe, tlvs: [reason] }, 5)).toEqual(
      sized('00000000 80000103 000000fe 00000005 00 0425 0001 01'),
    )
  })

  it('drops what trails the body and is no TLV, and NULs that pad', () => {
    expect(decodeWhole(sized('00000000 80000005 00000000 00000005 00 ffff'))).toMatchObject({ tlvs: [] })
    expect(decodeWhole(sized('00000000 00000015 00000000 00000005 ffff'))).toMatchObject({ command: 'enquire_link' })
    const padded = Buffer.concat([wire({ command: 'submit_sm', destination_addr: '1' }, 3), Buffer.alloc(5)])
    padded.writeUInt32BE(padded.length, 0)
    expect(decodeWhole(padded)).toMatchObject({ command: 'submit_sm', tlvs: [] })
  })

  it('takes a password of more than 8 characters, and refuses a sender that is far too long by its own status', () => {
    const bind = wire({ command: 'bind_receiver', password: 'p'.repeat(60) }, 1)
    expect(decodeWhole(bind)).toMatchObject({ password: 'p'.repeat(60) })
    const bytes = sized(`00000000 00000004 00000000 00000007 00 00 00 ${'31'.repeat(100)} 00`)
    expect(decodeWhole(bytes)).toMatchObject({
      kind: 'nack',
      answer: 'submit_sm_resp',
      status: status.ESME_RINVSRCADR,
      sequence: 7,
    })
  })

  it('answers an unknown command by generic_nack, and an unknown response not at all', () => {
    const unknown = { command: 'fault', kind: 'nack', status: status.ESME_RINVCMDID, received: null }
    expect(decodeWhole(sized('00000000 00000777 00000000 00000005'))).toMatchObject({
      ...unknown,
      answer: 'generic_nack',
    })
    expect(decodeWhole(sized('00000000 00010004 00000000 00000005'))).toMatchObject({
      ...unknown,
      answer: 'generic_nack',
    })
    expect(decodeWhole(sized('00000000 80000777 00000000 00000005'))).toMatchObject({ ...unknown, answer: null })
  })
})

describe('what cannot be encoded', () => {
  it('is an error that names the field, and leaves the writer as it was', () => {
    const w = new Writer()
    encode(w, { command: 'enquire_link' }, 1)
    const cases: readonly [PduInput, string][] = [
      [{ command: 'submit_sm', source_addr: 'x'.repeat(65) }, 'source_addr'],
      [{ command: 'submit_sm', destination_addr: 'Ω' }, 'destination_addr'],
      [{ command: 'submit_sm', destination_addr: 'a\0b' }, 'destination_addr'],
      [{ command: 'submit_sm', esm_class: 256 }, 'esm_class'],
      [{ command: 'submit_sm', esm_class: 1.5 }, 'esm_class'],
      [{ command: 'submit_sm', short_message: Buffer.alloc(256) }, 'short_message'],
      [{ command: 'submit_sm', tlvs: [{ tag: 0x424, value: Buffer.alloc(65_536) }] }, 'TLV 0x424'],
      [{ command: 'submit_sm', tlvs: [{ tag: 0x10000, value: Buffer.alloc(1) }] }, 'tag'],
      [{ command: 'submit_multi', dest_address: [{ dest_flag: 2, dl_name: 'x'.repeat(70) }] }, 'dl_name'],
    ]
    for (const [pdu, field] of cases) {
      expect(() => encode(w, pdu, 2), field).toThrow(EncodeError)
      expect(() => encode(w, pdu, 2), field).toThrow(field)
    }
    expect(w.take()).toHaveLength(16)
  })
})

describe('beside npm smpp, which others wrote', () => {
  /** What npm `smpp` can carry unchanged: 7-bit text, no times (it turns them into dates). */
  const plain: Readonly<Record<string, unknown>> = {
    cstring: 'ab1',
    u8: 5,
    octets: Buffer.from('0102ff', 'hex'),
    destinations: [
      { dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 2, destination_addr: '15551' },
      { dest_flag: 2, dl_name: 'list' },
    ],
    unsuccessful: [{ dest_addr_ton: 1, dest_addr_npi: 2, destination_addr: '15551', error_status_code: 11 }],
  }
  const isTime = (name: string) => ['schedule_delivery_time', 'validity_period', 'final_date'].includes(name)
  const sample = (command: keyof typeof pduTable): Record<string, unknown> => {
    const fields: readonly Field[] = pduTable[command]
    return Object.fromEntries(fields.map(({ name, kind }) => [name, isTime(name) ? '' : plain[kind]]))
  }
  /** npm `smpp` splits a message by UDH and data coding; with these it gives the octets back. */
  const asOctets = { esm_class: 0, data_coding: 4 }

  it.each(commandNames)('%s: what it encodes we decode, and the other way round', (command) => {
    const fields = sample(command)
    for (const [name, value] of Object.entries(asOctets)) if (name in fields) fields[name] = value
    const tlvs = [{ tag: 0x1e, value: Buffer.from('id\0') }]
    const theirs = new npm.PDU(command, { ...fields, sequence_number: 12, receipted_message_id: 'id' }).toBuffer()
    expect(decodeWhole(theirs)).toEqual({ command, status: 0, sequence: 12, ...fields, tlvs })

    const ours = wire({ command, ...fields, tlvs } as PduInput, 12)
    expect(ours).toEqual(theirs)
    const read = new npm.PDU(ours)
    expect(read.command_id).toBe(commandId[command])
    expect(read).toMatchObject({ command, sequence_number: 12, receipted_message_id: 'id' })
    for (const [name, value] of Object.entries(fields)) {
      if (isTime(name)) continue
      if (name === 'short_message' && 'data_coding' in fields) expect(read[name]).toEqual({ message: value })
      else if (name === 'dest_address') expect(read[name]).toEqual(withoutFlags(value))
      else expect(read[name], name).toEqual(value)
    }
  })
})

function withoutFlags(list: unknown): unknown {
  return (list as readonly Readonly<Record<string, unknown>>[]).map((to) =>
    Object.fromEntries(Object.entries(to).filter(([name]) => name !== 'dest_flag')),
  )
}

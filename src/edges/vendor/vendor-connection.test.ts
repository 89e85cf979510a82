import { describe, expect, it } from 'vitest'
import { createDialing } from '../../directory/dialing.js'
import { status, tlvInt, type PduOf } from '../../smpp/index.js'
import { peerCoding } from '../../text/data-coding.js'
import type { Target } from '../../text/leave.js'
import { connectionDefaults, deliveryOf, here, longDelivery, makeRig, messageOf, text } from './rig.suite.js'

const target = (changes: Partial<Target> = {}): Target => ({ ...connectionDefaults.leaving, ...changes })
const latin1Only = {
  coding: peerCoding({ table: 'smpp', defaultAlphabet: 'latin1', alphabets: new Map([[8, 'binary']]) }),
}
const ucs2 = (value: string) => ({ dataCoding: 8, udhi: false, octets: Buffer.from(value, 'utf16le').swap16() })

const textOf = ({ short_message: octets, esm_class }: PduOf<'submit_sm'>): string =>
  octets.subarray((esm_class & 0x40) === 0 ? 0 : (octets[0] ?? 0) + 1).toString('latin1')

describe('a message that fits one segment', () => {
  it('leaves octet for octet, and remembers nothing', () => {
    const rig = makeRig()
    const delivery = longDelivery(160)
    expect(rig.send(delivery)).toBe(true)
    const pdu = rig.link.submit()
    expect(pdu).toMatchObject({ esm_class: 0, data_coding: 0, registered_delivery: 1, tlvs: [] })
    expect(textOf(pdu)).toHaveLength(160)
    rig.link.answer(pdu)
    const result = { kind: 'taken', vendorMessageId: `id${pdu.sequence}`, isAsked: true }
    expect(rig.courier.ended).toEqual([{ delivery, result }])
    expect(rig.courier.ended[0]!.delivery).toBe(delivery)
  })

  it('is written in the alphabet of a peer that reads another', () => {
    const rig = makeRig({ leaving: target({ text: latin1Only }) })
    rig.send(deliveryOf(messageOf({ dataCoding: 0, udhi: false, octets: Uint8Array.of(0x05, 0x00) })))
    expect(rig.link.submit().short_message.toString('latin1')).toBe('é@')
  })

  it('keeps a header that is not concatenation, and the SAR parameters of a part that goes by itself', () => {
    const rig = makeRig()
    const ports = { dataCoding: 4, udhi: true, octets: Buffer.from('0605040b8423f00102', 'hex') }
    rig.send(deliveryOf(messageOf(ports)))
    expect(rig.link.submit()).toMatchObject({ esm_class: 0x40, data_coding: 4, short_message: ports.octets })
    const sar = [
      { tag: 0x020c, value: Uint8Array.of(0, 7) },
      { tag: 0x020e, value: Uint8Array.of(2) },
      { tag: 0x020f, value: Uint8Array.of(1) },
    ]
    rig.send(deliveryOf(messageOf(text('half'), { tlvs: sar })))
    expect(tlvInt(rig.link.submit().tlvs, 'sar_msg_ref_num')).toBe(7)
  })

  it('that can’t be carried is over, with a reason that names the character', () => {
    const rig = makeRig({ leaving: target({ text: latin1Only }) })
    const delivery = deliveryOf(messageOf(ucs2('kilo Ω')))
    expect(rig.send(delivery)).toBe(true)
    expect(rig.link.submits()).toEqual([])
    expect(rig.courier.ended).toEqual([{ delivery, result: { kind: 'cannotCarry' } }])
    expect(rig.metrics.notCarried.rows()).toEqual([{ labels: [here], value: 1 }])
    expect(rig.eventsOf('vendor.cannotSend')).toEqual([
      { connection: here, messageId: delivery.message.id, why: expect.stringContaining('U+03A9') as string },
    ])
  })

  it('with characters replaced is counted once, when the vendor has it', () => {
    const rig = makeRig({ leaving: target({ transliterate: true, longMessage: 'udh8' }) })
    // 100 characters of UCS-2 make two segments, and one once the quotation mark is replaced.
    const delivery = deliveryOf(messageOf(ucs2(`${'x'.repeat(99)}\u2019`)))
    rig.send(delivery)
    rig.link.answer(rig.link.submit(), status.ESME_RSYSERR)
    expect(rig.metrics.transliterated.rows()).toEqual([])
    rig.send(delivery)
    const pdu = rig.link.submit()
    expect(textOf(pdu)).toBe(`${'x'.repeat(99)}'`)
    rig.link.answer(pdu)
    expect(rig.metrics.transliterated.rows()).toEqual([{ labels: [here], value: 1 }])
  })
})

describe('numbers as the vendor writes them', () => {
  const dialing = createDialing()({
    calledOut: 's/^44/0/',
    callingOut: 'add +',
    calledIn: ['s/^00//l', 's/^0/44/'],
  })
  const addresses = ({ source_addr_ton, source_addr_npi, source_addr, ...pdu }: PduOf<'submit_sm'>): string =>
    `${source_addr_ton}/${source_addr_npi} ${source_addr} to ${pdu.dest_addr_ton}/${pdu.dest_addr_npi} ${pdu.destination_addr}`
  const ours = {
    source: { ton: 0, npi: 1, value: '12025550100' },
    destination: { ton: 2, npi: 8, value: '447700900123' },
  }

  it.each([
    ['byShape', '1/1 +12025550100 to 0/1 07700900123'],
    ['asReceived', '1/1 +12025550100 to 0/1 07700900123'],
    [{ ton: 6, npi: 3 }, '6/3 +12025550100 to 6/3 07700900123'],
  ] as const)('leave with TON and NPI %j', (rule, expected) => {
    const rig = makeRig({ dialing, sourceAddress: rule, destinationAddress: rule })
    rig.send(deliveryOf(messageOf(text('x'), ours)))
    expect(addresses(rig.link.submit())).toBe(expected)
  })

  it('are all there is to them: names and short codes leave as they are', () => {
    const rig = makeRig({ dialing, sourceAddress: 'byShape', destinationAddress: 'byShape' })
    const [source, destination] = [
      { ton: 5, npi: 0, value: '44Bank' },
      { ton: 0, npi: 0, value: '44123' },
    ]
    rig.send(deliveryOf(messageOf(text('x'), { source, destination })))
    expect(addresses(rig.link.submit())).toBe('5/0 44Bank to 3/0 44123')
  })

  it.each([
    ['07700900123', 1, '447700900123'],
    ['00447700900123', 0, '447700900123'],
    ['+447700900123', 0, '447700900123'],
    ['447700900123', 1, '447700900123'],
    ['40404', 3, '40404'],
    ['', 0, ''],
  ])('come back in its receipts: %s with TON %d is %s', (source_addr, source_addr_ton, destination) => {
    const rig = makeRig({ dialing })
    const octets = Buffer.from('id:7 sub:001 dlvrd:001 stat:DELIVRD err:000 text:')
    rig.link.ask({ command: 'deliver_sm', esm_class: 4, source_addr, source_addr_ton, short_message: octets })
    expect(rig.receipts).toMatchObject([{ ids: ['7'], report: { destination } }])
  })
})

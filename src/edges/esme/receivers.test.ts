import { describe, expect, it } from 'vitest'
import { createDialing } from '../../directory/dialing.js'
import type { ReceiptDelivery } from '../../message/delivery.js'
import { peerCoding } from '../../text/data-coding.js'
import type { LongMessage } from '../../text/leave.js'
import { mo, rig, target, text, type DeliverSm } from './receivers-rig.suite.js'

describe('a message from a phone', () => {
  it('goes as deliver_sm, addresses and parameters as they are', () => {
    const { send, told, bind } = rig()
    const esme = bind()
    expect(send(mo(text(20)))).toBe('sent')
    const [pdu] = esme.got()
    expect(pdu).toMatchObject({
      service_type: 'CMT',
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: '12025550100',
      dest_addr_ton: 3,
      dest_addr_npi: 0,
      destination_addr: '40404',
      esm_class: 0,
      protocol_id: 5,
      priority_flag: 1,
      registered_delivery: 0,
      data_coding: 0,
      tlvs: [{ tag: 0x1400, value: Buffer.of(7) }],
    })
    expect(pdu!.short_message.toString()).toBe('abcdefghijabcdefghij')
    esme.answers(1)
    expect(told).toEqual(['mo m1 after 0: taken'])
  })

  it('has its numbers as the account writes them; short codes and names stay', () => {
    const { send, bind } = rig()
    const national = createDialing()({ callingOut: 's/^1/0/', calledOut: 's/^4/0/' })
    const esme = bind(undefined, undefined, national)
    send(mo(text(20)))
    send(
      mo(text(20), { source: { ton: 5, npi: 0, value: '1bank' }, destination: { ton: 1, npi: 1, value: '447700900' } }),
    )
    expect(esme.got()).toMatchObject([
      {
        source_addr: '02025550100',
        source_addr_ton: 0,
        source_addr_npi: 1,
        destination_addr: '40404',
        dest_addr_ton: 3,
      },
      { source_addr: '1bank', source_addr_ton: 5, destination_addr: '047700900', dest_addr_ton: 0, dest_addr_npi: 1 },
    ])
  })

  it('goes in the coding of the account', () => {
    const { send, bind } = rig()
    const esme = bind(target('udh8', { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'latin1' }) }))
    send(mo({ dataCoding: 0, udhi: false, octets: Buffer.of(0x63, 0x61, 0x66, 0x05) }))
    expect(esme.got()[0]!.short_message.toString('latin1')).toBe('caf\xe9')
  })

  it.each([
    ['udh8', 0x40, ['050003ab0301', '050003ab0302', '050003ab0303'], undefined],
    ['udh16', 0x40, ['06080412ab03', '06080412ab03', '06080412ab03'], undefined],
    ['sar', 0, ['616263646566', '646566676869', '6768696a6162'], [1, 2, 3]],
  ] as const)('of 400 characters leaves as %s, one segment after the other', (mode, esmClass, heads, parts) => {
    const { send, told, bind } = rig()
    const esme = bind(target(mode))
    send(mo(text(400)))
    const all: DeliverSm[] = []
    for (const sequence of [1, 2, 3]) {
      const got = esme.got()
      expect(got).toHaveLength(1)
      all.push(...got)
      esme.answers(sequence)
    }
    expect(esme.got()).toEqual([])
    expect(all.map(({ esm_class }) => esm_class)).toEqual([esmClass, esmClass, esmClass])
    expect(all.map(({ short_message }) => short_message.toString('hex', 0, 6))).toEqual(heads)
    const sar = (tag: number) => all.map(({ tlvs }) => tlvs.find((tlv) => tlv.tag === tag)?.value.toString('hex'))
    expect(sar(0x020c)).toEqual(parts === undefined ? Array(3) : ['12ab', '12ab', '12ab'])
    expect(sar(0x020f)).toEqual(parts === undefined ? Array(3) : ['01', '02', '03'])
    expect(told).toEqual(['mo m1 after 0: taken, more', 'mo m1 after 1: taken, more', 'mo m1 after 2: taken'])
  })

  it('that is one part by its SAR parameters keeps them, and is marked once when it must be cut', () => {
    const sar = [0x020c, 0x020e, 0x020f].map((tag) => ({ tag, value: Uint8Array.of(1) }))
    const tlvs = [...sar, { tag: 0x0426, value: Uint8Array.of(1) }, { tag: 0x1400, value: Uint8Array.of(7) }]
    const tagsOf = (mode: LongMessage, length: number): readonly number[] => {
      const { send, bind } = rig()
      const esme = bind(target(mode))
      send(mo(text(length), { tlvs }))
      return esme.got()[0]!.tlvs.map(({ tag }) => tag)
    }
    expect(tagsOf('udh8', 160)).toEqual([0x020c, 0x020e, 0x020f, 0x1400])
    expect(tagsOf('udh8', 161)).toEqual([0x1400])
    expect(tagsOf('sar', 161)).toEqual([0x1400, 0x020c, 0x020e, 0x020f])
  })

  it('of 400 characters leaves whole in message_payload', () => {
    const { send, told, bind } = rig()
    const esme = bind(target('payload'))
    send(mo(text(400)))
    const [pdu] = esme.got()
    expect(pdu!.short_message).toHaveLength(0)
    expect(pdu!.tlvs.find(({ tag }) => tag === 0x0424)?.value).toHaveLength(400)
    esme.answers(1)
    expect(told).toEqual(['mo m1 after 0: taken'])
  })
})

describe('what cannot be sent is over, and said', () => {
  it('a text that the account cannot be sent', () => {
    const { send, told, bind } = rig()
    const esme = bind(
      target('udh8', {
        coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7', alphabets: new Map([[8, 'binary']]) }),
      }),
    )
    expect(send(mo({ dataCoding: 8, udhi: false, octets: Buffer.from('0416', 'hex') }))).toBe('sent')
    expect(esme.got()).toEqual([])
    expect(told).toEqual([expect.stringMatching(/^cannot send m1: .*U\+0416/), 'mo m1 after 0: refusedForGood'])
  })

  it('a field that no PDU can have', () => {
    const { send, told, bind } = rig()
    bind()
    send(mo(text(5), { serviceType: 'Ж' }))
    expect(told).toEqual([expect.stringMatching(/^cannot send m1: service_type/), 'mo m1 after 0: refusedForGood'])
  })

  it('what has fewer segments now than were taken', () => {
    const { send, told, bind } = rig()
    bind(target('payload'))
    send({ ...mo(text(400)), taken: 1 })
    expect(told).toEqual(['cannot send m1: 1 segments were taken of what makes 1 now', 'mo m1 after 1: refusedForGood'])
  })
})

it('a receipt goes as before, and has no more to come', () => {
  const { send, told, bind } = rig()
  const esme = bind()
  const receipt = {
    kind: 'receipt',
    id: 'r1',
    receipt: {
      origin: {
        messageId: 'id1',
        source: { ton: 5, npi: 0, value: 'ACME' },
        destination: { ton: 1, npi: 1, value: '447700900123' },
        acceptedAtMs: 0,
        userMessageReference: -1,
        head: '',
        parts: [],
      },
      state: 'DELIVERED',
      error: '000',
      doneAtMs: 0,
    },
  } as unknown as ReceiptDelivery
  expect(send(receipt)).toBe('sent')
  expect(esme.got()).toMatchObject([{ esm_class: 4, source_addr: '447700900123', destination_addr: 'ACME' }])
  esme.answers(1)
  expect(told).toEqual(['receipt r1: taken'])
})

it('nothing is sent without a bind', () => {
  const { send, told } = rig()
  expect(send(mo(text(5)))).toBe('full')
  expect(told).toEqual([])
})

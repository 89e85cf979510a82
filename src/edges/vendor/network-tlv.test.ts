import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectionDefaults, makeRig } from './rig.suite.js'
import { NetworkTlv } from './network-tlv.js'

const tlv = (tag: number, value: string) => ({ tag, value: Buffer.from(value) })
const names = { 'T-Mobile USA': 'tmobile', 'AT&T': 'att', '77': 'verizon', '311480': 'minor' } as const
const plain = new NetworkTlv({ tag: 0x1403, names })

describe('what a TLV says of a network', () => {
  it.each([
    ['310260', '310260'],
    ['310-260', '310260'],
    ['310 260\0', '310260'],
    [' 330.110 ', '330110'],
    ['t-mobile usa', 'tmobile'],
    ['AT&T\0after', 'att'],
    ['77', 'verizon'],
    // Names go before codes.
    ['311480', 'minor'],
    // Two digits of three: 310-260 and 310-026 were written so.
    ['31026', undefined],
    ['3102600', undefined],
    ['000000', undefined],
    // Canada: no phone of the United States is there.
    ['302720', undefined],
    ['Nobody Mobile', undefined],
    ['constructor', undefined],
    ['__proto__', undefined],
    ['x'.repeat(300), undefined],
  ])('%j is %s', (value, expected) => {
    const said = plain.saidIn([tlv(0x1400, 'other'), tlv(0x1403, value)])
    expect(said).not.toBe('')
    expect(said.length).toBeLessThanOrEqual(65)
    expect(plain.networkOf(said)).toBe(expected)
  })

  it.each([[[]], [[tlv(0x1404, '310260')]], [[tlv(0x1403, '')]], [[tlv(0x1403, '\0\0\0')]], [[tlv(0x1403, '  ')]]])(
    'is nothing in %j',
    (tlvs) => {
      expect(plain.saidIn(tlvs)).toBe('')
    },
  )

  it('may be in two of them, the tags written as text or number', () => {
    const split = new NetworkTlv({ tag: '0x1503', mncTag: 0x1504, names: {} })
    const of = (...tlvs: Parameters<typeof split.saidIn>[0]) => split.networkOf(split.saidIn(tlvs))
    expect(of(tlv(0x1503, '310\0'), tlv(0x1504, '410\0'))).toBe('310410')
    expect(of(tlv(0x1504, '410'), tlv(0x1503, '310'))).toBe('310410')
    expect(of(tlv(0x1503, '310'))).toBeUndefined()
    expect(split.saidIn([tlv(0x1504, '410')])).toBe('')
  })

  it('whatever the octets are, is nothing, unknown, or one that is right', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const network = plain.networkOf(plain.saidIn([{ tag: 0x1403, value: Buffer.from(octets) }]))
        expect(network ?? '310260').toMatch(/^([0-9]{6}|tmobile|att|verizon|minor)$/)
      }),
    )
  })
})

describe('receipts of a connection', () => {
  const networkTlv = { tag: 0x1403, names: { Ours: 'uscellular' } } as const
  const receipt = (value?: string) =>
    ({
      command: 'deliver_sm',
      esm_class: 4,
      source_addr: '12125550100',
      destination_addr: '12025550101',
      short_message: Buffer.from(
        'id:1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000',
      ),
      tlvs: value === undefined ? [] : [tlv(0x1403, value)],
    }) as const
  const counted = async (rig: ReturnType<typeof makeRig>) =>
    (await rig.metrics.render()).split('\n').filter((line) => line.startsWith('smswitch_receipt_networks_total{'))

  it('name the network of their phone where its row says how; what nobody knows is counted and told of', async () => {
    const rig = makeRig({ networkTlv })
    for (const value of ['310-410', 'OURS', 'Theirs', 'Theirs', undefined]) rig.link.ask(receipt(value))
    expect(rig.receipts.map(({ report }) => report.network)).toEqual(['310410', 'uscellular', undefined, undefined, undefined]) // prettier-ignore
    expect(rig.receipts.map(({ report }) => 'network' in report)).toEqual([true, true, false, false, false])
    expect(await counted(rig)).toEqual([
      'smswitch_receipt_networks_total{connection="c",outcome="known"} 2',
      'smswitch_receipt_networks_total{connection="c",outcome="unknown"} 2',
    ])
    expect(rig.eventsOf('receipts.networkUnknown')).toEqual([{ connection: 'c', network: 'Theirs', count: 1 }])
  })

  it('name none without that; a change of the row acts on the next one', async () => {
    const rig = makeRig()
    rig.link.ask(receipt('310410'))
    rig.vendor.renew({ ...connectionDefaults, networkTlv })
    rig.link.ask(receipt('310410'))
    rig.vendor.renew({ ...connectionDefaults, networkTlv: { ...networkTlv, tag: 0x1404 } })
    rig.link.ask(receipt('310410'))
    expect(rig.receipts.map(({ report }) => report.network)).toEqual([undefined, '310410', undefined])
    expect(await counted(rig)).toEqual(['smswitch_receipt_networks_total{connection="c",outcome="known"} 1'])
  })
})

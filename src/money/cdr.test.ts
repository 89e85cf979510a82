import { describe, expect, it } from 'vitest'
import type { Bill, CallRecords, Sent } from '../message/bill.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../message/ids.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import { CdrLines, integer } from './cdr.js'
import { wholeRecord, type RecordRow } from './record-fields.js'
import { recordText } from './record-line.js'

const sent: Sent = {
  vendor: 'v' as VendorId,
  connection: 'v1' as ConnectionId,
  segments: 3,
  price: { currency: 'EUR', ownMicros: 8000, exchange: '1', baseMicros: 8000 },
  atMs: 1_800_000_000_010.5,
}
const bill: Bill = {
  customer: 'acme',
  policy: 'sms',
  price: { currency: 'USD', ownMicros: 5000, exchange: '0.9', baseMicros: 4500 },
  units: 3,
  day: 20_833,
  state: 'charged',
  mcc: '310',
  mnc: '410',
  onSilence: undefined,
  sent,
}
const origin: ReceiptOrigin = {
  messageId: '0100000000000001' as MessageId,
  account: 'acme-1' as AccountId,
  source: { ton: 5, npi: 0, value: 'Acme "A" é\n😀' },
  destination: { ton: 1, npi: 1, value: '13105550123' },
  asSent: undefined,
  request: { final: 'all', intermediate: false },
  acceptedAtMs: 1_800_000_000_000,
  userMessageReference: -1,
  head: '',
  parts: [],
}
const parts = [1, 2].map((n) => ({
  id: `010000000000000${n}` as MessageId,
  receiptRequest: origin.request,
  userMessageReference: -1,
}))
const read = (records: CallRecords): Record<string, unknown>[] =>
  recordText(records)
    .trimEnd()
    .split('\n')
    .map((line) => wholeRecord(JSON.parse(line) as RecordRow))

describe('call detail records', () => {
  const lines = new CdrLines(() => 'EUR')

  it('are lines of JSON in ASCII with their fields in a fixed order', () => {
    expect(recordText(lines.ofOrigin(origin, bill, 'DELIVERED', '000', 1_800_000_000_020))).toBe(
      '{"version":2,"message":"0100000000000001",' +
        '"source":"Acme \\"A\\" \\u00e9\\n\\ud83d\\ude00","destination":"13105550123",' +
        '"acceptedAtMs":1800000000000,"sentAtMs":1800000000010,"doneAtMs":1800000000020,"state":"DELIVERED",' +
        '"direction":"mt","customer":"acme","account":"acme-1","mcc":"310","mnc":"410","policy":"sms",' +
        '"vendor":"v","connection":"v1","segments":3,"currency":"EUR","units":3,"price":5000,"priceCurrency":"USD",' +
        '"priceExchange":"0.9","amount":13500,"vendorPrice":8000,"vendorAmount":24000}\n',
    )
  })

  it('are one for each part, which share units and cost', () => {
    const [first, second, ...more] = read(lines.ofOrigin({ ...origin, parts }, bill, 'DELIVERED', '000', 1))
    expect(more).toEqual([])
    expect(first).toMatchObject({ id: '0100000000000001', part: 1, parts: 2, units: 2, amount: 9000, vendorUnits: 2 })
    expect(second).toMatchObject({ id: '0100000000000002', part: 2, parts: 2, units: 1, amount: 4500, vendorUnits: 1 })
    expect([first!['vendorAmount'], second!['vendorAmount'], second!['segments']]).toEqual([16_000, 8000, 3])
  })

  it('have no amount where nothing was charged, and no vendor where nothing left', () => {
    const [line] = read(lines.ofOrigin(origin, { ...bill, state: 'released', sent: undefined }, 'EXPIRED', '000', 1))
    expect(line).toMatchObject({ state: 'EXPIRED', amount: 0, units: 3, price: 5000, vendor: '', connection: '' })
    expect(line).toMatchObject({ segments: 0, vendorPrice: 0, vendorAmount: 0, vendorCurrency: '', sentAtMs: -1 })
  })

  it('leave out what most would say, and it is known what that was', () => {
    const plain: Bill = {
      ...{ ...bill, mcc: '', mnc: '', policy: '', units: 1 },
      ...{ price: { currency: 'EUR', ownMicros: 5000, exchange: '1', baseMicros: 5000 }, sent: undefined },
    }
    const text = recordText(lines.ofOrigin(origin, plain, 'EXPIRED', '000', 1))
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      ...['version', 'message', 'source', 'destination', 'acceptedAtMs', 'sentAtMs', 'doneAtMs', 'state', 'direction'],
      ...['customer', 'account', 'currency', 'units', 'price', 'amount'],
    ])
    const priced = { ...sent, segments: 1, price: { ...plain.price, currency: 'USD', exchange: '0.9' } }
    const [whole, other] = [plain, { ...plain, sent: priced }].map((each) =>
      wholeRecord(JSON.parse(recordText(lines.ofOrigin(origin, each, 'EXPIRED', '045', 1))) as RecordRow),
    )
    expect(whole).toMatchObject({
      ...{
        id: '0100000000000001',
        part: 1,
        parts: 1,
        error: '045',
        mcc: '',
        mnc: '',
        policy: '',
        vendor: '',
        connection: '',
      },
      ...{ segments: 0, priceCurrency: 'EUR', priceExchange: '1', vendorUnits: 0, vendorPrice: 0, vendorAmount: 0 },
      ...{ vendorCurrency: '', vendorExchange: '' },
    })
    expect(other).toMatchObject({ vendorUnits: 1, vendorPrice: 5000, vendorCurrency: 'USD', vendorExchange: '0.9' })
  })

  it('say of each message its own, whatever the last one of the account was', () => {
    let currency = 'EUR'
    const one = new CdrLines(() => currency)
    const variants: Bill[] = [
      bill,
      { ...bill },
      { ...bill, units: 1 },
      { ...bill, state: 'released' },
      { ...bill, policy: 'p"2' },
      { ...bill, customer: 'other' },
      { ...bill, mcc: '', mnc: '' },
      { ...bill, price: { ...bill.price, ownMicros: 1 } },
      { ...bill, price: { ...bill.price, exchange: '0.90' } },
      { ...bill, sent: { ...sent, segments: 4 } },
      { ...bill, sent: { ...sent, connection: 'v2' as ConnectionId } },
      { ...bill, sent: { ...sent, price: undefined } },
      { ...bill, sent: undefined },
      bill,
    ]
    for (const variant of variants) {
      const own = new CdrLines(() => currency).ofOrigin(origin, variant, 'UNKNOWN', '045', 1)
      expect(one.ofOrigin(origin, variant, 'UNKNOWN', '045', 1)).toEqual(own)
    }
    currency = 'USD'
    expect(read(one.ofOrigin(origin, bill, 'UNKNOWN', '045', 1))[0]).toMatchObject({ currency: 'USD' })
  })

  it('have numbers that readers would round as text', () => {
    expect(integer(2 ** 53 - 1)).toBe('9007199254740991')
    expect(integer(2 ** 53)).toBe('"9007199254740992"')
    expect(integer(-(2n ** 60n))).toBe('"-1152921504606846976"')
    expect(integer(7n)).toBe('7')
    expect(() => integer(0.5)).toThrow(RangeError)
  })
})

describe('what limits held up', () => {
  const waited = [
    { limit: 'day tmobile:ein:1', ms: 3_600_000.4 },
    { limit: 'campaign "C1" to tmobile', ms: 20 },
  ]
  const lines = new CdrLines(
    () => 'EUR',
    (id) => (id === origin.messageId ? waited : undefined),
  )
  const held = [
    { limit: 'day tmobile:ein:1', ms: 3_600_001 },
    { limit: 'campaign "C1" to tmobile', ms: 20 },
  ]

  it('says so, by limit, in each of its lines; others say nothing', () => {
    expect(read(lines.ofOrigin(origin, bill, 'DELIVERED', '000', 1))).toMatchObject([{ state: 'DELIVERED', held }])
    const inParts = read(lines.ofOrigin({ ...origin, parts }, bill, 'DELIVERED', '000', 1))
    expect(inParts).toMatchObject([
      { part: 1, held },
      { part: 2, held },
    ])
    const other = { ...origin, messageId: '0100000000000002' as MessageId }
    expect(recordText(lines.ofOrigin(other, bill, 'DELIVERED', '000', 1))).not.toContain('held')
    expect(read(lines.ofOrigin(other, bill, 'DELIVERED', '000', 1))).toMatchObject([{ held: [] }])
  })

  it('changes no line of the same account that follows', () => {
    const first = recordText(new CdrLines(() => 'EUR').ofOrigin(origin, bill, 'DELIVERED', '000', 1))
    lines.ofOrigin(origin, bill, 'DELIVERED', '000', 1)
    const other = { ...origin, messageId: '0100000000000002' as MessageId }
    expect(recordText(lines.ofOrigin(other, bill, 'DELIVERED', '000', 1))).toBe(
      first.replace(origin.messageId, other.messageId),
    )
  })
})

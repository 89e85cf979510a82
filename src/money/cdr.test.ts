import { describe, expect, it } from 'vitest'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../message/ids.js'
import { cdrLine, integer, type CdrRow } from './cdr.js'

const row: CdrRow = {
  // Not in the order of the line.
  vendorAmount: 8000,
  message: '0100000000000001' as MessageId,
  id: '0100000000000002' as MessageId,
  part: 2,
  parts: 2,
  direction: 'mt',
  customer: 'acme',
  account: 'acme-1' as AccountId,
  source: 'Acme "A" é\n',
  destination: '13105550123',
  mcc: '310',
  mnc: '41',
  policy: 'sms',
  vendor: 'v' as VendorId,
  connection: 'v1' as ConnectionId,
  segments: 2,
  state: 'DELIVERED',
  error: '000',
  acceptedAtMs: 1_800_000_000_000,
  sentAtMs: 1_800_000_000_010,
  doneAtMs: -1,
  currency: 'EUR',
  units: 1,
  price: 5000,
  priceCurrency: 'USD',
  priceExchange: '0.9',
  amount: 4500,
  vendorUnits: 1,
  vendorPrice: 8000,
  vendorCurrency: 'EUR',
  vendorExchange: '1',
}

describe('a CDR', () => {
  it('is one line of JSON with its fields in a fixed order', () => {
    expect(cdrLine(row)).toBe(
      '{"version":1,"message":"0100000000000001","id":"0100000000000002","part":2,"parts":2,"direction":"mt",' +
        '"customer":"acme","account":"acme-1","source":"Acme \\"A\\" é\\n","destination":"13105550123",' +
        '"mcc":"310","mnc":"41","policy":"sms","vendor":"v","connection":"v1","segments":2,"state":"DELIVERED",' +
        '"error":"000","acceptedAtMs":1800000000000,"sentAtMs":1800000000010,"doneAtMs":-1,"currency":"EUR",' +
        '"units":1,"price":5000,"priceCurrency":"USD","priceExchange":"0.9","amount":4500,"vendorUnits":1,' +
        '"vendorPrice":8000,"vendorCurrency":"EUR","vendorExchange":"1","vendorAmount":8000}\n',
    )
  })

  it('is read back as it was', () => {
    expect(JSON.parse(cdrLine(row))).toEqual({ version: 1, ...row })
  })

  it('has numbers that readers would round as text', () => {
    expect(integer(2 ** 53 - 1)).toBe('9007199254740991')
    expect(integer(2 ** 53)).toBe('"9007199254740992"')
    expect(integer(-(2n ** 60n))).toBe('"-1152921504606846976"')
    expect(integer(7n)).toBe('7')
    expect(() => integer(0.5)).toThrow(RangeError)
  })
})

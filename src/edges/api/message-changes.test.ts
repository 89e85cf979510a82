import { describe, expect, it } from 'vitest'
import type { AccountId, MessageId } from '../../message/ids.js'
import { receiptRequestOf, type Receipt } from '../../message/receipt.js'
import { statusFields } from './callback-fields.js'
import {
  acceptedChange,
  failedChange,
  inboundRecord,
  receiptChange,
  toldRecord,
  type Beginning,
} from './message-changes.js'
import { recordJson, recordOf, recordRow, shownNumber, type MessageRecord } from './message-record.js'
import { checkRequest, type MessageRequest } from './message-request.js'

const id = '0000000700000001' as MessageId
const atMs = Date.UTC(2026, 5, 10, 12, 0, 0, 250)

function requestOf(more: Record<string, unknown> = {}): MessageRequest {
  const checked = checkRequest({
    src: '14155550100',
    dst: '14155550528',
    text: 'hi',
    url: 'http://a.example/',
    ...more,
  })
  if (checked.kind === 'mistake') throw new Error(checked.error)
  return checked.request
}

const beginning: Beginning = {
  id,
  from: '14155550100',
  to: '14155550528',
  units: 2,
  requesterIp: '192.0.2.1',
  atMs,
  bill: {
    customer: 'c',
    policy: 'p',
    price: { currency: 'EUR', ownMicros: 4500, exchange: '1.1', baseMicros: 4950 },
    units: 2,
    day: 0,
    state: 'held',
    mcc: '310',
    mnc: '410',
    onSilence: undefined,
    sent: undefined,
  },
}

function receipt(state: Receipt['state'], error = '000', doneAtMs = atMs + 1000): Receipt {
  const origin = {
    ...{ messageId: id, account: 'acme' as AccountId, asSent: undefined, request: receiptRequestOf(0x11) },
    source: { ton: 1, npi: 1, value: '14155550100' },
    destination: { ton: 1, npi: 1, value: '14155550528' },
    ...{ acceptedAtMs: atMs, userMessageReference: -1, head: '', parts: [] },
  }
  return { origin, state, error, doneAtMs }
}

/** The record after these, and what was told of each that was news. */
function after(receipts: readonly Receipt[], request = requestOf()) {
  let { record } = acceptedChange(request, beginning)
  const told: string[] = []
  for (const each of receipts) {
    const change = receiptChange(id, record, each)
    if (change === undefined) continue
    record = change.record
    if (change.status !== undefined) told.push(`${change.status.sequence} ${change.status.status}`)
  }
  return { record, told }
}

describe('a record', () => {
  it('begins queued, with what it costs in the money of its customer', () => {
    const { record, status } = acceptedChange(requestOf(), beginning)
    expect(recordJson('MA1', id, record)).toMatchObject({
      from_number: '14155550100',
      to_number: '14155550528',
      message_direction: 'outbound',
      message_state: 'queued',
      message_time: '2026-06-10 12:00:00.250000+00:00',
      units: 2,
      total_rate: '0.00450',
      total_amount: '0.00900',
      error_code: null,
      powerpack_id: null,
      destination_country_iso2: 'US',
      destination_network: '310410',
      requester_ip: '192.0.2.1',
      is_domestic: true,
      message_sent_time: null,
      log: 'true',
    })
    expect(statusFields(status!)).toContainEqual(['Status', 'queued'])
    expect(statusFields(status!)).toContainEqual(['Sequence', '1'])
  })

  it('comes back from its row as it was', () => {
    const { record } = acceptedChange(requestOf({ dlt_entity_id: '1' }), beginning)
    expect(recordOf(recordRow('acme' as AccountId, id, record).text)).toEqual(record)
    expect(recordOf('{}')).toBeUndefined()
    expect(recordOf('null')).toBeUndefined()
    expect(recordOf('x')).toBeUndefined()
  })

  it.each([
    [['ENROUTE', 'DELIVERED'], 'delivered', 0, ['2 sent', '3 delivered']],
    [['DELIVERED'], 'delivered', 0, ['2 delivered']],
    [['ENROUTE', 'ENROUTE', 'UNDELIVERABLE'], 'undelivered', 70, ['2 sent', '3 undelivered']],
    [['ENROUTE', 'EXPIRED'], 'undelivered', 80, ['2 sent', '3 undelivered']],
    [['ENROUTE', 'REJECTED'], 'undelivered', 100, ['2 sent', '3 undelivered']],
    [['ENROUTE', 'UNKNOWN'], 'undelivered', 1000, ['2 sent', '3 undelivered']],
    [['EXPIRED'], 'failed', 420, ['2 failed']],
    [['REJECTED'], 'failed', 10, ['2 failed']],
    [['UNDELIVERABLE'], 'failed', 300, ['2 failed']],
    [['SCHEDULED'], 'queued', undefined, []],
    [['DELIVERED', 'ENROUTE', 'UNDELIVERABLE'], 'delivered', 0, ['2 delivered']],
  ] as const)('with %j ends %s', (states, state, code, news) => {
    const { record, told } = after(states.map((each) => receipt(each)))
    expect(record).toMatchObject({ state, code })
    expect(told).toEqual(news)
    expect(record.amountMicros).toBe(state === 'failed' ? 0 : 9000)
  })

  it('is over no earlier than it was sent, though a report says the minute alone', () => {
    const { record } = after([receipt('ENROUTE'), receipt('DELIVERED', '000', atMs - 40_000)])
    expect(record).toMatchObject({ sentAtMs: atMs + 1000, updatedAtMs: atMs + 1000 })
    expect(after([receipt('DELIVERED', '000', atMs - 40_000)]).record.updatedAtMs).toBe(atMs)
  })

  it('of one that is paid for by its delivery, and was not delivered, costs nothing', () => {
    const undelivered = receipt('UNDELIVERABLE')
    const { record } = after([receipt('ENROUTE'), { ...undelivered, isReleased: true }])
    expect(record).toMatchObject({ state: 'undelivered', units: 2, amountMicros: 0 })
  })

  it.each([
    ['010', '', 40],
    ['011', '', 50],
    ['088', '', 100],
    ['201', '', 100],
    // No status of SMPP (3.4 §5.1.3): a number that was named is opted out of at its turn.
    ['200', '', 200],
    ['200', 'x', 200],
    ['090', 'x', 90],
  ])('of one refused with %s has the code %i', (error, powerpack, code) => {
    const { record } = acceptedChange({ ...requestOf(), powerpack }, beginning)
    expect(receiptChange(id, record, receipt('REJECTED', error))?.record.code).toBe(code)
  })

  it('of one that never was accepted costs nothing', () => {
    const { record, status } = failedChange(requestOf(), beginning, 900)
    expect(recordJson('MA1', id, record)).toMatchObject({
      message_state: 'failed',
      error_code: '900',
      error_message: 'Insufficient credit',
      units: 2,
      total_amount: '0.00000',
    })
    expect(statusFields(status!)).toContainEqual(['ErrorCode', '900'])
  })

  it('hides the number in lists, and not from whoever is told', () => {
    const { record, status } = acceptedChange(requestOf({ log: false }), beginning)
    expect(record.to).toBe('141XXXXX528')
    expect(status?.to).toBe('14155550528')
  })

  it('is told to nobody where nobody asked', () => {
    const { told, record } = after([receipt('DELIVERED')], requestOf({ url: '' }))
    expect(told).toEqual([])
    expect(record.state).toBe('delivered')
  })

  it.each([
    [true, 'delivered', 0],
    [false, 'undelivered', 300],
  ])('of a message from a phone, told %s, is %s', (isTold, state, code) => {
    const record: MessageRecord = inboundRecord({ ...beginning, bill: undefined, powerpack: '' })
    expect(record.state).toBe('received')
    const told = toldRecord(record, isTold, atMs)
    expect(told).toMatchObject({ state, code, direction: 'inbound' })
    expect(toldRecord(told!, !isTold, atMs)).toBeUndefined()
    expect(receiptChange(id, record, receipt('DELIVERED'))).toBeUndefined()
  })
})

it.each([
  ['14155550528', 'number_only', '14155550528'],
  ['14155550528', 'content_only', '141XXXXX528'],
  ['1234567', 'false', '12XXX67'],
])('%s with %s is shown as %s', (number, log, is) => expect(shownNumber(number, log as MessageRecord['log'])).toBe(is))

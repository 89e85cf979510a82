import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatReceipt, receiptDate } from './appendix-b.js'
import { parseVendorReport, type ReportSource } from './vendor-report.js'
import { receiptRequestOf, type Receipt } from '../message/receipt.js'
import type { AccountId, MessageId } from '../message/ids.js'
import type { MessageState } from '../message/state.js'

function source(text: string, extra: Partial<ReportSource> = {}): ReportSource {
  return { octets: Buffer.from(text, 'latin1'), dataCoding: 0, sourceAddress: '14155550100', ...extra }
}
const noonMs = Date.UTC(2026, 10, 22, 12, 59)

describe('parseVendorReport', () => {
  it.each<[name: string, text: string, id: string, state: MessageState, error: string, doneAtMs: number]>([
    ['the book', 'id:0123456789 sub:001 dlvrd:001 submit date:2611221258 done date:2611221259 stat:DELIVRD err:000 text:Hello', '0123456789', 'DELIVERED', '000', noonMs],
    ['upper case', 'ID:AB12 SUB:001 DLVRD:001 SUBMIT DATE:2611221258 DONE DATE:2611221259 STAT:UNDELIV ERR:0A1 TEXT:x', 'AB12', 'UNDELIVERABLE', '0A1', noonMs],
    ['dates of 12 digits', 'id:1 submit date:261122125830 done date:261122125900 stat:EXPIRED err:001', '1', 'EXPIRED', '001', noonMs],
    ['dates with a long year', 'id:1 done date:20261122125900 stat:EXPIRED', '1', 'EXPIRED', '000', noonMs],
    ['a long year without seconds', 'id:1 done date:202611221259 stat:EXPIRED', '1', 'EXPIRED', '000', noonMs],
    ['a date that is none', 'id:1 done date:2613221259 stat:DELIVRD', '1', 'DELIVERED', '000', -1],
    ['a date with letters', 'id:1 done date:26-11-22T12:59 stat:DELIVRD', '1', 'DELIVERED', '000', -1],
    ['keys in one word', 'id:1 submitdate:2611221258 donedate:2611221259 stat:DELIVRD', '1', 'DELIVERED', '000', noonMs],
    ['keys with underscores', 'id:1 submit_date:2611221258 done_date:2611221259 stat:DELIVRD', '1', 'DELIVERED', '000', noonMs],
    ['underscores in the GSM alphabet', 'id:1 submit\x11date:2611221258 done\x11date:2611221259 stat:DELIVRD', '1', 'DELIVERED', '000', noonMs],
    ['no sub, no dlvrd, no dates', 'id:77 stat:REJECTD', '77', 'REJECTED', '000', -1],
    ['id and error only', 'id:77 err:12', '77', 'UNKNOWN', '012', -1],
    ['another order', 'stat:DELIVERED err:0 done date:2611221259 id:9', '9', 'DELIVERED', '000', noonMs],
    ['spaces everywhere', '  id : 9   stat :  DELIVRD   err:  000  done  date : 2611221259 ', '9', 'DELIVERED', '000', noonMs],
    ['empty fields', 'id:9 sub: dlvrd: submit date: done date: stat:DELIVRD err: text:', '9', 'DELIVERED', '000', -1],
    ['an empty error before a text', 'id:9 stat:DELIVRD err: text:err:123', '9', 'DELIVERED', '000', -1],
    ['commas', 'id:9,sub:001,dlvrd:001,stat:DELIVRD,err:005', '9', 'DELIVERED', '005', -1],
    ['lines and a NUL', 'id:9\r\nstat:DELIVRD\r\nerr:000\0', '9', 'DELIVERED', '000', -1],
    ['quotes', '"id":"9" "stat":"DELIVRD" text:"id:3"', '9', 'DELIVERED', '000', -1],
    ['a uuid', 'id:6F9619FF-8B86-D011-B42D-00CF4FC964FF stat:DELIVRD', '6F9619FF-8B86-D011-B42D-00CF4FC964FF', 'DELIVERED', '000', -1],
    ['64 octets of id', `id:${'a'.repeat(64)} stat:DELIVRD`, 'a'.repeat(64), 'DELIVERED', '000', -1],
    ['an id with dots and underscores', 'id:a_b.c-1 stat:DELIVRD', 'a_b.c-1', 'DELIVERED', '000', -1],
    ['a text that has an id of its own', 'id:9 stat:DELIVRD text:id:666 stat:UNDELIV', '9', 'DELIVERED', '000', -1],
    ['the text first', 'text:hello id:9 stat:DELIVRD', '9', 'DELIVERED', '000', -1],
    ['a word before', 'DLR:id:9 stat:DELIVRD', '9', 'DELIVERED', '000', -1],
    ['an error in hex', 'id:9 stat:UNDELIV err:0x1b', '9', 'UNDELIVERABLE', '01b', -1],
    ['a long error', 'id:9 stat:UNDELIV err:001027', '9', 'UNDELIVERABLE', '027', -1],
    ['a state that nobody knows', 'id:9 stat:WHATEVER', '9', 'UNKNOWN', '000', -1],
    ['message id', 'message id:9 status:FAILED error:4', '9', 'UNDELIVERABLE', '004', -1],
  ])('reads %s', (_name, text, id, state, error, doneAtMs) => {
    const parsed = parseVendorReport(source(text))
    expect(parsed).toEqual({ ids: [id], report: { state, error, doneAtMs, destination: '14155550100' } })
  }) // prettier-ignore

  it.each<[word: string, state: MessageState]>([
    ['DELIVRD', 'DELIVERED'],
    ['delivered', 'DELIVERED'],
    ['ACCEPTD', 'ACCEPTED'],
    ['ACCEPTED', 'ACCEPTED'],
    ['UNDELIV', 'UNDELIVERABLE'],
    ['UNDELIVERABLE', 'UNDELIVERABLE'],
    ['UNDELIVERED', 'UNDELIVERABLE'],
    ['EXPIRED', 'EXPIRED'],
    ['REJECTD', 'REJECTED'],
    ['REJECTED', 'REJECTED'],
    ['DELETED', 'DELETED'],
    ['UNKNOWN', 'UNKNOWN'],
    ['ENROUTE', 'ENROUTE'],
    ['ACKED', 'ACCEPTED'],
    ['BUFFERED', 'ENROUTE'],
    ['SCHEDULD', 'SCHEDULED'],
    ['SKIPPED', 'SKIPPED'],
    ['SCHEDULED', 'SCHEDULED'],
    ...['PENDING', 'QUEUED', 'Retry', 'RETRYING', 'INPROGRESS', 'TRANSIT', 'SUBMITD'].map(
      (word): [string, MessageState] => [word, 'ENROUTE'],
    ),
  ])('takes stat:%s for %s', (word, state) => {
    expect(parseVendorReport(source(`id:1 stat:${word} err:000`))?.report.state).toBe(state)
  })

  it.each<[name: string, text: string, extra: Partial<ReportSource>, ids: string[], state: MessageState, error: string]>([
    ['TLVs only', '', { receiptedMessageId: 'a1', messageState: 2 }, ['a1'], 'DELIVERED', '000'],
    ['an id in a TLV, the state in the text', 'stat:EXPIRED err:003', { receiptedMessageId: 'a1' }, ['a1'], 'EXPIRED', '003'],
    ['the state in a TLV, the id in the text', 'id:7 err:003', { messageState: 5 }, ['7'], 'UNDELIVERABLE', '003'],
    ['TLV and text that agree', 'id:a1 stat:DELIVRD', { receiptedMessageId: 'a1', messageState: 2 }, ['a1'], 'DELIVERED', '000'],
    ['TLV and text at odds', 'id:161 stat:UNDELIV err:011', { receiptedMessageId: 'a1', messageState: 2 }, ['a1', '161'], 'DELIVERED', '011'],
    ['a TLV state that does not exist', 'id:1 stat:EXPIRED', { messageState: 77 }, ['1'], 'EXPIRED', '000'],
    ['an id in a TLV and nothing else', '', { receiptedMessageId: 'a1' }, ['a1'], 'UNKNOWN', '000'],
    ['a network error code', '', { receiptedMessageId: 'a1', messageState: 5, networkErrorCode: Uint8Array.of(3, 0, 27) }, ['a1'], 'UNDELIVERABLE', '027'],
    ['the text of an error over the network’s', 'id:1 stat:UNDELIV err:00b', { networkErrorCode: Uint8Array.of(3, 0, 27) }, ['1'], 'UNDELIVERABLE', '00b'],
    ['a network error code cut short', 'id:1 stat:UNDELIV', { networkErrorCode: Uint8Array.of(3, 1) }, ['1'], 'UNDELIVERABLE', '000'],
  ])('takes %s', (_name, text, extra, ids, state, error) => {
    const parsed = parseVendorReport(source(text, extra))
    expect(parsed?.ids).toEqual(ids)
    expect(parsed?.report).toMatchObject({ state, error })
  }) // prettier-ignore

  it.each<[text: string, extra: Partial<ReportSource>, state: MessageState]>([
    ['id:1 stat:WHATEVER err:000', {}, 'ENROUTE'],
    ['id:1 err:000', {}, 'ENROUTE'],
    ['', { receiptedMessageId: '1' }, 'ENROUTE'],
    ['id:1 stat:ACCEPTD', {}, 'ACCEPTED'],
    ['id:1 stat:UNDELIV', {}, 'UNDELIVERABLE'],
    ['id:1 stat:UNKNOWN', {}, 'UNKNOWN'],
    ['id:1', { receiptedMessageId: '1', messageState: 2 }, 'DELIVERED'],
  ])('an intermediate notification that says %j, %j means %s: the end is never guessed', (text, extra, state) => {
    expect(parseVendorReport(source(text, { ...extra, intermediate: true }))?.report.state).toBe(state)
  })

  it.each([
    '',
    'Hello',
    'my id: 4711',
    'id:',
    'stat:DELIVRD err:000',
    'text:id:5',
    'see http://id:80/ ok',
    '\0\0',
    ': : =',
  ])('says that %j is no receipt', (text) => {
    expect(parseVendorReport(source(text))).toBeUndefined()
    expect(parseVendorReport(source(text, { messageState: 2 }))).toBeUndefined()
  })

  it('reads UCS-2, and plain text that only claims to be', () => {
    const text = 'id:9 stat:DELIVRD err:000'
    const little = Buffer.from(text, 'utf16le')
    const big = Buffer.from(little).swap16()
    for (const octets of [little, big, Buffer.from(text)])
      expect(parseVendorReport({ octets, dataCoding: 8, sourceAddress: '' })?.ids).toEqual(['9'])
  })

  it('survives any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 255 }), (octets, dataCoding) => {
        const parsed = parseVendorReport({ octets, dataCoding, sourceAddress: '' })
        expect(parsed === undefined || parsed.ids.every((id) => id !== '')).toBe(true)
      }),
    )
    const pieces = fc.constantFrom(
      'id',
      ':',
      ' ',
      'stat',
      'submit',
      'date',
      'done',
      'text',
      '_',
      '"',
      '1',
      'DELIVRD',
      '\0',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (words) => {
        parseVendorReport(source(words.join('')))
      }),
    )
  })

  it('reads what the switch itself writes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<MessageState>('DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'ACCEPTED', 'UNKNOWN', 'REJECTED', 'ENROUTE'),
        fc.integer({ min: Date.UTC(2021, 0), max: Date.UTC(2099, 0) }),
        fc.string({ maxLength: 20 }),
        (state, atMs, head) => {
          const parsed = parseVendorReport(source(formatReceipt(receiptOf(state, atMs, head))))
          expect(parsed?.ids).toEqual(['01000002000000a3'])
          const doneAtMs = Math.floor(atMs / 60_000) * 60_000
          expect(parsed?.report).toMatchObject({ state, error: '042', doneAtMs })
        },
      ),
    )
  }) // prettier-ignore

  it('takes less than 2 µs a receipt, give or take a busy machine', () => {
    const octets = Buffer.from(formatReceipt(receiptOf('DELIVERED', noonMs, 'A text of twenty oct')), 'latin1')
    const input: ReportSource = { octets, dataCoding: 0, receiptedMessageId: 'a1', messageState: 2, sourceAddress: '1' }
    const rounds = 100_000
    let best = Infinity
    for (let attempt = 0; attempt < 4; attempt++) {
      const start = performance.now()
      for (let i = 0; i < rounds; i++) parseVendorReport(input)
      best = Math.min(best, ((performance.now() - start) * 1000) / rounds)
    }
    console.log(`parseVendorReport: ${best.toFixed(2)} µs`)
    expect(best).toBeLessThan(10)
  })
})

function receiptOf(state: MessageState, atMs: number, head: string): Receipt {
  return {
    origin: {
      messageId: '01000002000000a3' as MessageId,
      account: 'a' as AccountId,
      source: { ton: 1, npi: 1, value: '1' },
      destination: { ton: 1, npi: 1, value: '2' },
      asSent: undefined,
      request: receiptRequestOf(1),
      acceptedAtMs: atMs,
      userMessageReference: -1,
      head,
      parts: [],
    },
    state,
    error: '042',
    doneAtMs: atMs,
  }
}

describe('formatReceipt', () => {
  it('writes Appendix B with UTC dates', () => {
    expect(formatReceipt(receiptOf('DELIVERED', noonMs, 'Hi'))).toBe(
      'id:01000002000000a3 sub:001 dlvrd:001 submit date:2611221259 done date:2611221259 stat:DELIVRD err:042 text:Hi',
    )
    expect(formatReceipt(receiptOf('UNDELIVERABLE', noonMs + 60_000, ''))).toBe(
      'id:01000002000000a3 sub:001 dlvrd:000 submit date:2611221300 done date:2611221300 stat:UNDELIV err:042 text:',
    )
  })

  it('knows the minutes before and after', () => {
    expect(receiptDate(Date.UTC(2027, 0, 1) - 1)).toBe('2612312359')
    expect(receiptDate(Date.UTC(2027, 0, 1))).toBe('2701010000')
    expect(receiptDate(Date.UTC(2028, 1, 29, 23, 59, 59))).toBe('2802292359')
  })

  it('tells a 3.4 peer ENROUTE for SCHEDULED', () => {
    expect(formatReceipt(receiptOf('SCHEDULED', noonMs, ''))).toContain('stat:ENROUTE')
    expect(formatReceipt(receiptOf('SKIPPED', noonMs, ''))).toContain('stat:UNDELIV')
    expect(formatReceipt(receiptOf('SCHEDULED', noonMs, ''), 0x50)).toContain('stat:SCHEDULD')
  })
})

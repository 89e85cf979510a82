// What money costs a message, printed. The bounds are what is promised, or far above what was measured where a busy machine would break them.
import { describe, expect, it } from 'vitest'
import type { Bill, Sent } from '../message/bill.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../message/ids.js'
import type { ReceiptOrigin } from '../message/receipt.js'
import { Books } from './books.js'
import { decideRoute, routingPlan, type Candidate } from './candidates.js'
import { CdrLines } from './cdr.js'
import { recordText } from './record-line.js'
import { finished } from '../lib/slices.js'
import { compileTariff } from './compile-tariff.js'
import { compileExchange, rateAt } from './exchange.js'
import { offerFor, priceList } from './price-list.js'
import { readRateSheet } from './rate-sheet.js'
import { reported, takenLast } from './settle.js'
import { buffersOf, findRate, rateDefaults, type Rate } from './tariff.js'

const RATES = 100_000
const ROUNDS = 12

/** The best of some rounds: what else the machine does is not ours. */
function microsPerRun(runs: number, work: (i: number) => unknown): number {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const from = process.hrtime.bigint()
    for (let i = 0; i < runs; i++) work(i)
    best = Math.min(best, Number(process.hrtime.bigint() - from) / 1000 / runs)
  }
  return best
}

/** The longest step of what works in slices, and all of it, in ms. */
function sliced<T>(slices: Generator<void, T>): {
  readonly longestMs: number
  readonly allMs: number
  readonly result: T
} {
  let longestMs = 0
  let allMs = 0
  for (;;) {
    const from = process.hrtime.bigint()
    const step = slices.next()
    const ms = Number(process.hrtime.bigint() - from) / 1e6
    longestMs = Math.max(longestMs, ms)
    allMs += ms
    if (step.done === true) return { longestMs, allMs, result: step.value }
  }
}

function report(what: string, value: number, unit: string, bound: number): void {
  console.log(`${what}: ${value.toFixed(3)} ${unit}`)
  expect(value).toBeLessThan(bound)
}

/** Prefixes of 2 to 8 digits, no two alike, as dense as those of a wholesale price list. */
const prefixes = [...new Set(Array.from({ length: RATES * 2 }, (_, i) => String((i * 7919) % 29_999_999)))].slice(
  0,
  RATES,
)
const rates = prefixes.map((destination, i): Rate => ({ ...rateDefaults, destination, priceMicros: 1000 + (i % 5000) }))
const numbers = Array.from({ length: 1024 }, (_, i) => `${prefixes[(i * 97) % RATES]}${5_550_000 + i}`.slice(0, 15))
const exchange = compileExchange('EUR', [{ currency: 'USD', rate: '0.912345678', fromMs: 0 }])
const network = { mcc: '310', mnc: '410' }

describe('the speed of', () => {
  it('compiling 100,000 rates, in slices', () => {
    // The first run is the compiler's; a reload comes in a running switch.
    const runs = Array.from({ length: 3 }, () => sliced(compileTariff(rates, 'USD')))
    report('all of it', Math.min(...runs.map(({ allMs }) => allMs)), 'ms', 1000)
    report('the longest slice', Math.min(...runs.map(({ longestMs }) => longestMs)), 'ms', 40)
    const bytes = buffersOf(runs[0]!.result).reduce((sum, { byteLength }) => sum + byteLength, 0)
    report('octets a rate', bytes / RATES, 'octets', 60)
  })

  it('reading a sheet of 100,000 rates, in slices', () => {
    const text = `destination,price,preference\n${prefixes.map((prefix) => `${prefix},0.0045,7`).join('\n')}`
    const runs = Array.from({ length: 3 }, () => sliced(readRateSheet(text)))
    expect(runs[0]!.result.rates).toHaveLength(RATES)
    report('all of it', Math.min(...runs.map(({ allMs }) => allMs)), 'ms', 2000)
    report('the longest slice', Math.min(...runs.map(({ longestMs }) => longestMs)), 'ms', 40)
  })

  it('finding a rate among 100,000', () => {
    const tariff = finished(compileTariff(rates, 'USD'))
    const list = priceList(tariff, rateAt(exchange, 'USD', 0)!)
    report(
      'the row',
      microsPerRun(20_000, (i) => findRate(tariff, numbers[i & 1023]!, network, 1)),
      'µs',
      1,
    )
    report(
      'the offer',
      microsPerRun(20_000, (i) => offerFor(list, numbers[i & 1023]!, network, 1)),
      'µs',
      1.5,
    )
  })

  it('deciding a route of 10 candidates', () => {
    const tariffs = Array.from({ length: 10 }, (_, n) =>
      priceList(
        finished(
          compileTariff(
            rates.map((rate) => ({ ...rate, priceMicros: rate.priceMicros + n * 37 })),
            'USD',
          ),
        ),
        rateAt(exchange, 'USD', 0)!,
      ),
    )
    const connections = tariffs.map((_, n) => `c${n}` as ConnectionId)
    const vendor = 'v' as VendorId
    const plan = routingPlan([{ category: 'Default', order: 1 }])
    const profit = { absoluteMicros: 0, relativeBasisPoints: 100, both: true }
    const decide = (candidates: readonly Candidate[]) =>
      decideRoute({ candidates, plan, saleMicros: 6000, profit, downLinks: 'last', chance: 0.5 })
    const priced = (called: string) =>
      tariffs.map((tariff, n): Candidate => {
        const offer = offerFor(tariff, called, undefined, 1)
        const connection = connections[n]!
        return { connection, vendor, isActive: true, isUp: n !== 3, isFull: n === 5, isResting: false, offer }
      })
    const ready = priced(numbers[0]!)
    report(
      'the decision',
      microsPerRun(10_000, () => decide(ready)),
      'µs',
      5,
    )
    report(
      'with ten prices looked up',
      microsPerRun(5_000, (i) => decide(priced(numbers[i & 1023]!))),
      'µs',
      15,
    )
    const few = ready.slice(0, 2)
    report(
      'the decision between two',
      microsPerRun(20_000, () => decide(few)),
      'µs',
      2,
    )
  })

  it('holding, settling and the line about it', () => {
    const books = new Books([{ customer: 'c', heldMicros: 0, chargedMicros: 0, paidInMicros: 1e15 }], [])
    const payer = { customer: 'c', creditMicros: 0, isBlocked: false }
    const account = { id: 'a' as AccountId, limits: { spentMicros: 0, messages: 0 } }
    const price = { currency: 'EUR', ownMicros: 4500, exchange: '1', baseMicros: 4500 }
    const held: Bill = {
      ...{ customer: 'c', policy: 'sms', price, units: 1, day: 0, state: 'held', mcc: '', mnc: '' },
      ...{ onSilence: undefined, sent: undefined },
    }
    const terms = { settleOn: 'answer', receiptTimeoutMs: 1, onReceiptTimeout: 'charge' } as const
    const lines = new CdrLines(() => 'EUR')
    const origin = originOfMessage
    let octets = 0
    const micros = microsPerRun(20_000, (i) => {
      books.reserve(payer, account, 4500, 1, 0)
      const sent: Sent = { vendor: 'v' as VendorId, connection: 'c1' as ConnectionId, segments: 1, price, atMs: i }
      const { bill, move } = takenLast(held, account.id, sent, terms, true)
      if (move !== undefined) books.apply(move)
      const after = reported(bill, account.id, 'DELIVERED')
      octets += recordText(lines.ofOrigin(origin, after.bill, 'DELIVERED', '000', i)).length
    })
    expect(octets).toBeGreaterThan(0)
    report('all of it', micros, 'µs', 5)
  })
})

const originOfMessage: ReceiptOrigin = {
  messageId: '0000000100000001' as MessageId,
  account: 'a' as AccountId,
  source: { ton: 1, npi: 1, value: '447700900001' },
  destination: { ton: 1, npi: 1, value: '447700900123' },
  asSent: undefined,
  request: { final: 'all', intermediate: false },
  acceptedAtMs: 1_800_000_000_000,
  userMessageReference: -1,
  head: '',
  parts: [],
}

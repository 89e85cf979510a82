// A lookup on a fake clock with providers that answer when told to. For tests only.

import { FakeClock } from '../lib/fake-clock.js'
import { Lookup } from './lookup.js'
import { defaultLookupOptions, type LookupOptions } from './lookup-ports.js'
import type {
  AskedProvider,
  LookupFailure,
  LookupProvider,
  LookupResult,
  NetworkAnswer,
  TableProvider,
} from './provider.js'
import type { LookupStore } from './stored-answers.js'

export const known: NetworkAnswer = {
  kind: 'network',
  network: { mcc: '310', mnc: '260' },
  ported: true,
  roaming: false,
  reachable: true,
}
export const other: NetworkAnswer = { ...known, network: { mcc: '262', mnc: '01' } }
export const unknown: LookupResult = { kind: 'unknown', text: 'test' }
export const broken: LookupFailure = { kind: 'unreachable', text: 'test', faultOf: 'provider' }

interface Question {
  readonly number: string
  readonly signal: AbortSignal
  readonly answer: (result: LookupResult) => void
}

/** Holds each question until it is answered by the test. */
export class HandProvider implements AskedProvider {
  readonly kind = 'asked'
  readonly name: string
  readonly asked: string[] = []
  readonly open: Question[] = []
  mostPerNumber = 0
  isClosed = false

  constructor(name = 'hand') {
    this.name = name
  }

  lookup(number: string, signal: AbortSignal): Promise<LookupResult> {
    this.asked.push(number)
    return new Promise((resolve) => {
      const question: Question = {
        number,
        signal,
        answer: (result) => {
          const at = this.open.indexOf(question)
          if (at !== -1) this.open.splice(at, 1)
          resolve(result)
        },
      }
      this.open.push(question)
      this.mostPerNumber = Math.max(this.mostPerNumber, this.open.filter((one) => one.number === number).length)
      signal.addEventListener('abort', () =>
        question.answer({ kind: 'timeout', text: 'given up', faultOf: 'provider' }),
      )
    })
  }

  /** Answers the oldest open question, for `number` where given. */
  async answer(result: LookupResult, number?: string): Promise<void> {
    const question = this.open.find((one) => number === undefined || one.number === number)
    if (question === undefined) throw new Error('nobody asks')
    question.answer(result)
    await settle()
  }

  close(): void {
    this.isClosed = true
  }
}

/** Lets promises that are ready run their course. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function createRig(
  providers: readonly LookupProvider[],
  changed: Partial<LookupOptions> = {},
  store?: LookupStore,
) {
  const clock = new FakeClock()
  const events: string[] = []
  const faults: unknown[] = []
  const lookup = new Lookup(
    providers,
    { ...defaultLookupOptions, ...changed },
    {
      clock,
      timers: clock,
      store,
      events: {
        asked: (provider, outcome, seconds) => events.push(`asked ${provider} ${outcome} ${seconds}`),
        failed: (provider, kind, text) => events.push(`failed ${provider} ${kind} ${text}`),
        cache: (outcome) => events.push(outcome),
        overloaded: () => events.push('overloaded'),
        breaker: (provider, state) => events.push(`breaker ${provider} ${state}`),
        storeFailed: (error) => events.push(`storeFailed ${String(error)}`),
        fault: (error) => faults.push(error),
      },
    },
  )
  const told: [string, LookupResult['kind']][] = []
  /** Asks, and notes in `told` what comes. */
  const ask = (number: string): void => lookup.ask(number, (of, result) => told.push([of, result.kind]))
  return { clock, events, faults, lookup, told, ask }
}

export const A = '12025550101'
export const B = '12025550102'
export const C = '12025550103'

export const tableWith = (numbers: readonly string[]): TableProvider => ({
  kind: 'table',
  name: 'table',
  find: (number) => (numbers.includes(number) ? other : undefined),
})

// A provider with its deadline and its breaker, shared by all who ask it: what is asked of it always ends. It knows no cache and no
// other provider.

import { type BreakerState, closedBreaker, mayAsk, outcomeOf } from './breaker.js'
import type { LookupOptions, LookupPorts } from './lookup-ports.js'
import { type AskedProvider, isAnswer, type LookupFailure, type LookupResult } from './provider.js'

/** Owns the breaker and the requests that are out. */
export class GuardedProvider {
  readonly kind = 'guarded'
  readonly name: string
  readonly #provider: AskedProvider
  readonly #options: LookupOptions
  readonly #ports: LookupPorts
  readonly #out = new Set<() => void>()
  /** Numbers that it is asked about now: who else asks shares the answer. */
  readonly #asking = new Map<string, Promise<LookupResult>>()
  #breaker: BreakerState

  constructor(provider: AskedProvider, options: LookupOptions, ports: LookupPorts) {
    this.name = provider.name
    this.#provider = provider
    this.#options = options
    this.#ports = ports
    this.#breaker = closedBreaker(ports.clock.monotonicMs())
  }

  get state(): BreakerState['kind'] {
    return this.#breaker.kind
  }

  /** Resolves within the timeout; never rejects. At most one request for a number is out. */
  ask(number: string): Promise<LookupResult> {
    const known = this.#asking.get(number)
    if (known !== undefined) return known
    const asking = this.#ask(number).finally(() => this.#asking.delete(number))
    this.#asking.set(number, asking)
    return asking
  }

  async #ask(number: string): Promise<LookupResult> {
    const { clock, events } = this.#ports
    const startMs = clock.monotonicMs()
    const [asked, leave] = mayAsk(this.#breaker, this.#options.breaker, startMs)
    this.#become(asked)
    if (leave === undefined) return this.#failure('unreachable', 'left alone after many failures', 'provider')
    const result = await this.#withDeadline(number)
    const endMs = clock.monotonicMs()
    const isFault = !isAnswer(result) && result.faultOf === 'provider'
    this.#become(outcomeOf(this.#breaker, this.#options.breaker, leave, isFault, endMs))
    events.asked(this.name, result.kind, (endMs - startMs) / 1000)
    if (!isAnswer(result)) events.failed(this.name, result.kind, result.text)
    return result
  }

  /** Gives up what is out and drops the connections. */
  close(): void {
    for (const giveUp of this.#out) giveUp()
    this.#provider.close()
  }

  // The deadline holds whether the provider heeds its signal or not.
  #withDeadline(number: string): Promise<LookupResult> {
    return new Promise((resolve) => {
      const controller = new AbortController()
      const end = (result: LookupResult): void => {
        if (!this.#out.delete(giveUp)) return
        cancel()
        resolve(result)
      }
      const giveUp = (): void => {
        end(this.#failure('unreachable', 'given up: the switch stops', 'switch'))
        controller.abort()
      }
      this.#out.add(giveUp)
      const cancel = this.#ports.timers.after(this.#options.timeoutMs, () => {
        end(this.#failure('timeout', `no answer within ${this.#options.timeoutMs} ms`, 'provider'))
        controller.abort()
      })
      void this.#outcome(number, controller.signal).then(end)
    })
  }

  async #outcome(number: string, signal: AbortSignal): Promise<LookupResult> {
    try {
      return await this.#provider.lookup(number, signal)
    } catch (error) {
      this.#ports.events.fault(error)
      return this.#failure('garbage', 'fault while asking', 'provider')
    }
  }

  #become(state: BreakerState): void {
    const before = this.#breaker.kind
    this.#breaker = state
    if (state.kind !== before) this.#ports.events.breaker(this.name, state.kind)
  }

  #failure(kind: LookupFailure['kind'], text: string, faultOf: LookupFailure['faultOf']): LookupFailure {
    return { kind, text: `${this.name}: ${text}`, faultOf }
  }
}

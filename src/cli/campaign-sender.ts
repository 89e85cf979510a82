// Sends a campaign's requests: some at a time, at a pace, again where nobody knows or the switch says later. How far it came is the
// record's; time and the network are ports.
import type { Answered } from './campaign-client.js'
import { errorOf } from './campaign-client.js'
import type { CampaignRequest } from './campaign-sheet.js'
import type { Settled } from './campaign-state.js'

export interface SenderPorts {
  post(request: CampaignRequest): Promise<Answered>
  /** Monotonic, ms. */
  readonly nowMs: () => number
  /** Resolves after so many ms, or at once when the campaign is to pause. */
  wait(ms: number): Promise<void>
  /** Whether the campaign is to pause: what is out is waited for. */
  readonly isPausing: () => boolean
  /** Told when something is waited for, '' when no more. */
  readonly onNote: (note: string) => void
  /** Told after each request that is settled. */
  readonly onSettled: () => void
}

/** How far it came. */
export interface SenderRecord {
  isSettled(request: CampaignRequest): boolean
  reserve(request: CampaignRequest): void
  isTooOld(request: CampaignRequest): boolean
  settle(request: CampaignRequest, settled: Settled): void
}

export interface SenderOptions {
  /** Requests that are out at a time. */
  readonly concurrency: number
  /** Messages a second. */
  readonly rate: number
  /** How long the switch may give no useful answer before the campaign pauses, ms. */
  readonly patienceMs: number
}

export type Ended =
  | { readonly kind: 'done' }
  /** What is left goes out when it is called again; `why` is '' where it was asked to pause. */
  | { readonly kind: 'paused'; readonly why: string }

const BACKOFF_MS = { first: 1_000, last: 30_000 }
/** Refusals one after the other, and nothing else: it is not the rows that are wrong. */
const REFUSED_MAX = 20
const UNKNOWN = 'unknown: it may have been sent, too long ago to ask'
const NOT_TAKEN = 'not accepted: no valid number, or no room'

export class CampaignSender {
  readonly #requests: Iterator<CampaignRequest>
  readonly #record: SenderRecord
  readonly #ports: SenderPorts
  readonly #options: SenderOptions
  /** When the next message may go, and when anything may after the switch said later. */
  #nextMs: number
  #laterMs = -Infinity
  #usefulMs: number
  #refused = 0
  #unsettled = 0
  #why: string | undefined

  constructor(requests: Iterable<CampaignRequest>, record: SenderRecord, ports: SenderPorts, options: SenderOptions) {
    this.#requests = requests[Symbol.iterator]()
    this.#record = record
    this.#ports = ports
    this.#options = options
    this.#nextMs = this.#usefulMs = ports.nowMs()
  }

  /** Ends when nothing is out any more. Rejects as the record does, which is when its disk fails. */
  async run(): Promise<Ended> {
    const out = new Set<Promise<void>>()
    const faults: unknown[] = []
    let isAllOut = true
    for (let request = this.#next(); request !== undefined; request = this.#next()) {
      await this.#turn(request.rows.length)
      while (out.size >= this.#options.concurrency && !this.#isEnding()) await Promise.race(out)
      if (this.#isEnding()) {
        isAllOut = false
        break
      }
      this.#record.reserve(request)
      this.#unsettled++
      const sending: Promise<void> = this.#send(request)
        .catch((fault: unknown) => {
          faults.push(fault)
          this.#why ??= 'a fault'
        })
        .finally(() => out.delete(sending))
      out.add(sending)
    }
    await Promise.all(out)
    if (faults.length > 0) throw faults[0]
    if (isAllOut && this.#unsettled === 0) return { kind: 'done' }
    return { kind: 'paused', why: this.#why ?? '' }
  }

  #isEnding(): boolean {
    return this.#why !== undefined || this.#ports.isPausing()
  }

  #next(): CampaignRequest | undefined {
    for (;;) {
      const next = this.#requests.next()
      if (next.done === true) return undefined
      if (!this.#record.isSettled(next.value)) return next.value
    }
  }

  /** Waits for the pace, and until the switch said. */
  async #turn(messages: number): Promise<void> {
    const atMs = Math.max(this.#nextMs, this.#ports.nowMs())
    this.#nextMs = atMs + (messages * 1000) / this.#options.rate
    await this.#until(() => Math.max(atMs, this.#laterMs))
  }

  /** Also when that moves away meanwhile. */
  async #until(whenMs: () => number): Promise<void> {
    for (;;) {
      const leftMs = whenMs() - this.#ports.nowMs()
      if (leftMs <= 0 || this.#isEnding()) return
      await this.#ports.wait(leftMs)
    }
  }

  /** Until it is settled, or the campaign pauses: then it goes out again with the next start, under the same key. */
  async #send(request: CampaignRequest): Promise<void> {
    for (let tries = 0; ; tries++) {
      if (this.#record.isTooOld(request)) return this.#settle(request, allFailed(request, UNKNOWN))
      const answer = await this.#ports.post(request)
      const meant = meaningOf(answer, request)
      if (meant.kind !== 'noAnswer') this.#usefulMs = this.#ports.nowMs()
      switch (meant.kind) {
        case 'accepted':
          this.#refused = 0
          this.#ports.onNote('')
          return this.#settle(request, meant)
        case 'refused':
          this.#settle(request, allFailed(request, meant.why))
          if (++this.#refused >= REFUSED_MAX)
            this.#why ??= `the last ${REFUSED_MAX} requests were refused: ${meant.why}`
          return
        case 'fatal':
          this.#why ??= meant.why
          return
        case 'noAnswer':
          if (this.#ports.nowMs() - this.#usefulMs > this.#options.patienceMs) this.#why ??= meant.why
          break
        case 'later':
      }
      const retryMs = meant.retryMs ?? Math.min(BACKOFF_MS.last, BACKOFF_MS.first * 2 ** Math.min(tries, 10))
      // All wait: the next one would be told the same.
      this.#laterMs = Math.max(this.#laterMs, this.#ports.nowMs() + retryMs)
      this.#ports.onNote(`waiting: ${meant.why}`)
      await this.#until(() => this.#laterMs)
      if (this.#isEnding()) return
    }
  }

  #settle(request: CampaignRequest, settled: Settled): void {
    this.#record.settle(request, settled)
    this.#unsettled--
    this.#ports.onSettled()
  }
}

type Meaning =
  | { readonly kind: 'accepted'; readonly errors: ReadonlyMap<number, string> }
  /** These rows will never be taken. */
  | { readonly kind: 'refused'; readonly why: string }
  /** No row will be taken before somebody does something. */
  | { readonly kind: 'fatal'; readonly why: string }
  | { readonly kind: 'later' | 'noAnswer'; readonly why: string; readonly retryMs: number | undefined }

/** What an answer to rows means. */
function meaningOf(answer: Answered, { rows }: CampaignRequest): Meaning {
  if (answer.kind === 'lost') return { kind: 'noAnswer', why: answer.why, retryMs: undefined }
  const { status, body, retryMs } = answer
  const why = errorOf(answer)
  if (status === 202 && Array.isArray(body['message_uuid'])) {
    const { invalid_number: invalid } = body
    const not = new Set(Array.isArray(invalid) ? invalid.map(String) : [])
    const errors = new Map<number, string>()
    rows.forEach(({ to }, index) => {
      if (not.has(to)) errors.set(index, NOT_TAKEN)
    })
    return { kind: 'accepted', errors }
  }
  if (status === 429 || (status === 503 && retryMs !== undefined)) return { kind: 'later', why, retryMs }
  if (status === 401 || status === 404 || why.startsWith('400: powerpack_uuid')) return { kind: 'fatal', why }
  if (status >= 400 && status < 500 && status !== 408) return { kind: 'refused', why }
  return { kind: 'noAnswer', why, retryMs }
}

function allFailed({ rows }: CampaignRequest, why: string): Settled {
  return { errors: new Map(rows.map((_, index) => [index, why])) }
}

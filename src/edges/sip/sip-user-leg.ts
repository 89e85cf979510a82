// One letter on its way to one phone: whole or in pieces, over the first of its ways that leads there. Ends once, with what that
// means for the letter. Knows nothing of other phones.

import { isReliable, type Binding, type ClientOutcome, type Flow } from '../../sip/index.js'
import { headOctets, messageRequest, type Letter } from './egress.js'
import { meaningOf, over, type Meaning } from './outcomes.js'
import { piecesOf } from './pieces.js'
import type { SipUserPorts, SipUserSettings } from './sip-user-ports.js'

/** No phone is that small. */
const SMALLEST_PIECE = 40
/** When the transactions are full. */
const FULL_RETRY_MS = 1000
/** RFC 5626 §11. */
const FLOW_FAILED = 430

/** How it ended. `lost`: the connection that it was sent over ended before an answer. */
export type LegEnd = Exclude<Meaning, { kind: 'split' | 'challenged' }> | { readonly kind: 'lost' }

/** How far the pieces of a text have come; kept while a phone is away. */
export interface Progress {
  readonly pieces: readonly string[]
  taken: number
}

export class Leg {
  readonly #letter: Letter
  readonly #ways: readonly Binding[]
  readonly #ports: SipUserPorts
  readonly #settings: SipUserSettings
  readonly #ended: (end: LegEnd) => void
  #way = 0
  /** Once one of its ways was tried and did not answer. */
  #isLost = false
  /** How often the text was cut. */
  #cuts = 0
  progress: Progress | undefined

  /** @param ended called once after `start`, perhaps within it */
  constructor(
    letter: Letter,
    ways: readonly Binding[],
    progress: Progress | undefined,
    ports: SipUserPorts,
    settings: SipUserSettings,
    ended: (end: LegEnd) => void,
  ) {
    this.#letter = letter
    this.#ways = isSurelySmall(letter, settings) ? ways : reliableFirst(ways)
    this.progress = progress
    this.#ports = ports
    this.#settings = settings
    this.#ended = ended
  }

  /** Sends it, or its next piece, over the first way that takes it. */
  start(): void {
    for (; this.#way < this.#ways.length; this.#way++) {
      const binding = this.#ways[this.#way]!
      const flow = this.#ports.flowOf(binding.flow)
      if (flow === undefined || !flow.isOpen) {
        if (isReliable(binding.flow.kind)) this.#ports.lost(binding)
        continue
      }
      const sent = this.#sendOver(flow, binding)
      if (sent === 'sent') return
      if (sent === 'full') return this.#ended({ kind: 'offline', retryAfterMs: FULL_RETRY_MS })
      if (sent === 'tooLarge') return this.#ended(over('UNDELIVERABLE', 513))
    }
    this.#ended(this.#isLost ? { kind: 'lost' } : { kind: 'offline', retryAfterMs: undefined })
  }

  #sendOver(flow: Flow, binding: Binding): 'sent' | 'notSent' | 'full' | 'tooLarge' {
    const letter = this.#letter
    let body = this.#piece() ?? letter.body
    let request = messageRequest(letter, binding, body, this.#mark())
    if (!isReliable(flow.kind) && letter.text !== undefined && this.#settings.largeOnUdp === 'split') {
      const room = this.#settings.udpMaxBytes - headOctets(request)
      if (body.length > room) {
        if (!this.#cut(room)) return 'tooLarge'
        body = this.#piece()!
        request = messageRequest(letter, binding, body, this.#mark())
      }
    }
    return this.#ports.request(request, flow, (outcome) => this.#answered(outcome, flow, body.length))
  }

  #answered(outcome: ClientOutcome, flow: Flow, octets: number): void {
    const meaning = meaningOf(outcome)
    this.#ports.events.answered(flow.kind, meaning.kind)
    switch (meaning.kind) {
      case 'delivered':
        if (this.progress === undefined || ++this.progress.taken >= this.progress.pieces.length) this.#ended(meaning)
        else this.start()
        return
      case 'split':
        if (octets >= 2 * SMALLEST_PIECE && this.#cut(octets >> 1)) this.start()
        else this.#ended(over('UNDELIVERABLE', meaning.status))
        return
      case 'challenged':
        // A phone has no business asking us who we are.
        return this.#ended(over('UNDELIVERABLE', meaning.status))
      case 'offline':
        // Who answers is there: only silence is worth another way, and a proxy whose own flow is gone.
        if (outcome.kind === 'response' && outcome.response.status !== FLOW_FAILED) return this.#ended(meaning)
        this.#isLost ||= outcome.kind === 'failed'
        this.#way++
        return this.start()
      case 'again':
      case 'over':
        return this.#ended(meaning)
    }
  }

  /** What is to be sent of a text in pieces. */
  #piece(): Buffer | undefined {
    const piece = this.progress?.pieces[this.progress.taken]
    return piece === undefined ? undefined : Buffer.from(piece)
  }

  /** Tells pieces from each other, also those before and after a cut: a phone takes what is alike for the same (RFC 3261 §8.2.2.2). */
  #mark(): string {
    return this.progress === undefined ? '' : `${this.#cuts}-${this.progress.taken}.`
  }

  /** Cuts what is not taken yet. False where that can't be. */
  #cut(maxOctets: number): boolean {
    const { text } = this.#letter
    if (text === undefined || maxOctets < SMALLEST_PIECE) return false
    const taken = this.progress?.taken ?? 0
    const left = this.progress === undefined ? text : this.progress.pieces.slice(taken).join('')
    const pieces = piecesOf(left, maxOctets, this.#settings.maxPieces - taken)
    if (pieces === undefined) return false
    this.#cuts++
    this.progress = { pieces: [...new Array<string>(taken).fill(''), ...pieces], taken }
    return true
  }
}

/** Before anything is written: heads of ours are far from half a datagram. */
function isSurelySmall({ body }: Letter, { udpMaxBytes }: SipUserSettings): boolean {
  return body.length * 2 <= udpMaxBytes
}

/** RFC 3428 §8. */
function reliableFirst(ways: readonly Binding[]): readonly Binding[] {
  const isSure = ({ flow }: Binding): boolean => isReliable(flow.kind)
  if (ways.length === 1 || ways.every(isSure)) return ways
  return [...ways.filter(isSure), ...ways.filter((way) => !isSure(way))]
}

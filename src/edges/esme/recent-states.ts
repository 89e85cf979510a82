// What became of the latest messages, for query_sm. A memory only: what is forgotten is not known, whatever the store has.
//
// An id's place is its counter modulo the number of places. Ids of one source count up, so that each new one takes the place
// of the oldest. Receipts take ids from the same source: hence twice as many places as ids are to be remembered.

import type { AccountId, MessageId } from '../../message/ids.js'
import type { Message } from '../../message/message.js'
import type { MessagePart } from '../../message/receipt.js'
import { messageStates, type MessageState } from '../../message/state.js'

/** What query_sm tells of a message. */
export interface KnownState {
  readonly state: MessageState
  /** Up to three characters; '000' for none. */
  readonly error: string
  /** Wall time of the end in ms since 1970, -1 before it. */
  readonly doneAtMs: number
}

const PLACES_PER_ID = 2
const NOT_HEX = -1
const ID_LENGTH = 16
/** By their code. In `#state` they stand one higher: 0 is an empty place. */
const states = (Object.keys(messageStates) as MessageState[]).sort(
  (a, b) => messageStates[a].code - messageStates[b].code,
)
const ENROUTE = messageStates.ENROUTE.code + 1
const NO_ERROR = packed('000')

/** 29 octets a place, 58 for each id that it is made for, all taken at the start; and the ids themselves. */
export class RecentStates {
  readonly #places: number
  readonly #id: (string | undefined)[]
  readonly #account: (AccountId | undefined)[]
  readonly #state: Uint8Array
  readonly #error: Uint32Array
  readonly #doneAtMs: Float64Array

  /** @param max ids remembered when each has one receipt, more when they have none; 0 for none at all */
  constructor(max: number) {
    const places = max * PLACES_PER_ID
    this.#places = places
    this.#id = new Array<string | undefined>(places).fill(undefined)
    this.#account = new Array<AccountId | undefined>(places).fill(undefined)
    this.#state = new Uint8Array(places)
    this.#error = new Uint32Array(places)
    this.#doneAtMs = new Float64Array(places)
  }

  /** A message of an account was accepted: each of its parts may be asked for. Called on the hot path. */
  accepted(message: Message): void {
    if (message.direction === 'mo') return
    const { account, parts } = message
    if (parts.length === 0) this.taken(account, message.id)
    else for (const part of parts) this.taken(account, part.id)
  }

  /** A message, or a part of one that is not whole, was taken from its sender under this id. */
  taken(account: AccountId, id: MessageId): void {
    const counter = counterOf(id)
    if (this.#places === 0 || counter === NOT_HEX) return
    this.#put(counter % this.#places, id, account, ENROUTE, NO_ERROR, -1)
  }

  /**
   * A message reached a final state. One from before the start is remembered too, where its place is free.
   *
   * @param parts which end with it, where it came in several
   * @param error up to three characters
   * @param doneAtMs wall time
   */
  told(
    account: AccountId,
    id: MessageId,
    parts: readonly MessagePart[],
    state: MessageState,
    error: string,
    doneAtMs: number,
  ): void {
    if (parts.length === 0) this.#end(account, id, state, error, doneAtMs)
    else for (const part of parts) this.#end(account, part.id, state, error, doneAtMs)
  }

  /** undefined for an id that is unknown, forgotten, or another account's. */
  stateOf(account: AccountId, id: string): KnownState | undefined {
    if (this.#places === 0 || id.length !== ID_LENGTH) return undefined
    const counter = counterOf(id)
    const place = counter % this.#places
    if (counter === NOT_HEX || this.#id[place] !== id || this.#account[place] !== account) return undefined
    return {
      state: states[this.#state[place]! - 1]!,
      error: unpacked(this.#error[place]!),
      doneAtMs: this.#doneAtMs[place]!,
    }
  }

  #end(account: AccountId, id: MessageId, state: MessageState, error: string, doneAtMs: number): void {
    const counter = counterOf(id)
    if (this.#places === 0 || counter === NOT_HEX) return
    const place = counter % this.#places
    const holder = this.#id[place]
    if (holder !== undefined && holder !== id) return
    const { code } = messageStates[state]
    this.#put(place, id, account, code + 1, error === '000' ? NO_ERROR : packed(error), doneAtMs)
  }

  #put(place: number, id: string, account: AccountId, state: number, error: number, doneAtMs: number): void {
    this.#id[place] = id
    this.#account[place] = account
    this.#state[place] = state
    this.#error[place] = error
    this.#doneAtMs[place] = doneAtMs
  }
}

function counterOf(id: string): number {
  return hexAt(id, 8)
}

/** The number in eight lower-case hex digits from `from`, or NOT_HEX. Faster than slicing and parsing. */
function hexAt(text: string, from: number): number {
  let value = 0
  for (let i = from; i < from + 8; i++) {
    const code = text.charCodeAt(i)
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : NOT_HEX
    if (digit === NOT_HEX) return NOT_HEX
    value = (value << 4) | digit
  }
  return value >>> 0
}

/** Up to three Latin-1 characters as one number. */
function packed(error: string): number {
  let value = 0
  for (let i = 0; i < Math.min(error.length, 3); i++) value = (value << 8) | (error.charCodeAt(i) & 0xff)
  return value
}

function unpacked(error: number): string {
  const codes = [error >> 16, (error >> 8) & 0xff, error & 0xff]
  return String.fromCharCode(...codes.filter((code) => code !== 0))
}

// Requests that may be repeated: what became of each destination of a request with an Idempotency-Key, kept in the step in which it
// became that. So also after a crash in the middle a repeated request sends what was not sent, and nothing twice.

import { createHash } from 'node:crypto'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { MessageRequest } from './message-request.js'

export const IDEMPOTENCY_TABLE = 'idempotency'
/** How long a request may be repeated. */
export const IDEMPOTENCY_MS = 24 * 3_600_000
const KEY_MAX = 255
const DAY_MS = 86_400_000
/** Enough until the year 2243. */
const DAY_DIGITS = 5

export interface Repeatable {
  readonly prefix: string
  /** Of what is asked for: another request may not have the same key. */
  readonly fingerprint: string
}

/** @param key the header; undefined where it is none */
export function repeatableOf(account: AccountId, key: string, request: MessageRequest): Repeatable | undefined {
  if (key.length > KEY_MAX || !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key)) return undefined
  return { prefix: `${account}|${digestOf(key)}|`, fingerprint: digestOf(JSON.stringify(request)) }
}

/**
 * Keys begin with the day, so that those that are too old lie together and none of them comes to be used again while it is removed.
 *
 * @param index of the destination in its request
 * @param day on which its row was made
 */
function repeatKey({ prefix }: Repeatable, index: number, day: number): string {
  return `${dayText(day)}|${prefix}${String(index).padStart(4, '0')}`
}

/**
 * The keys of all destinations of a request, once for each day of which a row would count.
 *
 * @param wallMs now
 * @param repeatableMs how long a request may be repeated
 */
export function repeatKeys(
  repeatable: Repeatable,
  destinations: number,
  wallMs: number,
  repeatableMs: number,
): readonly (readonly string[])[] {
  const days: string[][] = []
  for (let day = dayOf(wallMs); day >= dayOf(wallMs - repeatableMs); day--)
    days.push(Array.from({ length: destinations }, (_, index) => repeatKey(repeatable, index, day)))
  return days
}

/** Rows with keys before this one can be removed: no request is the same as theirs any more. */
export function firstRepeatKey(wallMs: number, repeatableMs: number): string {
  return `${dayText(dayOf(wallMs - repeatableMs))}|`
}

/** @param wallMs now */
export function repeatRow(repeatable: Repeatable, index: number, id: MessageId, wallMs: number): KeptRow {
  const text = `${Math.floor(wallMs)} ${repeatable.fingerprint} ${id}`
  return { table: IDEMPOTENCY_TABLE, key: repeatKey(repeatable, index, dayOf(wallMs)), text }
}

export type Before =
  /** The message of each destination, undefined where it has none yet. */
  { readonly kind: 'same'; readonly ids: readonly (MessageId | undefined)[] } | { readonly kind: 'other' }

/**
 * What is known of a request that came before.
 *
 * @param days the texts of its destinations, for each day that counts
 * @param sinceMs wall time: what is older does not count
 */
export function before(
  { fingerprint }: Repeatable,
  days: readonly (readonly (string | undefined)[])[],
  sinceMs: number,
): Before {
  const ids: (MessageId | undefined)[] = []
  for (const texts of days) {
    for (const [index, text] of texts.entries()) {
      const [at, of, id] = text?.split(' ') ?? []
      const counts = id !== undefined && Number(at) > sinceMs
      if (counts && of !== fingerprint) return { kind: 'other' }
      ids[index] ??= counts ? (id as MessageId) : undefined
    }
  }
  return { kind: 'same', ids }
}

/** Days since 1970, UTC. */
function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS)
}

function dayText(day: number): string {
  return String(Math.max(0, day)).padStart(DAY_DIGITS, '0')
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

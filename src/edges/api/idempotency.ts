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

/** @param index of the destination in its request */
export function repeatKey({ prefix }: Repeatable, index: number): string {
  return prefix + String(index).padStart(4, '0')
}

/** @param wallMs now */
export function repeatRow(repeatable: Repeatable, index: number, id: MessageId, wallMs: number): KeptRow {
  const text = `${Math.floor(wallMs)} ${repeatable.fingerprint} ${id}`
  return { table: IDEMPOTENCY_TABLE, key: repeatKey(repeatable, index), text }
}

export type Before =
  /** The message of each destination, undefined where it has none yet. */
  { readonly kind: 'same'; readonly ids: readonly (MessageId | undefined)[] } | { readonly kind: 'other' }

/** What is known of a request that came before, by the texts of its destinations. @param wallMs now */
export function before({ fingerprint }: Repeatable, texts: readonly (string | undefined)[], wallMs: number): Before {
  const ids: (MessageId | undefined)[] = []
  for (const text of texts) {
    const [at, of, id] = text?.split(' ') ?? []
    const counts = id !== undefined && isFresh(Number(at), wallMs)
    if (counts && of !== fingerprint) return { kind: 'other' }
    ids.push(counts ? (id as MessageId) : undefined)
  }
  return { kind: 'same', ids }
}

/** When a row was made, wall time in ms; NaN for one that is not ours. */
export function madeAtMs(text: string): number {
  return Number(/^[0-9]+/.exec(text)?.[0] ?? NaN)
}

function isFresh(atMs: number, wallMs: number): boolean {
  return wallMs - atMs < IDEMPOTENCY_MS
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

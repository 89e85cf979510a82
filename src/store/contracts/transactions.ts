// By which requests messages came, kept for as long as a peer may repeat them: so that a repeated one makes no second message, also
// after a crash. Types and checks only; knows no protocol.

import { createHash } from 'node:crypto'
import type { MessageId } from '../../message/ids.js'
import { isPrintable, MAX_DUE_MS } from './limits.js'

/** The request of a peer that a message came by. */
export interface IngressTransaction {
  /** 1–255 printable ASCII characters; see `transactionKeyOf`. */
  readonly key: string
  /** Switch time, ms: from then on the peer does not repeat it any more. */
  readonly expiresAtMs: number
}

export interface StoredTransaction extends IngressTransaction {
  readonly id: MessageId
}

const KEY_MAX = 255

/** A text from a peer as a key that every store takes: itself, or a digest of it where it is long or not printable ASCII. */
export function transactionKeyOf(text: string): string {
  return isPrintable(text, KEY_MAX) ? text : `sha256:${createHash('sha256').update(text).digest('base64url')}`
}

/** @throws RangeError for a key that no store takes, or a time that is none */
export function checkTransaction({ key, expiresAtMs }: IngressTransaction): void {
  if (!isPrintable(key, KEY_MAX))
    throw new RangeError(`the key of a transaction has 1–${KEY_MAX} printable ASCII characters`)
  if (!(expiresAtMs >= 0 && expiresAtMs <= MAX_DUE_MS))
    throw new RangeError(`the time ${expiresAtMs} at which a transaction is over is not in 0–${MAX_DUE_MS}`)
}

/** Of two with one key: which counts, in whatever order they come. */
export function counts(one: StoredTransaction, other: StoredTransaction): boolean {
  return one.expiresAtMs === other.expiresAtMs ? one.id > other.id : one.expiresAtMs > other.expiresAtMs
}

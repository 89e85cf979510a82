// A change of what is owned and pooled, in two steps: judged first, then, once its rows are durable, applied. Types and makers only.
import type { KeptRow } from '../message/kept.js'

/** Judged and allowed. Nothing has changed yet. Between judging and applying no other change may be judged. */
export interface Change<T> {
  readonly kind: 'change'
  /** What must be durable before `apply` is called. */
  readonly rows: readonly KeptRow[]
  /** What the change is about, as it is afterwards. */
  readonly value: T
  apply(): void
}

export type RefusalReason =
  | 'unknownPack'
  | 'unknownPool'
  | 'unknownNumber'
  | 'invalid'
  | 'nameTaken'
  | 'notYours'
  | 'owned'
  | 'inAnotherPool'
  | 'inNoPool'
  | 'noRoom'
  /** Somebody else is needed for it, who does not answer. */
  | 'unavailable'

/** Not allowed. */
export interface Refusal {
  readonly kind: 'refused'
  readonly reason: RefusalReason
  /** Which field of what was asked for is wrong; '' for none in particular. */
  readonly field: string
  /** Safe to show to whoever asked. */
  readonly what: string
}

export type Judged<T> = Change<T> | Refusal

export function refused(reason: RefusalReason, what: string, field = ''): Refusal {
  return { kind: 'refused', reason, field, what }
}

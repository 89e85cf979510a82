// What delivery asks of whoever knows the limits of carriers, and tells it. Types only.

import type { KeptRow } from '../message/kept.js'
import type { Limited, LimitedMessage } from '../message/limited.js'
import type { Message } from '../message/message.js'

export interface LimitedPorts {
  /** Is there any campaign? Where there is none, nothing else is asked. */
  isOn(): boolean
  /** What limits a message by what is registered now: undefined for nothing; a number without campaign may not send at all. */
  limitedOf(message: LimitedMessage): Limited | undefined | 'unregistered'
  /** Is a message limited as it was when its lane was chosen? Asked at each turn: must be cheap. */
  isStill(
    limited: Limited | undefined,
    message: Pick<Message, 'account' | 'source' | 'destination'>,
    isOfPool: boolean,
  ): boolean
  /** Whose days a segment counts on by what is registered now: to be remembered, since it may be others' when it is answered. */
  daysOf(limited: Limited): readonly string[]
  /**
   * A vendor has so many segments. Asked in the order in which that is recorded; the rows are kept in the same step.
   *
   * @param days on which they were counted when they were let go
   * @param isLate they had been given back
   */
  vendorHas(days: readonly string[], segments: number, isLate: boolean): readonly KeptRow[]
  /** So many segments that were let go are with no vendor. */
  vendorRefused(days: readonly string[], segments: number): void
  /**
   * One that counted as a vendor's, since it was never answered for, was refused after all.
   *
   * @param counted keys of the rows that it was counted in
   * @returns rows to be kept
   */
  refusedAfterAll(counted: readonly string[]): readonly KeptRow[]
}

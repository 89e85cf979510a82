// The states of a message and which of them end it.
//
//   SCHEDULED ─▶ ENROUTE ─▶ ACCEPTED ─▶ DELIVERED | EXPIRED | DELETED | UNDELIVERABLE | UNKNOWN | REJECTED | SKIPPED
//        any state before the last column may go straight to the last column; nothing leaves it

/** SMPP 5.0 §4.7.15 message_state, by its name. */
export type MessageState =
  | 'SCHEDULED'
  | 'ENROUTE'
  | 'DELIVERED'
  | 'EXPIRED'
  | 'DELETED'
  | 'UNDELIVERABLE'
  | 'ACCEPTED'
  | 'UNKNOWN'
  | 'REJECTED'
  | 'SKIPPED'

interface StateRow {
  /** SMPP 5.0 §4.7.15; 3.4 §5.2.28 has 1–8 only. */
  readonly code: number
  /** The word in a receipt's text (SMPP 3.4 Appendix B). */
  readonly word: string
  readonly final: boolean
}

export const messageStates: Readonly<Record<MessageState, StateRow>> = {
  SCHEDULED: { code: 0, word: 'SCHEDULD', final: false },
  ENROUTE: { code: 1, word: 'ENROUTE', final: false },
  DELIVERED: { code: 2, word: 'DELIVRD', final: true },
  EXPIRED: { code: 3, word: 'EXPIRED', final: true },
  DELETED: { code: 4, word: 'DELETED', final: true },
  UNDELIVERABLE: { code: 5, word: 'UNDELIV', final: true },
  ACCEPTED: { code: 6, word: 'ACCEPTD', final: false },
  UNKNOWN: { code: 7, word: 'UNKNOWN', final: true },
  REJECTED: { code: 8, word: 'REJECTD', final: true },
  SKIPPED: { code: 9, word: 'SKIPPED', final: true },
}

/** True when nothing can follow this state. */
export function isFinal(state: MessageState): boolean {
  return messageStates[state].final
}

// The session's timers (SMPP 3.4 §2.9) as values that are asked "what now?". Holds no clock and sets no timeout.

/** All in milliseconds; 0 turns one off. */
export interface TimerLimits {
  /** From the connection to an accepted bind. */
  readonly sessionInitMs: number
  /** Silence of the peer after which we ask whether it is alive. */
  readonly enquireLinkMs: number
  /** Time without any PDU but enquire_link in either direction, after which a bound session is closed. */
  readonly inactivityMs: number
  /** Time for the peer to answer a request of ours. */
  readonly responseMs: number
  /** Time that our output may wait because the peer does not read. */
  readonly writeStallMs: number
}

export const defaultTimers: TimerLimits = {
  sessionInitMs: 30_000,
  enquireLinkMs: 30_000,
  inactivityMs: 0,
  responseMs: 30_000,
  writeStallMs: 30_000,
}

/** When things last happened, in the caller's milliseconds; undefined: not, or not going on. */
export interface TimerMarks {
  openedAtMs: number
  bound: boolean
  receivedAtMs: number
  trafficAtMs: number
  enquiredAtMs: number | undefined
  stalledAtMs: number | undefined
  /** Our unbind, unanswered; the peer's, not answered by us as we still owe it answers. */
  unbindSentAtMs: number | undefined
  unbindAskedAtMs: number | undefined
  /** The owner's wish to leave; gone when the answers that we owe have taken too long to be waited for. */
  leavingAtMs: number | undefined
}

export type DueTimer =
  | 'none'
  | 'unbindUnanswered'
  | 'unbindOverdue'
  | 'leavingOverdue'
  | 'writeStall'
  | 'sessionInit'
  | 'enquireLinkUnanswered'
  | 'inactivity'
  | 'enquireLink'

const over = (sinceMs: number | undefined, limitMs: number, nowMs: number): boolean =>
  limitMs > 0 && sinceMs !== undefined && nowMs - sinceMs >= limitMs

/** The most serious timer that has run out. An unanswered enquire_link counts only if nothing else came meanwhile. */
export function dueTimer(marks: Readonly<TimerMarks>, limits: TimerLimits, nowMs: number): DueTimer {
  if (over(marks.stalledAtMs, limits.writeStallMs, nowMs)) return 'writeStall'
  if (over(marks.unbindSentAtMs, limits.responseMs, nowMs)) return 'unbindUnanswered'
  if (over(marks.unbindAskedAtMs, limits.responseMs, nowMs)) return 'unbindOverdue'
  if (over(marks.leavingAtMs, limits.responseMs, nowMs)) return 'leavingOverdue'
  if (!marks.bound) return over(marks.openedAtMs, limits.sessionInitMs, nowMs) ? 'sessionInit' : 'none'
  if (marks.enquiredAtMs !== undefined) {
    const silentSince = Math.max(marks.enquiredAtMs, marks.receivedAtMs)
    if (over(silentSince, limits.responseMs, nowMs)) return 'enquireLinkUnanswered'
  }
  if (over(marks.trafficAtMs, limits.inactivityMs, nowMs)) return 'inactivity'
  if (marks.enquiredAtMs === undefined && over(marks.receivedAtMs, limits.enquireLinkMs, nowMs)) return 'enquireLink'
  return 'none'
}

/** A session that has just been opened. */
export function openedAt(nowMs: number): TimerMarks {
  return {
    openedAtMs: nowMs,
    bound: false,
    receivedAtMs: nowMs,
    trafficAtMs: nowMs,
    enquiredAtMs: undefined,
    stalledAtMs: undefined,
    unbindSentAtMs: undefined,
    unbindAskedAtMs: undefined,
    leavingAtMs: undefined,
  }
}

// What the ledger says about the moments at which the daemon was ended. Pure.
import type { ArrivalEntry, SentEntry } from '../ledger/audit.js'
import type { EndKind } from './site.js'

export interface KillMoment {
  readonly kind: EndKind
  /** ms of the monotonic clock. */
  readonly atMs: number
  /** How long the load had run since the last one, ms. */
  readonly loadMs: number
  readonly acceptedBefore: number
}

export interface KillFigures {
  readonly kind: KillMoment['kind']
  /** Messages acknowledged a second since the last moment. */
  readonly acceptedPerSecond: number
  /** Acknowledged, and not answered by the vendor. */
  readonly unfinished: number
  /** Sent by the ESME and never answered. */
  readonly unanswered: number
  /** Of those, how many the switch delivered all the same: committed, and killed before the response. */
  readonly committedUnanswered: number
  /** Messages that came to the vendor before and after it. */
  readonly doubled: number
}

export function figuresOfKill(
  sent: readonly SentEntry[],
  arrivals: readonly ArrivalEntry[],
  moments: readonly KillMoment[],
): KillFigures[] {
  const finishedAt = new Map<number, number>()
  const cameAt = new Map<number, number[]>()
  for (const { number, cameAtMs, answeredAtMs } of arrivals) {
    if (answeredAtMs > 0 && !finishedAt.has(number)) finishedAt.set(number, answeredAtMs)
    const known = cameAt.get(number)
    if (known === undefined) cameAt.set(number, [cameAtMs])
    else known.push(cameAtMs)
  }
  return moments.map(({ kind, atMs, loadMs }, index) => {
    const previousMs = moments[index - 1]?.atMs ?? 0
    let [accepted, unfinished, unanswered, committedUnanswered, doubled] = [0, 0, 0, 0, 0]
    sent.forEach(({ state, answeredAtMs, sentAtMs }, number) => {
      if (sentAtMs > atMs) return
      if (state === 'A' && answeredAtMs > previousMs && answeredAtMs <= atMs) accepted++
      if (state === 'A' && answeredAtMs <= atMs && (finishedAt.get(number) ?? Infinity) > atMs) unfinished++
      if (state === 'U' && sentAtMs > previousMs) {
        unanswered++
        if (cameAt.has(number)) committedUnanswered++
      }
    })
    for (const times of cameAt.values()) {
      const before = times.findLast((time) => time <= atMs) ?? -Infinity
      if (before > previousMs && times.some((time) => time > atMs)) doubled++
    }
    const acceptedPerSecond = Math.round((accepted * 1000) / loadMs)
    return { kind, acceptedPerSecond, unfinished, unanswered, committedUnanswered, doubled }
  })
}

/** Of all answers that were forgotten at a kill: the longest time from the answer to the kill, ms. 0 for none. */
export function longestExplainedMs(arrivals: readonly ArrivalEntry[], killsMs: readonly number[]): number {
  const last = new Map<number, ArrivalEntry>()
  let longest = 0
  for (const arrival of arrivals) {
    const earlier = last.get(arrival.number)
    last.set(arrival.number, arrival)
    if (earlier === undefined || earlier.answeredAtMs === 0) continue
    // An answer after the kill went to a socket that nobody read any more.
    const kill = killsMs.find((ms) => ms >= earlier.cameAtMs && ms <= arrival.cameAtMs)
    longest = Math.max(longest, kill === undefined ? Infinity : kill - earlier.answeredAtMs)
  }
  return longest
}

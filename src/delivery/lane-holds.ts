// When limits held up a lane, and which of them: stretches of time, each with the name of the one that refused. Pure.

/** Switch time, ms. */
export interface Stretch {
  /** The name of the limit. */
  readonly limit: string
  readonly fromMs: number
  readonly toMs: number
}

/** What is kept of it with a lane. */
export interface Held {
  /** The limit that refused last, by name; '' while none holds it up. */
  heldBy: string
  /** Since when that one does. */
  heldSinceMs: number
  /** Stretches that are over and that something in the lane may have waited in, in order. */
  heldBefore: readonly Stretch[]
}

/** Stretches of a lane that are remembered: of more, the longest. */
const REMEMBERED = 16
const never: readonly Stretch[] = []

export const notHeld: Readonly<Held> = { heldBy: '', heldSinceMs: 0, heldBefore: never }

/** A limit refuses what is first in the lane. */
export function holdBy(held: Held, limit: string, nowMs: number): void {
  if (held.heldBy === limit) return
  endHold(held, nowMs)
  const last = held.heldBefore.at(-1)
  held.heldBy = limit
  if (last?.limit !== limit || last.toMs !== nowMs) {
    held.heldSinceMs = nowMs
    return
  }
  // It let one go and refuses the next at the same moment: nothing has ended for those behind.
  held.heldSinceMs = last.fromMs
  held.heldBefore = held.heldBefore.slice(0, -1)
}

/** What is first in the lane may go. */
export function endHold(held: Held, nowMs: number): void {
  const { heldBy, heldSinceMs } = held
  if (heldBy === '') return
  held.heldBy = ''
  if (nowMs <= heldSinceMs) return
  const all = [...held.heldBefore, { limit: heldBy, fromMs: heldSinceMs, toMs: nowMs }]
  if (all.length > REMEMBERED) all.splice(shortestOf(all), 1)
  held.heldBefore = all
}

/** Nothing is left in the lane. */
export function forgetHolds(held: Held): void {
  if (held.heldBy === '' && held.heldBefore === never) return
  held.heldBy = ''
  held.heldBefore = never
}

/** The parts of those stretches, the one that goes on included, in which something that was due then waited. */
export function heldSince(
  { heldBy, heldSinceMs, heldBefore }: Readonly<Held>,
  dueMs: number,
  nowMs: number,
): readonly Stretch[] {
  if (heldBy === '' && (heldBefore.at(-1)?.toMs ?? -Infinity) <= dueMs) return never
  const all = heldBy === '' ? heldBefore : [...heldBefore, { limit: heldBy, fromMs: heldSinceMs, toMs: nowMs }]
  return all
    .filter(({ toMs }) => toMs > dueMs)
    .map((stretch) => (stretch.fromMs >= dueMs ? stretch : { ...stretch, fromMs: dueMs }))
}

/** Those that ended before are of no use any more: what is behind was due later. */
export function forgetBefore(held: Held, dueMs: number): void {
  const { heldBefore } = held
  const first = heldBefore.findIndex(({ toMs }) => toMs > dueMs)
  if (first !== 0) held.heldBefore = first === -1 ? never : heldBefore.slice(first)
}

function shortestOf(stretches: readonly Stretch[]): number {
  let at = 0
  for (let i = 1; i < stretches.length; i++) if (lengthOf(stretches[i]!) < lengthOf(stretches[at]!)) at = i
  return at
}

const lengthOf = ({ fromMs, toMs }: Stretch): number => toMs - fromMs

/** How long each limit held it, in the order in which they began. */
export function sumsOf(stretches: readonly Stretch[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { limit, fromMs, toMs } of stretches) sums.set(limit, (sums.get(limit) ?? 0) + toMs - fromMs)
  return sums
}

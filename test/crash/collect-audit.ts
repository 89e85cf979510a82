// What became of every part that was acknowledged before its message was whole: the collector's book against the vendor's. Pure.
import { audit, type ArrivalEntry, type SentEntry } from '../ledger/audit.js'

/** The dump of test/ledger/collector.mjs. Times are ms of the monotonic clock. */
export interface CollectorBook {
  readonly partsOfMessage: number
  /** Every part that was sent; number = parts of a message * message + place. */
  readonly parts: readonly {
    readonly number: number
    /** First. */
    readonly sentAtMs: number
    readonly sends: number
    readonly refused: number
  }[]
  /** ESME_ROK, in the order they came. */
  readonly answers: readonly { readonly number: number; readonly id: string; readonly atMs: number }[]
  readonly receipts: readonly { readonly id: string; readonly states: readonly string[] }[]
  /** Messages that never got their last part. */
  readonly abandoned: readonly number[]
}

export interface CollectAuditOptions {
  readonly killsMs: readonly number[]
  /** multipart.timeoutMs of the switch. */
  readonly timeoutMs: number
  /** See test/ledger/audit.ts. */
  readonly answerGraceMs: number
}

export interface CollectAudit {
  readonly messages: number
  /** All of whose parts the vendor has. */
  readonly whole: number
  readonly acknowledged: number
  /** Acknowledged parts whose receipt said that their message did not become whole. */
  readonly failed: number
  /** Ids that two parts got. Must be empty. */
  readonly idsShared: readonly string[]
  /** Sent, perhaps again, and neither accepted nor refused at last. Must be empty once all is quiet. */
  readonly unanswered: readonly number[]
  /** Acknowledged, and never reported. Must be empty. */
  readonly lost: readonly string[]
  /** Reported as delivered, and the vendor lacks a part of the message. Must be empty. */
  readonly notWhole: readonly string[]
  /** Neither abandoned nor late, all parts acknowledged, and not whole at the vendor. Must be empty. */
  readonly missing: readonly number[]
  /** Parts reported as failed of messages that were neither abandoned nor late, and never sent again. Must be empty. */
  readonly failedForNothing: readonly string[]
  /** Abandoned, yet at the vendor. Must be empty. */
  readonly abandonedArrived: readonly number[]
  /** Parts that came to the vendor twice without a kill that explains it. Must be empty. */
  readonly unexplained: readonly number[]
  readonly doubled: number
  /** Messages that took so long that the switch may have given them up: a kill lay between their parts. */
  readonly late: number
  /** At each kill: messages with acknowledged parts and without others. */
  readonly halfCollected: readonly number[]
  /** Messages with acknowledged parts on both sides of a kill, whole at the vendor. */
  readonly acrossKills: number
}

const DELIVERED = 'DELIVRD'
/** Between a clock read here and one read there. */
const slackMs = 500

export function auditCollected(
  book: CollectorBook,
  arrivals: readonly ArrivalEntry[],
  options: CollectAuditOptions,
): CollectAudit {
  const { partsOfMessage: total, parts, answers } = book
  const messageOf = (number: number): number => Math.floor(number / total)
  const messages = 1 + parts.reduce((most, { number }) => Math.max(most, messageOf(number)), -1)
  const abandoned = new Set(book.abandoned)

  const firstSentMs = Array.from({ length: messages }, () => Infinity)
  const resent = new Set<number>()
  for (const { number, sentAtMs, sends } of parts) {
    const message = messageOf(number)
    firstSentMs[message] = Math.min(firstSentMs[message] ?? Infinity, sentAtMs)
    if (sends > 1) resent.add(message)
  }
  const answeredMs = Array.from({ length: messages * total }, () => Infinity)
  const numberById = new Map<string, number>()
  const idsShared: string[] = []
  for (const { number, id, atMs } of answers) {
    answeredMs[number] = Math.min(answeredMs[number] ?? Infinity, atMs)
    const known = numberById.get(id)
    if (known !== undefined && known !== number) idsShared.push(id)
    numberById.set(id, number)
  }
  const arrived = new Set(arrivals.map(({ number }) => number))
  const numbersOf = (message: number): number[] => Array.from({ length: total }, (_, place) => message * total + place)
  const answersOf = (message: number): number[] => numbersOf(message).map((number) => answeredMs[number] ?? Infinity)
  const isWhole = (message: number): boolean => numbersOf(message).every((number) => arrived.has(number))
  const isLate = (message: number): boolean =>
    Math.max(...answersOf(message)) - (firstSentMs[message] ?? 0) > options.timeoutMs - slackMs

  const states = new Map(book.receipts.map(({ id, states }) => [id, states]))
  const [lost, notWhole, failedForNothing]: [string[], string[], string[]] = [[], [], []]
  let failed = 0
  for (const [id, number] of numberById) {
    const message = messageOf(number)
    const state = states.get(id)?.at(-1)
    if (state === undefined) lost.push(id)
    else if (state === DELIVERED) {
      if (!isWhole(message)) notWhole.push(id)
    } else {
      failed++
      if (!abandoned.has(message) && !resent.has(message) && !isLate(message)) failedForNothing.push(id)
    }
  }

  const all = Array.from({ length: messages }, (_, message) => message)
  const halfCollectedAt = (killMs: number): number =>
    all.filter((message) => {
      const before = answersOf(message).filter((atMs) => atMs <= killMs).length
      return before > 0 && before < total
    }).length
  const isAcross = (message: number): boolean =>
    options.killsMs.some((killMs) => {
      const times = answersOf(message)
      return times.some((atMs) => atMs <= killMs) && times.some((atMs) => atMs > killMs)
    })
  const sent = answeredMs.map((atMs): SentEntry => ({
    state: atMs === Infinity ? 'S' : 'A',
    receipts: 1,
    answeredAtMs: atMs,
    sentAtMs: 0,
  }))
  const { killsMs, answerGraceMs } = options
  const { unexplained, doubled } = audit(sent, arrivals, { killsMs, answerGraceMs, receiptsExpected: false })
  return {
    messages,
    whole: all.filter(isWhole).length,
    acknowledged: numberById.size,
    failed,
    idsShared,
    unanswered: parts
      .filter(({ number, refused }) => answeredMs[number] === Infinity && refused === 0)
      .map(({ number }) => number),
    lost,
    notWhole,
    missing: all.filter((message) => !abandoned.has(message) && !isLate(message) && !isWhole(message)),
    failedForNothing,
    abandonedArrived: book.abandoned.filter((message) => numbersOf(message).some((number) => arrived.has(number))),
    unexplained,
    doubled,
    late: all.filter((message) => !abandoned.has(message) && isLate(message)).length,
    halfCollected: killsMs.map(halfCollectedAt),
    acrossKills: all.filter((message) => isAcross(message) && isWhole(message)).length,
  }
}

// Compares the two sides of the ledger: what was acknowledged and never came, what came twice and why, which receipts were lost. Pure.

/** One message as the ESME knows it. */
export interface SentEntry {
  /** `S` sent and waiting, `A` accepted, `R` rejected, `U` unanswered when its link broke. */
  readonly state: 'S' | 'A' | 'R' | 'U'
  readonly receipts: number
  /** ms of the monotonic clock, 0 if there was no answer. */
  readonly answeredAtMs: number
  readonly sentAtMs: number
}

/** One arrival at the vendor, in order of arrival. */
export interface ArrivalEntry {
  readonly number: number
  readonly cameAtMs: number
  /** 0: never answered. */
  readonly answeredAtMs: number
  /** `-` none asked or owed, `W` waiting, `S` sent without answer, `O` answered ROK by the switch, `R` refused by it. */
  readonly receipt: '-' | 'W' | 'S' | 'O' | 'R'
}

export interface AuditOptions {
  /** When the switch was killed or stopped, ms of the monotonic clock. */
  readonly killsMs: readonly number[]
  /** An answer that left so shortly before a kill may never have been read or stored, ms. */
  readonly answerGraceMs: number
  /** Whether receipts were asked for. */
  readonly receiptsExpected: boolean
}

export interface Audit {
  readonly sent: number
  readonly accepted: number
  readonly rejected: number
  readonly unanswered: number
  readonly arrivals: number
  /** Acknowledged to the ESME, never at the vendor. Must be empty. */
  readonly lost: readonly number[]
  /** Refused to the ESME, yet at the vendor. Must be empty. */
  readonly rejectedButArrived: readonly number[]
  /** Acknowledged, a receipt answered ROK by the switch, none at the ESME. Must be empty. */
  readonly receiptsLost: readonly number[]
  /** Acknowledged, arrived, none of its receipts taken by the switch. Must be empty once all is quiet. */
  readonly receiptsPending: readonly number[]
  /** Messages with more than one receipt at the ESME. */
  readonly receiptsDoubled: number
  /** Messages that the ESME knows as unanswered, yet at the vendor: it would send them again. */
  readonly unansweredArrived: number
  /** Messages that arrived more than once. */
  readonly doubled: number
  /** Second and later copies whose earlier copy was unanswered, or answered within the grace, at a kill between the two. */
  readonly explained: number
  /** The other ones. Must be empty. */
  readonly unexplained: readonly number[]
}

/** Reads the dump of `esme.mjs`; the index is the message's number. Throws on a line that is none. */
export function readSent(dump: string): SentEntry[] {
  return lines(dump).map((line, index) => {
    const [number, state, receipts, answeredAtMs, sentAtMs] = line.split(' ')
    if (Number(number) !== index || !isOneOf(state, ['S', 'A', 'R', 'U'])) throw new Error(`ledger line: ${line}`)
    return {
      state,
      receipts: Number(receipts),
      answeredAtMs: Number(answeredAtMs),
      sentAtMs: Number(sentAtMs),
    }
  })
}

/** Reads the dump of `smsc.mjs`. Throws on a line that is none. */
export function readArrivals(dump: string): ArrivalEntry[] {
  return lines(dump).map((line) => {
    const [number, cameAtMs, answeredAtMs, receipt] = line.split(' ')
    if (!isOneOf(receipt, ['-', 'W', 'S', 'O', 'R'])) throw new Error(`ledger line: ${line}`)
    return { number: Number(number), cameAtMs: Number(cameAtMs), answeredAtMs: Number(answeredAtMs), receipt }
  })
}

export function audit(sent: readonly SentEntry[], arrivals: readonly ArrivalEntry[], options: AuditOptions): Audit {
  const copies = new Map<number, ArrivalEntry[]>()
  for (const arrival of arrivals) {
    const known = copies.get(arrival.number)
    if (known === undefined) copies.set(arrival.number, [arrival])
    else known.push(arrival)
  }
  const lost: number[] = []
  const rejectedButArrived: number[] = []
  const receiptsLost: number[] = []
  const receiptsPending: number[] = []
  const unexplained: number[] = []
  let [receiptsDoubled, unansweredArrived, doubled, explained] = [0, 0, 0, 0]

  sent.forEach(({ state, receipts }, number) => {
    const came = copies.get(number) ?? []
    if (state === 'A' && came.length === 0) lost.push(number)
    if (state === 'R' && came.length > 0) rejectedButArrived.push(number)
    if (state === 'U' && came.length > 0) unansweredArrived++
    if (receipts > 1) receiptsDoubled++
    if (options.receiptsExpected && state === 'A' && came.length > 0 && receipts === 0) {
      const taken = came.some(({ receipt }) => receipt === 'O')
      if (taken) receiptsLost.push(number)
      else receiptsPending.push(number)
    }
    if (came.length > 1) doubled++
    for (const [index, later] of came.slice(1).entries()) {
      const earlier = came[index]
      if (earlier !== undefined && isExplained(earlier, later, options)) explained++
      else unexplained.push(number)
    }
  })
  const count = (state: SentEntry['state']): number => sent.filter((entry) => entry.state === state).length
  return {
    sent: sent.length,
    accepted: count('A'),
    rejected: count('R'),
    unanswered: count('U'),
    arrivals: arrivals.length,
    lost,
    rejectedButArrived,
    receiptsLost,
    receiptsPending,
    receiptsDoubled,
    unansweredArrived,
    doubled,
    explained,
    unexplained,
  }
}

/** True if the switch was killed after the earlier copy came and before it can have known the answer. */
function isExplained(earlier: ArrivalEntry, later: ArrivalEntry, options: AuditOptions): boolean {
  return options.killsMs.some(
    (killMs) =>
      earlier.cameAtMs <= killMs + options.answerGraceMs &&
      later.cameAtMs >= killMs &&
      (earlier.answeredAtMs === 0 || earlier.answeredAtMs + options.answerGraceMs >= killMs),
  )
}

function lines(dump: string): string[] {
  return dump.split('\n').filter((line) => line !== '')
}

function isOneOf<const T extends string>(value: string | undefined, known: readonly T[]): value is T {
  return known.some((each) => each === value)
}

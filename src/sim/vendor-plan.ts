// What a simulated vendor does with a message: error schedule, outcomes, ids. Knows no socket.
import { randomUUID } from 'node:crypto'
import type { ReceiptState, ReceiptStyle } from './receipt.js'

/** When a submit_sm is refused, and with which command_status. `everyNth` counts from 1; `first` the first N. */
export type ErrorRule =
  | { readonly everyNth: number; readonly status: number }
  | { readonly percent: number; readonly status: number }
  | { readonly first: number; readonly status: number }

/** What becomes of a message, with a weight. `ENROUTE+DELIVRD` sends two receipts. */
export type ReceiptOutcome = Exclude<ReceiptState, 'ENROUTE'> | 'ENROUTE+DELIVRD'
export type VendorIdFormat = 'decimal' | 'hex' | 'uuid'

export interface VendorReceipts {
  /** Weights; default all DELIVRD. */
  readonly outcomes?: Partial<Readonly<Record<ReceiptOutcome, number>>>
  /** From the answer to the receipt, ms. */
  readonly delayMs?: number
  /** How the receipt writes the id. `hex` and `decimal` change the base of a number; a uuid stays as it is. */
  readonly idForm?: 'asIs' | 'hex' | 'decimal'
  readonly style?: ReceiptStyle
  /** The (last) receipt leaves before the submit_sm_resp. */
  readonly beforeResponse?: boolean
  /** Each receipt is sent twice. */
  readonly duplicate?: boolean
}

/** The status of the first rule that holds for the n-th submit_sm, or 0. */
export function scheduledError(rules: readonly ErrorRule[], nth: number, random: () => number): number {
  for (const rule of rules) {
    if ('everyNth' in rule && nth % rule.everyNth === 0) return rule.status
    if ('first' in rule && nth <= rule.first) return rule.status
    if ('percent' in rule && random() * 100 < rule.percent) return rule.status
  }
  return 0
}

/** SMPP 3.4 §5.2.17: bits 0–1 ask for a receipt always (1), on failure (2), on success (3). */
export function isAskedFor(state: ReceiptState, registeredDelivery: number): boolean {
  const asked = registeredDelivery & 0x03
  if (state === 'ENROUTE') return asked === 1 || (registeredDelivery & 0x10) !== 0
  return asked === 1 || (asked === 2 && state !== 'DELIVRD') || (asked === 3 && state === 'DELIVRD')
}

/** One outcome by weight. */
export function weighted(
  outcomes: Partial<Readonly<Record<ReceiptOutcome, number>>>,
  random: () => number,
): ReceiptOutcome {
  const entries = Object.entries(outcomes) as [ReceiptOutcome, number][]
  let rest = random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [outcome, weight] of entries) {
    rest -= weight
    if (rest < 0) return outcome
  }
  return 'DELIVRD'
}

const ID_STEP = 1000
let sources = 0

/** Ids that rise, or random ones for `uuid`. */
export function idSource(): (format: VendorIdFormat) => string {
  // From the clock on, so that a vendor started again gives no id twice; each with an end of its own, so that several of this machine,
  // which a switch may take for one vendor, never give the same.
  let last = Math.floor(Date.now() / 1000) * 1_000_000 + ((process.pid + sources++) % ID_STEP)
  return (format) => {
    if (format === 'uuid') return randomUUID()
    last += ID_STEP
    return format === 'hex' ? last.toString(16) : last.toString()
  }
}

/** The id as a receipt writes it. */
export function idInForm(id: string, format: VendorIdFormat, form: 'asIs' | 'hex' | 'decimal'): string {
  if (form === 'asIs' || format === 'uuid' || form === format) return id
  return form === 'hex' ? BigInt(id).toString(16) : BigInt(`0x${id}`).toString()
}

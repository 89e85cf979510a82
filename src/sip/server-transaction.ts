// The non-INVITE server transaction (RFC 3261 §17.2.2) as a state and functions on it. It sends nothing and reads no clock.
import { lifetimeMs, type TransactionTimers } from './transaction-timers.js'

/**
 * ```
 *            1xx of the user          200-699 of the user
 *  trying ───────────────> proceeding ───────────────────┐
 *    │  └──────────────── 200-699 of the user ───────────┤
 *    │ no answer in 64·T1                                V
 *    └──────────────────────────────> terminated <── completed   (timer J: at once on a reliable transport)
 * ```
 */
export type ServerState = 'trying' | 'proceeding' | 'completed' | 'terminated'

/** Changed in place by the functions below, for there is one per message. */
export interface ServerMachine {
  state: ServerState
  /** Until answered the end of the sender's patience, timer J then. */
  endAtMs: number
}

/** The machine of a request that has come now. */
export function startServer(nowMs: number, timers: TransactionTimers): ServerMachine {
  return { state: 'trying', endAtMs: nowMs + lifetimeMs(timers) }
}

/** The same request again. `resend`: with the last response; `none`: it is being worked on, or all is over. */
export function onRetransmission(machine: Readonly<ServerMachine>): 'resend' | 'none' {
  return machine.state === 'proceeding' || machine.state === 'completed' ? 'resend' : 'none'
}

/** The user's answer. `none`: there was a final one, or the sender waits no more (RFC 4320 §4.2: it would help nobody). */
export function onAnswer(
  machine: ServerMachine,
  status: number,
  nowMs: number,
  timers: TransactionTimers,
  isReliable: boolean,
): 'send' | 'none' {
  if (machine.state === 'completed' || machine.state === 'terminated') return 'none'
  if (status < 200) {
    machine.state = 'proceeding'
    return 'send'
  }
  machine.state = isReliable ? 'terminated' : 'completed'
  machine.endAtMs = isReliable ? nowMs : nowMs + lifetimeMs(timers)
  return 'send'
}

/** Time has passed. `forget`: the transaction is over. An unanswered one ends in silence: RFC 4320 §4.2 forbids a 408. */
export function onServerTime(machine: ServerMachine, nowMs: number): 'forget' | 'none' {
  if (machine.state === 'terminated' || nowMs < machine.endAtMs) return 'none'
  machine.state = 'terminated'
  return 'forget'
}

// The non-INVITE client transaction (RFC 3261 §17.1.2) as a state and functions on it. It sends nothing and reads no clock.
import { lifetimeMs, type TransactionTimers } from './transaction-timers.js'

/**
 * ```
 *            1xx            200-699
 *  trying ────────> proceeding ────────┐
 *    │  └─────────────── 200-699 ──────┤
 *    │ timer F, transport error        V
 *    ├──────────────> terminated <── completed   (timer K: at once on a reliable transport)
 * ```
 */
export type ClientState = 'trying' | 'proceeding' | 'completed' | 'terminated'

/** Changed in place by the functions below, for there is one per message. */
export interface ClientMachine {
  state: ClientState
  /** Timer E: when to send again, and how long the wait was; Infinity on a reliable transport. */
  resendAtMs: number
  resendAfterMs: number
  /** Timer F until there is a final response, timer K then. */
  endAtMs: number
}

/** The machine of a request that is being sent now. */
export function startClient(nowMs: number, timers: TransactionTimers, isReliable: boolean): ClientMachine {
  return {
    state: 'trying',
    resendAtMs: isReliable ? Infinity : nowMs + timers.t1Ms,
    resendAfterMs: timers.t1Ms,
    endAtMs: nowMs + lifetimeMs(timers),
  }
}

/** A response has come. `final`: it is the one for the user; `none`: there is nothing to tell him. */
export function onClientResponse(
  machine: ClientMachine,
  status: number,
  nowMs: number,
  timers: TransactionTimers,
  isReliable: boolean,
): 'final' | 'none' {
  if (machine.state === 'completed' || machine.state === 'terminated') return 'none'
  if (status < 200) {
    machine.state = 'proceeding'
    return 'none'
  }
  machine.resendAtMs = Infinity
  // Timer K takes in the retransmitted responses; a reliable transport has none.
  machine.state = isReliable ? 'terminated' : 'completed'
  machine.endAtMs = isReliable ? nowMs : nowMs + timers.t4Ms
  return 'final'
}

/** Time has passed. `timeout`: no final response in time; `forget`: the transaction is over, and the user knows why. */
export function onClientTime(
  machine: ClientMachine,
  nowMs: number,
  timers: TransactionTimers,
): 'resend' | 'timeout' | 'forget' | 'none' {
  if (machine.state === 'terminated') return 'none'
  if (nowMs >= machine.endAtMs) {
    const wasAnswered = machine.state === 'completed'
    machine.state = 'terminated'
    return wasAnswered ? 'forget' : 'timeout'
  }
  if (nowMs < machine.resendAtMs) return 'none'
  // §17.1.2.2: doubling up to T2 while trying, T2 at once when somebody has said that he is at it.
  machine.resendAfterMs =
    machine.state === 'proceeding' ? timers.t2Ms : Math.min(2 * machine.resendAfterMs, timers.t2Ms)
  machine.resendAtMs = nowMs + machine.resendAfterMs
  return 'resend'
}

/** The transport gave the request up. `failed`: the user is to hear of it. */
export function onClientTransportError(machine: ClientMachine): 'failed' | 'none' {
  const wasOpen = machine.state === 'trying' || machine.state === 'proceeding'
  machine.state = 'terminated'
  return wasOpen ? 'failed' : 'none'
}

/** When `onClientTime` is to be asked next, in the caller's milliseconds. */
export function clientDueMs(machine: ClientMachine): number {
  return Math.min(machine.resendAtMs, machine.endAtMs)
}

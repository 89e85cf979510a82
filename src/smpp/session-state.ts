// The states of an SMPP session, which command is legal in which, and the one gate for every change. No I/O, no time.
import type { BindCommand, Command, RequestCommand } from './pdu/spec.js'

/**
 * SMPP 3.4 §2.2.
 *
 *                      outbind                  bind_* accepted
 *          ┌───────────────────▶ OUTBOUND ──────────────┐
 *          │                         │                  ▼
 *   ──▶ OPEN ───────────────────────────────▶ BOUND_TX | BOUND_RX | BOUND_TRX
 *          │      bind_* accepted    │                  │ unbind answered
 *          │                         │                  ▼
 *          │                         │               UNBOUND
 *          │ closed                  │ closed           │ closed
 *          └────────────────────────▶ CLOSED ◀──────────┘        (a bound session may be closed, too)
 */
export type SessionState = 'OPEN' | 'OUTBOUND' | 'BOUND_TX' | 'BOUND_RX' | 'BOUND_TRX' | 'UNBOUND' | 'CLOSED'

/** Which end of the session we are: the message centre or its client. */
export type Role = 'smsc' | 'esme'

const bound = ['BOUND_TX', 'BOUND_RX', 'BOUND_TRX'] as const
const transitions: Readonly<Record<SessionState, readonly SessionState[]>> = {
  OPEN: ['OUTBOUND', ...bound, 'CLOSED'],
  OUTBOUND: [...bound, 'CLOSED'],
  BOUND_TX: ['UNBOUND', 'CLOSED'],
  BOUND_RX: ['UNBOUND', 'CLOSED'],
  BOUND_TRX: ['UNBOUND', 'CLOSED'],
  UNBOUND: ['CLOSED'],
  CLOSED: [],
}

/** The gate: returns `to`, or throws when the machine has no such arrow. */
export function changeState(from: SessionState, to: SessionState): SessionState {
  if (!transitions[from].includes(to)) throw new Error(`an SMPP session cannot go from ${from} to ${to}`)
  return to
}

export function isBound(state: SessionState): boolean {
  return state === 'BOUND_TX' || state === 'BOUND_RX' || state === 'BOUND_TRX'
}

/** The state that an accepted bind leads to. */
export const boundBy: Readonly<Record<BindCommand, SessionState>> = {
  bind_transmitter: 'BOUND_TX',
  bind_receiver: 'BOUND_RX',
  bind_transceiver: 'BOUND_TRX',
}

const unboundStates = ['OPEN', 'OUTBOUND'] as const
const toSmsc = { esme: ['BOUND_TX', 'BOUND_TRX'] } as const
const toEsme = { smsc: ['BOUND_RX', 'BOUND_TRX'] } as const
const bySender = { esme: unboundStates } as const

/**
 * Who may send which request in which state (SMPP 3.4 table 2-1, SMPP 5.0 table 2-1). enquire_link before the bind is
 * SMPP 5.0's and harmless. Responses have no entry: they are legal when they match a request.
 */
const legality: Readonly<Record<RequestCommand, Readonly<Partial<Record<Role, readonly SessionState[]>>>>> = {
  bind_transmitter: bySender,
  bind_receiver: bySender,
  bind_transceiver: bySender,
  outbind: { smsc: ['OPEN'] },
  unbind: { esme: bound, smsc: bound },
  enquire_link: { esme: [...unboundStates, ...bound], smsc: [...unboundStates, ...bound] },
  submit_sm: toSmsc,
  submit_multi: toSmsc,
  query_sm: toSmsc,
  cancel_sm: toSmsc,
  replace_sm: toSmsc,
  broadcast_sm: toSmsc,
  query_broadcast_sm: toSmsc,
  cancel_broadcast_sm: toSmsc,
  data_sm: { ...toSmsc, ...toEsme },
  deliver_sm: toEsme,
  alert_notification: toEsme,
}

/** The table turned round, for the hot path: the requests that a sender may send in a state. */
const legal = { smsc: bySendersState('smsc'), esme: bySendersState('esme') }

function bySendersState(sender: Role): Readonly<Record<SessionState, ReadonlySet<Command>>> {
  const requests = Object.keys(legality) as RequestCommand[]
  const inState = (state: SessionState): ReadonlySet<Command> =>
    new Set(requests.filter((command) => legality[command][sender]?.includes(state)))
  return {
    OPEN: inState('OPEN'),
    OUTBOUND: inState('OUTBOUND'),
    BOUND_TX: inState('BOUND_TX'),
    BOUND_RX: inState('BOUND_RX'),
    BOUND_TRX: inState('BOUND_TRX'),
    UNBOUND: inState('UNBOUND'),
    CLOSED: inState('CLOSED'),
  }
}

/** Whether `sender` may send this request in this state. */
export function mayRequest(command: Command, sender: Role, state: SessionState): boolean {
  return legal[sender][state].has(command)
}

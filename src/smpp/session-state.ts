// The states of an SMPP session, which command is legal in which, and the one gate for every change. No I/O, no time.
import { commandNames } from './pdu/spec.js'
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
export const legality: Readonly<Record<RequestCommand, Readonly<Partial<Record<Role, readonly SessionState[]>>>>> = {
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

const key = (command: Command, sender: Role, state: SessionState) => `${command} ${sender} ${state}`

/** Legal requests by state and sender, for the hot path. */
const legal: Readonly<Record<Role, Readonly<Record<SessionState, ReadonlySet<Command>>>>> = compileLegality()

function compileLegality(): Record<Role, Record<SessionState, ReadonlySet<Command>>> {
  const pairs = new Set<string>()
  for (const [command, senders] of Object.entries(legality)) {
    for (const [sender, states] of Object.entries(senders) as [Role, readonly SessionState[]][]) {
      for (const state of states) pairs.add(key(command as Command, sender, state))
    }
  }
  const of = (sender: Role) =>
    Object.fromEntries(
      (Object.keys(transitions) as SessionState[]).map((state) => [
        state,
        new Set(commandNames.filter((command) => pairs.has(key(command, sender, state)))),
      ]),
    ) as Record<SessionState, ReadonlySet<Command>>
  return { smsc: of('smsc'), esme: of('esme') }
}

/** Whether `sender` may send this request in this state. */
export function mayRequest(command: Command, sender: Role, state: SessionState): boolean {
  return legal[sender][state].has(command)
}

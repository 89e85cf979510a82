import { describe, expect, it } from 'vitest'
import { changeState, mayRequest } from './session-state.js'
import type { Role, SessionState } from './session-state.js'
import type { Command } from './pdu/spec.js'

const states: readonly SessionState[] = ['OPEN', 'OUTBOUND', 'BOUND_TX', 'BOUND_RX', 'BOUND_TRX', 'UNBOUND', 'CLOSED']

/** SMPP 3.4 table 2-1, written out by hand: sender, request, and a mark per state in the order above. */
const table: readonly (readonly [Role, Command, string])[] = [
  ['esme', 'bind_transmitter', 'xx.....'],
  ['esme', 'bind_receiver', 'xx.....'],
  ['esme', 'bind_transceiver', 'xx.....'],
  ['smsc', 'bind_transceiver', '.......'],
  ['smsc', 'outbind', 'x......'],
  ['esme', 'outbind', '.......'],
  ['esme', 'unbind', '..xxx..'],
  ['smsc', 'unbind', '..xxx..'],
  ['esme', 'enquire_link', 'xxxxx..'],
  ['smsc', 'enquire_link', 'xxxxx..'],
  ['esme', 'submit_sm', '..x.x..'],
  ['smsc', 'submit_sm', '.......'],
  ['esme', 'submit_multi', '..x.x..'],
  ['esme', 'data_sm', '..x.x..'],
  ['smsc', 'data_sm', '...xx..'],
  ['smsc', 'deliver_sm', '...xx..'],
  ['esme', 'deliver_sm', '.......'],
  ['esme', 'query_sm', '..x.x..'],
  ['esme', 'cancel_sm', '..x.x..'],
  ['esme', 'replace_sm', '..x.x..'],
  ['esme', 'broadcast_sm', '..x.x..'],
  ['smsc', 'alert_notification', '...xx..'],
  ['smsc', 'submit_sm_resp', '.......'],
]

describe('session states', () => {
  it.each(table)('%s may send %s: %s', (sender, command, marks) => {
    expect(states.map((state) => (mayRequest(command, sender, state) ? 'x' : '.')).join('')).toBe(marks)
  })

  it('lets no impossible change through the gate', () => {
    expect(changeState('OPEN', 'BOUND_TX')).toBe('BOUND_TX')
    for (const [from, to] of [
      ['BOUND_TX', 'OPEN'],
      ['BOUND_RX', 'BOUND_TX'],
      ['UNBOUND', 'BOUND_TX'],
      ['OPEN', 'UNBOUND'],
      ['CLOSED', 'OPEN'],
    ] as const) {
      expect(() => changeState(from, to)).toThrow(`from ${from} to ${to}`)
    }
    for (const to of states) expect(() => changeState('CLOSED', to)).toThrow()
  })
})

// A bare npm `smpp` session towards the switch, for PDUs that no well-behaved ESME sends.
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import smpp from 'smpp'
import { accountPassword } from './scenario.js'
import { within } from './waiting.js'

export interface RawEsme {
  readonly session: smpp.Session
  /** Sends a request; resolves with its answer. */
  ask(command: string, fields?: smpp.Fields): Promise<smpp.Pdu>
  bind(mode?: 'transmitter' | 'receiver' | 'transceiver', fields?: smpp.Fields): Promise<number>
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>
}

/** A connection without a bind; it is broken at the end of the test. */
export async function connectRaw(port: number): Promise<RawEsme> {
  const session = smpp.connect({ host: '127.0.0.1', port })
  onTestFinished(() => session.destroy())
  session.on('error', () => undefined)
  // Not `once` of node:events, which rejects when an error comes first: a reset is an end, too.
  const closed = new Promise<void>((resolve) => session.on('close', resolve))
  await within(once(session, 'connect'), 'a connection to the switch')
  const ask: RawEsme['ask'] = (command, fields) =>
    within(
      new Promise<smpp.Pdu>((resolve) => session.send(new smpp.PDU(command, fields), resolve)),
      `an answer to ${command}`,
    )
  return {
    session,
    ask,
    closed,
    async bind(mode = 'transceiver', fields = {}) {
      const answer = await ask(`bind_${mode}`, { system_id: 'acme', password: accountPassword, ...fields })
      return answer.command_status
    },
  }
}

/** A submit_sm that is right in everything; `fields` make it wrong. */
export function submitFields(fields: smpp.Fields = {}): smpp.Fields {
  return {
    source_addr: '12025550100',
    source_addr_ton: 1,
    source_addr_npi: 1,
    destination_addr: '447700900123',
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    short_message: 'hello',
    ...fields,
  }
}

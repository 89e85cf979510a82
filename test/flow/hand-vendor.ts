// A vendor on npm `smpp` that does nothing by itself: the test answers each submit_sm and sends each receipt by hand.
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import smpp from 'smpp'
import { onTestFinished } from 'vitest'
import { receiptFields, type ReceiptState } from '../../src/sim/receipt.js'
import { when, within } from './waiting.js'

export interface HandVendor {
  readonly port: number
  /** How many submit_sm have come. */
  readonly count: number
  readonly submitted: readonly smpp.Pdu[]
  /** The link that the n-th submit_sm came over, by identity. */
  linkOf(index: number): object
  /** Modes of the binds so far. */
  readonly binds: readonly string[]
  /** Resolves once `count` submit_sm have come in all. */
  submits(count: number): Promise<void>
  /** Answers the n-th submit_sm, counted from 0. */
  answer(index: number, fields: smpp.Fields): void
  /** Answers it with generic_nack. */
  nack(index: number, status: number): void
  /** Answers it with a PDU of this command, its own or not. */
  answerAs(index: number, command: string, status: number): void
  /** Breaks every link without a word. */
  dropLinks(): void
  /** Asks on every link to end it; resolves with the answer of each. */
  unbind(): Promise<readonly smpp.Pdu[]>
  /** Writes these bytes to every link. */
  write(bytes: Buffer): void
  /** Resolves once there were `count` binds in all. */
  bound(count: number): Promise<void>
  /** Sends a receipt for the n-th submit_sm; resolves with the status of the answer. `fields` win, undefined leaves one out. */
  deliver(
    index: number,
    id: string,
    state: ReceiptState,
    fields?: smpp.Fields,
    command?: 'deliver_sm' | 'data_sm',
  ): Promise<number>
  /** Sends a message from a phone over the newest link that receives; resolves with the answer. */
  mo(fields: smpp.Fields, command?: 'deliver_sm' | 'data_sm'): Promise<smpp.Pdu>
}

/** Listens until the test is over. */
export async function startHandVendor(): Promise<HandVendor> {
  const events = new EventEmitter()
  const submitted: { readonly pdu: smpp.Pdu; readonly session: smpp.Session }[] = []
  const binds: string[] = []
  const receivers: smpp.Session[] = []
  const sessions = new Set<smpp.Session>()
  const server = smpp.createServer((session) => {
    sessions.add(session)
    session.on('error', () => session.destroy())
    session.on('close', () => sessions.delete(session))
    session.on('pdu', (pdu) => {
      if (pdu.isResponse()) return
      if (pdu.command === 'submit_sm') {
        submitted.push({ pdu, session })
        events.emit('submit')
        return
      }
      session.send(pdu.response())
      if (pdu.command === 'unbind') session.close()
      if (!pdu.command.startsWith('bind_')) return
      binds.push(pdu.command)
      events.emit('bind')
      if (pdu.command !== 'bind_transmitter') receivers.push(session)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  const answerAs = (index: number, command: string, status: number): void => {
    const { pdu, session } = submitted[index]!
    const { sequence_number } = pdu
    session.send(new smpp.PDU(command, { sequence_number, command_status: status }))
  }
  const ask = async (pdu: smpp.Pdu, what: string): Promise<smpp.Pdu> => {
    const receiver = receivers.findLast((session) => sessions.has(session))
    if (receiver === undefined) throw new Error('nobody is bound who receives')
    const answered = new Promise<smpp.Pdu>((resolve) => receiver.send(pdu, resolve))
    return within(answered, `an answer to ${what}`)
  }
  return {
    port: (server.address() as AddressInfo).port,
    get count() {
      return submitted.length
    },
    get submitted() {
      return submitted.map(({ pdu }) => pdu)
    },
    linkOf: (index) => submitted[index]!.session,
    binds,
    submits: (count) => when(events, 'submit', () => submitted.length >= count, `${count} submits`),
    answer(index, fields) {
      const { pdu, session } = submitted[index]!
      session.send(pdu.response(fields))
    },
    nack: (index, status) => answerAs(index, 'generic_nack', status),
    answerAs,
    unbind: () =>
      Promise.all(
        [...sessions].map((session) => {
          const answered = new Promise<smpp.Pdu>((resolve) => session.send(new smpp.PDU('unbind'), resolve))
          return within(answered, 'an answer to unbind')
        }),
      ),
    write: (bytes) => sessions.forEach((session) => session.socket.write(bytes)),
    bound: (count) => when(events, 'bind', () => binds.length >= count, `${count} binds`),
    dropLinks: () => sessions.forEach((session) => session.destroy()),
    async deliver(index, id, state, fields = {}, command = 'deliver_sm') {
      const { pdu } = submitted[index]!
      const now = new Date()
      const all: smpp.Fields = {
        source_addr: pdu['destination_addr'],
        destination_addr: pdu['source_addr'],
        ...receiptFields({ id, state, submittedAt: now, doneAt: now, text: '' }, 'both'),
        ...fields,
      }
      const given = Object.entries(all).filter(([, value]) => value !== undefined)
      const receipt = new smpp.PDU(command, Object.fromEntries(given))
      return (await ask(receipt, `the receipt ${id}`)).command_status
    },
    mo: (fields, command = 'deliver_sm') => ask(new smpp.PDU(command, fields), 'a message from a phone'),
  }
}

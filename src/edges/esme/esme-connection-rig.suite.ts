// For tests: an ESME that binds over no socket, and a pipeline that obeys what the texts say.

import { expect } from 'vitest'
import type { Account, SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Failure } from '../../message/failure.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { Submission } from '../../pipeline/stage.js'
import { decode, encode, Session, Writer, type Pdu, type PduInput } from '../../smpp/index.js'
import { createMetrics } from '../../telemetry/metrics.js'
import { standardText } from '../../text/standard.js'
import { EsmeConnection } from './esme-connection.js'
import type { EsmeEdgePorts } from './esme-ports.js'
import { Receivers, type Sent } from './receivers.js'
import type { KnownState } from './recent-states.js'

/** How long a session may be silent before its window counts as full. */
export const STALL_MS = 1000
const acme = 'acme' as AccountId
export const account = {
  id: acme,
  active: true,
  maxBinds: 9,
  bindModes: ['transceiver'],
  text: standardText,
  addresses: [],
  ipOnly: false,
} as unknown as SendingAccount

export function directoryOf(provisioned: SendingAccount): Snapshot {
  return { accountBySystemId: () => provisioned, account: () => provisioned } as unknown as Snapshot
}

function wire(pdu: PduInput, sequence: number): Buffer {
  const writer = new Writer()
  encode(writer, pdu, sequence)
  return writer.take()
}

/** A message whose text says what the pipeline does with it: `part` is withheld, `bad` refused, all else waits for its commit. */
export const submit = (text: string): PduInput => ({
  command: 'submit_sm',
  destination_addr: '447700900123',
  short_message: Buffer.from(text),
})

/** One bound ESME without a socket, and a pipeline that obeys what the texts say. */
export class Rig {
  nowMs = 0
  /** What the edge told of the session, in order. */
  readonly told: string[] = []
  /** Why, where the log says so. */
  readonly reasons: string[] = []
  /** What the guard of log-ins was asked and told. */
  readonly logIns: string[] = []
  isBlocked = false
  readonly refusals: (() => void)[] = []
  /** Passwords that were checked. */
  verified = 0
  readonly parts: Submission[] = []
  readonly committing: Submission[] = []
  readonly states = new Map<string, KnownState>()
  readonly metrics = createMetrics({ processMetrics: false })
  /** The connection has withheld parts. */
  isWatched = false
  session!: Session<Sent>
  connection!: EsmeConnection
  #written: Buffer[] = []
  #sequence = 1

  async bind(): Promise<this> {
    await this.start(account)
    expect(this.answers()).toMatchObject([{ command: 'bind_transceiver_resp', status: 0 }])
    this.told.length = 0
    return this
  }

  /** Asks to be bound, with a password that is right. The directory becomes `then` while that is checked. */
  async start(provisioned: SendingAccount, then: SendingAccount = provisioned, password = 'right'): Promise<void> {
    let current = provisioned
    const clock = { monotonicMs: () => this.nowMs, wallMs: () => 0 }
    const ports: EsmeEdgePorts = {
      directory: () => directoryOf(current),
      clock,
      metrics: this.metrics,
      log: {
        event: (name, fields) => {
          this.told.push(name)
          if ('why' in fields) this.reasons.push(String(fields.why))
        },
        flush: () => undefined,
      },
      verify: (_, password) => {
        this.verified++
        current = then
        return Promise.resolve(password !== 'wrong')
      },
      logIns: {
        mayTry: (address, name) => this.logIns.push(`may ${name} of ${address}`) > 0 && !this.isBlocked,
        wrong: (address, name) => void this.logIns.push(`wrong ${name} of ${address}`),
        right: (address, name) => void this.logIns.push(`right ${name} of ${address}`),
      },
      submit: (batch) => batch.forEach((submission) => this.#take(submission)),
      linkClosed: (link) => void this.told.push(link === this.session ? 'closed' : 'another closed'),
      stalled: (link) => void this.told.push(link === this.session ? 'stalled' : 'another stalled'),
      stateOf: (owner, id) => (owner === acme ? this.states.get(id) : undefined),
      notified: () => undefined,
      notSent: () => undefined,
      addDestination: () => undefined,
      destinationChanged: () => undefined,
      hasRoom: () => undefined,
    }
    const receivers = new Receivers(acme, {
      monotonicMs: clock.monotonicMs,
      notified: () => undefined,
      notSent: () => undefined,
      cannotSend: () => undefined,
    })
    const house = {
      systemId: 'smsc',
      stallMs: STALL_MS,
      stopping: false,
      holds: false,
      take: ({ maxBinds }: Account) => maxBinds > 0,
      give: () => undefined,
      receiversOf: () => receivers,
      withholds: (_: EsmeConnection, on: boolean) => void (this.isWatched = on),
      follows: () => undefined,
      afterAWhile: (refuse: () => void) => void this.refusals.push(refuse),
      sessionEnded: () => undefined,
    }
    const transport = {
      write: (bytes: Buffer) => this.#written.push(bytes) > 0,
      wake: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      end: () => undefined,
      destroy: () => undefined,
    }
    this.session = new Session<Sent>(
      { role: 'smsc' },
      transport,
      (session) => {
        this.connection = new EsmeConnection(house, ports, session, { address: '192.0.2.1', port: 1 }, 1)
        return this.connection
      },
      0,
    )
    this.asks({ command: 'bind_transceiver', interface_version: 0x34, system_id: 'acme', password })
    await Promise.resolve()
    await Promise.resolve()
  }

  #take(submission: Submission): void {
    const text = Buffer.from(submission.content.octets).toString()
    if (text === 'bad') return submission.answer.refused({ reason: 'noRoute', cause: 'none' })
    if (text !== 'part') return void this.committing.push(submission)
    submission.answer.withheld()
    this.parts.push(submission)
  }

  /** Several requests in one read. */
  asks(...all: readonly PduInput[]): void {
    this.session.receive(Buffer.concat(all.map((pdu) => wire(pdu, this.#sequence++))), this.nowMs)
  }

  tickAt(nowMs: number): void {
    this.nowMs = nowMs
    this.connection.tick(nowMs)
  }

  /** What was committed is answered. */
  commit(): void {
    for (const { answer } of this.committing.splice(0)) answer.accepted('id' as MessageId)
  }

  /** Every withheld part is answered. */
  release(failure?: Failure): void {
    for (const { answer } of this.parts.splice(0)) {
      if (failure === undefined) answer.accepted('id' as MessageId)
      else answer.refused(failure)
    }
  }

  answers(): readonly Pdu[] {
    this.session.flush()
    const bytes = Buffer.concat(this.#written.splice(0))
    const pdus: Pdu[] = []
    for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
      pdus.push(decode(bytes, at, at + bytes.readUInt32BE(at)) as Pdu)
    }
    return pdus
  }

  briefly(): readonly string[] {
    return this.answers().map(({ command, sequence, status: code }) => `${command} ${sequence} ${code}`)
  }
}

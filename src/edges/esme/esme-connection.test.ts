import { beforeEach, describe, expect, it } from 'vitest'
import { parseRange } from '../../directory/cidr.js'
import type { Account, SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Failure } from '../../message/failure.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { Submission } from '../../pipeline/stage.js'
import { decode, encode, Session, status, Writer, type Pdu, type PduInput } from '../../smpp/index.js'
import { createMetrics } from '../../telemetry/metrics.js'
import { standardText } from '../../text/standard.js'
import { EsmeConnection } from './esme-connection.js'
import type { EsmeEdgePorts } from './esme-ports.js'
import { Receivers, type Sent } from './receivers.js'
import type { KnownState } from './recent-states.js'

const STALL_MS = 1000
const acme = 'acme' as AccountId
const account = {
  id: acme,
  active: true,
  maxBinds: 9,
  bindModes: ['transceiver'],
  text: standardText,
  addresses: [],
  ipOnly: false,
} as unknown as SendingAccount

function directoryOf(provisioned: SendingAccount): Snapshot {
  return { accountBySystemId: () => provisioned, account: () => provisioned } as unknown as Snapshot
}

function wire(pdu: PduInput, sequence: number): Buffer {
  const writer = new Writer()
  encode(writer, pdu, sequence)
  return writer.take()
}

/** A message whose text says what the pipeline does with it: `part` is withheld, `bad` refused, all else waits for its commit. */
const submit = (text: string): PduInput => ({
  command: 'submit_sm',
  destination_addr: '447700900123',
  short_message: Buffer.from(text),
})

/** One bound ESME without a socket, and a pipeline that obeys what the texts say. */
class Rig {
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

let rig: Rig
beforeEach(async () => {
  rig = await new Rig().bind()
})

describe('withheld parts', () => {
  it('are not owed, and are answered when their message is decided on', () => {
    rig.asks(submit('part'), submit('part'), submit('whole'))
    expect(rig.session.owed).toBe(1)
    expect(rig.isWatched).toBe(true)
    expect(rig.answers()).toEqual([])
    rig.release()
    expect(rig.session.owed).toBe(1)
    expect(rig.isWatched).toBe(false)
    expect(rig.briefly()).toEqual(['submit_sm_resp 2 0', 'submit_sm_resp 3 0'])
  })

  it.each([
    ['incompleteMessage', status.ESME_RINVNUMMSGS],
    ['messageRefused', status.ESME_RSYSERR],
    ['queueFull', status.ESME_RMSGQFUL],
  ] as const)('refused for %s get their status', (reason, code) => {
    rig.asks(submit('part'), submit('part'))
    rig.release({ reason, cause: 'test' })
    expect(rig.answers().map((pdu) => pdu.status)).toEqual([code, code])
    expect(rig.metrics.refused.rows()).toEqual([{ labels: ['esme', reason], value: 2 }])
  })

  it('do not count as the time that an acceptance takes', () => {
    rig.asks(submit('part'), submit('whole'))
    rig.nowMs = 5000
    rig.parts[0]!.answer.readmitted()
    rig.release()
    rig.nowMs = 0
    rig.commit()
    expect(rig.metrics.acceptSeconds.snapshot()).toMatchObject({ count: 1, sum: 0 })
  })

  it('do not keep an enquire_link from being answered', () => {
    rig.asks(submit('part'), { command: 'enquire_link' })
    expect(rig.briefly()).toEqual(['enquire_link_resp 3 0'])
  })

  it('are dropped with their session', () => {
    rig.asks(submit('part'))
    rig.session.transportClosed()
    expect(rig.told).toEqual(['esme.closed', 'closed'])
    expect(rig.isWatched).toBe(false)
    rig.release()
    expect(rig.isWatched).toBe(false)
    expect(rig.answers()).toEqual([])
  })

  it('are owed again while their message is being stored: an unbind waits for their answers', () => {
    rig.asks(submit('part'), submit('part'))
    for (const { answer } of rig.parts) answer.readmitted()
    expect(rig.session.owed).toBe(2)
    expect(rig.isWatched).toBe(false)
    rig.asks({ command: 'unbind' })
    expect(rig.answers()).toEqual([])
    rig.release()
    expect(rig.briefly()).toEqual(['submit_sm_resp 2 0', 'submit_sm_resp 3 0', 'unbind_resp 4 0'])
  })

  it('whose session ends as they are withheld are dropped when their batch is through', () => {
    rig.asks(submit('part'), submit('part'), { command: 'unbind' })
    expect(rig.parts).toHaveLength(2)
    expect(rig.told).toEqual(['esme.closed', 'closed'])
    expect(rig.briefly()).toEqual(['unbind_resp 4 0'])
  })
})

describe('a window that is full of withheld parts', () => {
  it('is found by its silence', () => {
    rig.asks(submit('part'), submit('part'))
    rig.tickAt(STALL_MS - 1)
    expect(rig.told).toEqual([])
    rig.tickAt(STALL_MS)
    rig.tickAt(STALL_MS + 100)
    expect(rig.told).toEqual(['esme.windowFull', 'stalled'])
  })

  it('is not one while anything else is unanswered, or is being asked', () => {
    rig.asks(submit('part'), submit('whole'))
    rig.tickAt(STALL_MS)
    expect(rig.told).toEqual([])
    rig.commit()
    rig.asks({ command: 'query_sm', message_id: 'x' })
    rig.tickAt(2 * STALL_MS - 1)
    expect(rig.told).toEqual([])
    rig.tickAt(2 * STALL_MS)
    expect(rig.told).toEqual(['esme.windowFull', 'stalled'])
  })

  it('costs the wait once: then it is known at the end of the read', () => {
    rig.asks(submit('part'), submit('part'))
    rig.tickAt(STALL_MS)
    rig.release()
    rig.told.length = 0
    rig.asks(submit('part'))
    expect(rig.told).toEqual([])
    rig.asks(submit('part'))
    expect(rig.told).toEqual(['stalled'])
    rig.release()
    // A whole message beside a part: it will be answered, and makes room.
    rig.asks(submit('part'), submit('whole'))
    expect(rig.told).toEqual(['stalled'])
  })

  it('is not known any more when more was asked at a time', () => {
    rig.asks(submit('part'), submit('part'))
    rig.tickAt(STALL_MS)
    rig.release()
    rig.told.length = 0
    rig.asks(submit('bad'), submit('bad'), submit('bad'))
    rig.asks(submit('part'), submit('part'))
    expect(rig.told).toEqual([])
    rig.tickAt(2 * STALL_MS)
    // Said once in a session.
    expect(rig.told).toEqual(['stalled'])
  })
})

describe('a bind from an address', () => {
  const ranges = (text: string) => [parseRange(text)!]

  it('that its account may not come from is refused as for a wrong password, which is checked all the same', async () => {
    const elsewhere = new Rig()
    await elsewhere.start({ ...account, addresses: ranges('198.51.100.0/24') })
    expect(elsewhere.answers()).toMatchObject([{ command: 'bind_transceiver_resp', status: status.ESME_RINVPASWD }])
    expect(elsewhere.verified).toBe(1)
    expect(elsewhere.reasons).toEqual(['account acme may not come from 192.0.2.1'])
  })

  it('that it may come from needs its password', async () => {
    const here = new Rig()
    await here.start({ ...account, addresses: ranges('192.0.2.0/24') })
    expect(here.answers()).toMatchObject([{ status: 0 }])
    expect(here.verified).toBe(1)
  })

  it('that says who it is needs none', async () => {
    const known = new Rig()
    await known.start({ ...account, addresses: ranges('192.0.2.0/24'), ipOnly: true })
    expect(known.answers()).toMatchObject([{ status: 0 }])
    expect(known.verified).toBe(0)
  })
})

describe('a bind whose account changes while its password is checked', () => {
  const here = [parseRange('192.0.2.0/24')!]
  const elsewhere = [parseRange('198.51.100.0/24')!]

  it.each<readonly [string, Partial<SendingAccount>, number]>([
    ['is another', { id: 'other' as AccountId }, status.ESME_RINVPASWD],
    ['has another password', { password: 'new' }, status.ESME_RINVPASWD],
    ['may not come from there any more', { addresses: elsewhere }, status.ESME_RINVPASWD],
    ['is not active any more', { active: false }, status.ESME_RBINDFAIL],
    ['may bind otherwise only', { bindModes: ['receiver'] }, status.ESME_RBINDFAIL],
    ['may have no more binds', { maxBinds: 0 }, status.ESME_RBINDFAIL],
    ['is something else', { domain: 'other' }, status.ESME_ROK],
  ])('so that it %s', async (_, changes, expected) => {
    const rig = new Rig()
    await rig.start({ ...account, password: 'hash' }, { ...account, password: 'hash', ...changes })
    expect(rig.answers()).toMatchObject([{ command: 'bind_transceiver_resp', status: expected }])
  })

  it('follows it as it was then', async () => {
    const rig = new Rig()
    const before = { ...account, password: 'hash', addresses: elsewhere }
    const now = { ...before, addresses: here }
    await rig.start(before, now)
    expect(rig.answers()).toMatchObject([{ status: 0 }])
    rig.connection.follow(directoryOf(now))
    expect(rig.session.state).toBe('BOUND_TRX')
    rig.connection.follow(directoryOf(before))
    expect(rig.told).toContain('esme.unbound')
  })
})

describe('the guard of log-ins', () => {
  const addresses = [parseRange('198.51.100.0/24')!]

  it.each<readonly [string, Partial<SendingAccount>, string, string]>([
    ['a right password', {}, 'right', 'right acme of 192.0.2.1'],
    ['a wrong password', {}, 'wrong', 'wrong acme of 192.0.2.1'],
    ['a right one from where it may not come', { addresses }, 'right', 'wrong acme of 192.0.2.1'],
    ['a right one of an account that may not bind', { active: false }, 'right', 'right acme of 192.0.2.1'],
  ])('is told of %s', async (_, changes, password, told) => {
    const rig = new Rig()
    await rig.start({ ...account, password: 'hash', ...changes }, undefined, password)
    expect(rig.logIns).toEqual(['may acme of 192.0.2.1', told])
  })

  it('is not asked where the address is enough', async () => {
    const rig = new Rig()
    rig.isBlocked = true
    await rig.start({ ...account, ipOnly: true })
    expect(rig.answers()).toMatchObject([{ status: 0 }])
    expect(rig.logIns).toEqual([])
  })

  it('keeps a password from being looked at, and its refusal takes a while', async () => {
    const rig = new Rig()
    rig.isBlocked = true
    await rig.start({ ...account, password: 'hash' })
    expect([rig.verified, rig.answers()]).toEqual([0, []])
    for (const refuse of rig.refusals) refuse()
    expect(rig.answers()).toMatchObject([{ command: 'bind_transceiver_resp', status: status.ESME_RBINDFAIL }])
    expect(rig.session.state).toBe('CLOSED')
    expect(rig.told).toEqual([])
    expect(rig.metrics.bindRefusals.rows()).toEqual([{ labels: ['esme', 'ESME_RBINDFAIL'], value: 1 }])
  })
})

describe('a session whose account is not known by its address any more', () => {
  const addresses = [parseRange('192.0.2.0/24')!]

  it.each([
    ['ends where its password was never checked', true, ['esme.unbound']],
    ['stays where its password was right', false, []],
  ])('%s', async (_, wasKnown, expected) => {
    const rig = new Rig()
    await rig.start({ ...account, password: 'hash', addresses, ipOnly: wasKnown })
    expect(rig.answers()).toMatchObject([{ status: 0 }])
    rig.told.length = 0
    rig.connection.follow(directoryOf({ ...account, password: 'hash', addresses, ipOnly: true }))
    expect(rig.told).toEqual([])
    rig.connection.follow(directoryOf({ ...account, password: 'hash', addresses }))
    expect(rig.told).toEqual(expected)
  })
})

it('a session that must go takes nothing more, however long its peer leaves us without an answer', () => {
  rig.states.set('id1', { state: 'DELIVERED', error: '000', doneAtMs: 0 })
  rig.session.request({ command: 'deliver_sm' }, {} as Sent, rig.nowMs)
  rig.connection.follow(directoryOf({ ...account, active: false }))
  rig.connection.follow(directoryOf({ ...account, active: true }))
  rig.asks(submit('whole'), { command: 'query_sm', message_id: 'id1' })
  expect(rig.answers().slice(1)).toMatchObject([
    { command: 'submit_sm_resp', status: status.ESME_RSUBMITFAIL },
    { command: 'query_sm_resp', status: status.ESME_RQUERYFAIL },
  ])
  expect(rig.told).toEqual(['esme.unbound'])
})

describe('query_sm', () => {
  it('is answered with what is known', () => {
    rig.states.set('id1', { state: 'DELIVERED', error: '000', doneAtMs: Date.UTC(2026, 0, 2, 3, 4, 5) })
    rig.states.set('id2', { state: 'SCHEDULED', error: '000', doneAtMs: -1 })
    rig.asks({ command: 'query_sm', message_id: 'id1' }, { command: 'query_sm', message_id: 'id2' })
    expect(rig.answers()).toMatchObject([
      { status: 0, message_id: 'id1', final_date: '260102030405000+', message_state: 2, error_code: 0 },
      { status: 0, message_id: 'id2', final_date: '', message_state: 1, error_code: 0 },
    ])
    expect(rig.session.owed).toBe(0)
  })

  it('of an unknown message fails', () => {
    rig.asks({ command: 'query_sm', message_id: 'id3' })
    expect(rig.answers()).toMatchObject([{ command: 'query_sm_resp', status: status.ESME_RQUERYFAIL, sequence: 2 }])
  })
})

it('what nobody here does is refused', () => {
  rig.asks({ command: 'cancel_sm', message_id: 'id1' })
  expect(rig.answers()).toMatchObject([{ command: 'cancel_sm_resp', status: status.ESME_RINVCMDID }])
})

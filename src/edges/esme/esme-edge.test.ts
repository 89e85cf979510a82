import smpp from 'smpp'
import { afterEach, expect, it } from 'vitest'
import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import { systemClock } from '../../lib/clock.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { Submission } from '../../pipeline/stage.js'
import type { Log } from '../../telemetry/log.js'
import { createMetrics, type Metrics } from '../../telemetry/metrics.js'
import { standardText } from '../../text/standard.js'
import { EsmeEdge } from './esme-edge.js'

const STALL_MS = 1000

const account = {
  id: 'acme' as AccountId,
  systemId: 'acme',
  active: true,
  maxBinds: 5,
  bindModes: ['transmitter', 'receiver', 'transceiver'],
  text: standardText,
  addresses: [],
  ipOnly: false,
} as unknown as SendingAccount

let close: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const fn of close.splice(0)) await fn()
  close = []
})

interface Rig {
  readonly edge: EsmeEdge
  readonly metrics: Metrics
  readonly events: readonly string[]
  /** Sessions that can send no more. */
  readonly stalled: readonly object[]
  /** Resolves with the next session that ends. */
  readonly linkClosed: () => Promise<object>
  /** Submissions in the order they came. */
  readonly submitted: readonly Submission[]
  /** Resolves when so many submissions have come in all. */
  readonly came: (count: number) => Promise<void>
  /** An ESME that is connected only. */
  readonly connect: () => Promise<Esme>
  /** An ESME that is bound. */
  readonly bind: () => Promise<Esme>
}

interface Esme {
  readonly ask: (command: string, fields?: smpp.Fields) => Promise<smpp.Pdu>
  readonly leave: () => void
  readonly bind: () => Promise<smpp.Pdu>
}

/** An edge on a socket of its own; the pipeline behind it is `onSubmit`. */
async function rig(onSubmit: (batch: readonly Submission[]) => void = () => undefined): Promise<Rig> {
  const events: string[] = []
  const submitted: Submission[] = []
  const stalled: object[] = []
  let onClosed: (link: object) => void = () => undefined
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const metrics = createMetrics({ processMetrics: false })
  const log: Log = { event: (name) => void events.push(name), flush: () => undefined }
  const edge = new EsmeEdge(
    { systemId: 'smsc', server: { host: '127.0.0.1', port: 0 }, stallMs: STALL_MS, refuseAfterMs: 2000 },
    {
      directory: () => ({ accountBySystemId: () => account }) as unknown as Snapshot,
      clock: systemClock(),
      metrics,
      log,
      verify: () => Promise.resolve(true),
      logIns: { mayTry: () => true, wrong: () => undefined, right: () => undefined },
      submit: (batch) => {
        submitted.push(...batch)
        for (const { count, resolve } of waiting) if (submitted.length >= count) resolve()
        onSubmit(batch)
      },
      linkClosed: (link) => onClosed(link),
      stalled: (link) => void stalled.push(link),
      stateOf: () => undefined,
      notified: () => undefined,
      notSent: () => undefined,
      addDestination: () => undefined,
      destinationChanged: () => undefined,
      hasRoom: () => undefined,
    },
  )
  const port = await edge.start()
  close.push(() => edge.close())
  const connect = async (): Promise<Esme> => {
    const session = smpp.connect({ host: '127.0.0.1', port })
    close.unshift(() => Promise.resolve(void session.destroy()))
    session.on('error', () => undefined)
    await new Promise<void>((resolve) => session.on('connect', () => resolve()))
    const ask: Esme['ask'] = (command, fields) =>
      new Promise((resolve) => session.send(new smpp.PDU(command, fields), resolve))
    const leave = () => session.destroy()
    return { ask, leave, bind: () => ask('bind_transceiver', { system_id: 'acme', password: 'secret' }) }
  }
  return {
    edge,
    metrics,
    events,
    stalled,
    linkClosed: () => new Promise((resolve) => (onClosed = resolve)),
    submitted,
    came: (count) =>
      new Promise((resolve) => {
        if (submitted.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    connect,
    bind: async () => {
      const esme = await connect()
      expect((await esme.bind()).command_status).toBe(0)
      return esme
    },
  }
}

const submit = { destination_addr: '447700900123', short_message: 'hello' }
const texts = (submissions: readonly Submission[]): readonly string[] =>
  submissions.map(({ content }) => Buffer.from(content.octets).toString('latin1'))

it('holds the reading on all sessions, those that bind meanwhile included; what was read is answered', async () => {
  const { edge, submitted, came, bind, connect } = await rig()
  const early = await bind()
  const unbound = await connect()
  const first = early.ask('submit_sm', { ...submit, short_message: 'first' })
  await came(1)

  edge.hold(true)
  edge.hold(true)
  const second = early.ask('submit_sm', { ...submit, short_message: 'second' })
  submitted[0]!.answer.accepted('id1' as MessageId)
  expect(await first).toMatchObject({ command: 'submit_sm_resp', command_status: 0, message_id: 'id1' })
  // What is not bound is read: its bind is answered, and nothing after that.
  expect((await unbound.bind()).command_status).toBe(0)
  const third = unbound.ask('submit_sm', { ...submit, short_message: 'third' })
  // As many round trips as it takes for both to have come, had they been read.
  for (const _ of [1, 2, 3]) expect((await (await connect()).bind()).command_status).toBe(0)
  expect(texts(submitted)).toEqual(['first'])

  edge.hold(false)
  await came(3)
  expect([...texts(submitted)].sort()).toEqual(['first', 'second', 'third'])
  for (const { answer } of submitted.slice(1)) answer.accepted('id2' as MessageId)
  expect((await Promise.all([second, third])).map((pdu) => pdu.command_status)).toEqual([0, 0])
})

it('reads again when it takes nothing more: it refuses, and sessions can end', async () => {
  const { edge, submitted, bind } = await rig()
  const esme = await bind()
  edge.hold(true)
  const refused = esme.ask('submit_sm', submit)
  edge.stopAccepting()
  expect((await refused).command_status).toBe(8)
  edge.hold(true)
  expect((await esme.ask('submit_sm', submit)).command_status).toBe(8)
  expect(submitted).toEqual([])
})

it('counts each refusal once, whoever refuses: the edge, the pipeline or the store', async () => {
  const { edge, metrics, bind } = await rig((batch) => {
    for (const { answer } of batch) answer.refused({ reason: 'systemError', cause: 'store: full' })
  })
  const esme = await bind()
  expect((await esme.ask('submit_sm', submit)).command_status).toBe(8)
  expect((await esme.ask('submit_sm', { ...submit, destination_addr: '' })).command_status).toBe(0x0b)
  edge.stopAccepting()
  expect((await esme.ask('submit_sm', submit)).command_status).toBe(8)
  expect(metrics.refused.rows()).toEqual([
    { labels: ['esme', 'systemError'], value: 1 },
    { labels: ['esme', 'invalidDestination'], value: 1 },
    { labels: ['esme', 'stopping'], value: 1 },
  ])
})

it('a failure of ours ends one session and says so; the others go on', async () => {
  const { events, bind, came } = await rig((batch) => {
    if (texts(batch).includes('poison')) throw new Error('a bug')
  })
  const [victim, other] = [await bind(), await bind()]
  void victim.ask('submit_sm', { ...submit, short_message: 'poison' })
  await came(1)
  void other.ask('submit_sm', submit)
  await came(2)
  expect(events.filter((event) => /failed/i.test(event))).toEqual(['esme.handlerFailed'])
  expect(events).toContain('esme.closed')
})

it('refuses those whose password is not looked at when their time has come', async () => {
  const { edge } = await rig()
  const refused: string[] = []
  const nowMs = systemClock().monotonicMs()
  edge.afterAWhile(() => refused.push('first'))
  edge.afterAWhile(() => refused.push('second'))
  edge.tick(nowMs + 1999)
  expect(refused).toEqual([])
  edge.tick(systemClock().monotonicMs() + 2000)
  edge.tick(systemClock().monotonicMs() + 2000)
  expect(refused).toEqual(['first', 'second'])
})

it('finds sessions whose window is full of withheld parts, and those only', async () => {
  const { edge, stalled, events, submitted, came, bind, linkClosed } = await rig((batch) => {
    for (const { answer, content } of batch) {
      if (content.octets.length > 0) answer.withheld()
      else answer.accepted('id1' as MessageId)
    }
  })
  const [parts, whole] = [await bind(), await bind()]
  const first = parts.ask('submit_sm', submit)
  expect(await whole.ask('submit_sm', { ...submit, short_message: '' })).toMatchObject({ message_id: 'id1' })
  await came(2)
  edge.tick(systemClock().monotonicMs())
  expect(stalled).toEqual([])
  const later = systemClock().monotonicMs() + STALL_MS
  edge.hold(true)
  edge.tick(later)
  expect(stalled).toEqual([])
  edge.hold(false)
  edge.tick(later + STALL_MS)
  edge.tick(later + 2 * STALL_MS)
  const part = submitted.find(({ content }) => content.octets.length > 0)!
  expect(stalled).toEqual([part.link])
  expect(events).toContain('esme.windowFull')

  part.answer.accepted('id2' as MessageId)
  expect(await first).toMatchObject({ command_status: 0, message_id: 'id2' })
  const closed = linkClosed()
  parts.leave()
  expect(await closed).toBe(part.link)
})

// A simulated vendor: an SMSC on npm `smpp`, so that our codec is never tested by itself. Answers, fails and sends receipts by plan.
import { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'
import smpp from 'smpp'
import type { ReceiptState } from './receipt.js'
import { readText } from './receipt.js'
import { ReceiptQueue } from './receipt-queue.js'
import type { ErrorRule, VendorIdFormat, VendorReceipts } from './vendor-plan.js'
import { idInForm, idSource, isAskedFor, scheduledError, weighted } from './vendor-plan.js'

export interface SimVendorOptions {
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
  /** If given, a bind must have it. */
  readonly systemId?: string
  readonly password?: string
  /** Before each submit_sm_resp, ms. */
  readonly latencyMs?: number
  readonly errors?: readonly ErrorRule[]
  /** `false`: none. registered_delivery is honoured. */
  readonly receipts?: VendorReceipts | false
  readonly idFormat?: VendorIdFormat
  /** Most unanswered receipts on one session. */
  readonly window?: number
  /** Never answers a submit_sm. */
  readonly mute?: boolean
  /** Hangs up at every N-th submit_sm, without an answer. */
  readonly dropAfter?: number
  /** Most messages kept in `received`; the oldest goes first. */
  readonly keep?: number
  /** 0 to 1, for `percent` and weights. */
  readonly random?: () => number
}

export interface ReceivedMessage {
  /** The id given in the answer; empty if refused or not answered. */
  readonly id: string
  readonly status: number
  readonly systemId: string
  readonly source: string
  readonly destination: string
  readonly text: string
  readonly registeredDelivery: number
  readonly pdu: smpp.Pdu
}

/** A message from a phone. */
export interface SimVendorMo {
  readonly source: string
  readonly destination: string
  readonly text: string
}

interface VendorEvents {
  listening: [port: number]
  bind: [{ readonly systemId: string; readonly mode: BindMode; readonly status: number }]
  submit: [ReceivedMessage]
  /** The receiver's answer to a receipt. */
  receipt: [{ readonly id: string; readonly state: ReceiptState; readonly status: number }]
  unbind: [{ readonly systemId: string }]
  /** A bound session has gone. */
  close: [{ readonly systemId: string }]
}

export interface SimVendorStats {
  binds: number
  submits: number
  accepted: number
  refused: number
  unanswered: number
  receiptsOk: number
  receiptsRefused: number
  receiptsDropped: number
}

export interface SimVendor {
  readonly port: number
  readonly stats: Readonly<SimVendorStats>
  /** The last messages, oldest first. */
  readonly received: readonly ReceivedMessage[]
  readonly events: EventEmitter<VendorEvents>
  /** Receipts not answered yet, over all accounts. */
  receiptsOwed(): number
  /** Changes the behaviour from the next submit_sm on. */
  configure(changes: Partial<Omit<SimVendorOptions, 'host' | 'port'>>): void
  /** Sends a message from a phone by deliver_sm; its command_status, -1 where nobody is bound to take it or the link breaks. */
  deliver(message: SimVendorMo): Promise<number>
  /** Breaks every link. */
  dropLinks(): void
  stop(): Promise<void>
}

type BindMode = 'transmitter' | 'receiver' | 'transceiver'
interface Link {
  readonly session: smpp.Session
  bound?: { readonly systemId: string; readonly mode: BindMode }
  sessionInitTimer?: NodeJS.Timeout
}

const status = { invalidCommand: 0x03, bindState: 0x04, alreadyBound: 0x05, password: 0x0e, systemId: 0x0f } as const
// npm `smpp` lets a peer that sends nonsense stay connected for ever; whoever has not bound by then goes.
const sessionInitMs = 10_000
const receiptLimit = 100_000
const receiptRetryMs = 1000

/** Listens and answers. Rejects if the port cannot be had. */
export async function startSimVendor(given: SimVendorOptions = {}): Promise<SimVendor> {
  let options = given
  const events = new EventEmitter<VendorEvents>()
  const links = new Set<Link>()
  const queues = new Map<string, ReceiptQueue>()
  const timers = new Set<NodeJS.Timeout>()
  const received: ReceivedMessage[] = []
  const stats: SimVendorStats = {
    binds: 0,
    submits: 0,
    accepted: 0,
    refused: 0,
    unanswered: 0,
    receiptsOk: 0,
    receiptsRefused: 0,
    receiptsDropped: 0,
  }
  const nextId = idSource()

  const after = (delayMs: number, act: () => void): void => {
    if (delayMs <= 0) return act()
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, delayMs)
    timers.add(timer)
  }

  const queueOf = (systemId: string): ReceiptQueue => {
    const known = queues.get(systemId)
    if (known !== undefined) return known
    const queue = new ReceiptQueue({
      window: options.window ?? 100,
      limit: receiptLimit,
      retryMs: receiptRetryMs,
      onAnswer: ({ content }, answered) => {
        if (answered === 0) stats.receiptsOk++
        else stats.receiptsRefused++
        events.emit('receipt', { id: content.id, state: content.state, status: answered })
      },
      onDropped: () => stats.receiptsDropped++,
    })
    queues.set(systemId, queue)
    return queue
  }

  const bind = (link: Link, pdu: smpp.Pdu): void => {
    const mode = pdu.command.slice('bind_'.length) as BindMode
    const systemId = field(pdu, 'system_id')
    const refusal = bindRefusal(link, systemId, field(pdu, 'password'), options)
    link.session.send(pdu.response(refusal === 0 ? { system_id: 'simvendor' } : { command_status: refusal }))
    if (refusal === 0) {
      clearTimeout(link.sessionInitTimer)
      link.bound = { systemId, mode }
      stats.binds++
      if (mode !== 'transmitter') queueOf(systemId).addReceiver(link.session)
    }
    // Whoever hears it may deliver at once.
    events.emit('bind', { systemId, mode, status: refusal })
    if (refusal !== 0) link.session.close()
  }

  const submit = (link: Link, pdu: smpp.Pdu): void => {
    if (link.bound === undefined || link.bound.mode === 'receiver') {
      link.session.send(pdu.response({ command_status: status.bindState }))
      return
    }
    const { systemId } = link.bound
    stats.submits++
    const random = options.random ?? Math.random
    const dropped = options.dropAfter !== undefined && stats.submits % options.dropAfter === 0
    const silent = dropped || options.mute === true
    const refusal = silent ? 0 : scheduledError(options.errors ?? [], stats.submits, random)
    const id = silent || refusal !== 0 ? '' : nextId(options.idFormat ?? 'decimal')
    const message: ReceivedMessage = {
      id,
      status: refusal,
      systemId,
      source: field(pdu, 'source_addr'),
      destination: field(pdu, 'destination_addr'),
      text: readText(pdu),
      registeredDelivery: Number(pdu['registered_delivery'] ?? 0),
      pdu,
    }
    received.push(message)
    if (received.length > (options.keep ?? 10_000)) received.shift()
    if (silent) {
      stats.unanswered++
      events.emit('submit', message)
      if (dropped) link.session.destroy()
      return
    }
    if (refusal === 0) stats.accepted++
    else stats.refused++
    const plan = options.receipts === false || refusal !== 0 ? undefined : (options.receipts ?? {})
    const answer = (): void => {
      link.session.send(pdu.response(refusal === 0 ? { message_id: id } : { command_status: refusal }))
      if (plan !== undefined && plan.beforeResponse !== true) after(plan.delayMs ?? 0, () => owe(message, plan, random))
    }
    if (plan?.beforeResponse === true) owe(message, plan, random)
    after(options.latencyMs ?? 0, answer)
    events.emit('submit', message)
  }

  const owe = (message: ReceivedMessage, plan: VendorReceipts, random: () => number): void => {
    const outcome = weighted(plan.outcomes ?? { DELIVRD: 1 }, random)
    const states: ReceiptState[] = outcome === 'ENROUTE+DELIVRD' ? ['ENROUTE', 'DELIVRD'] : [outcome]
    const now = new Date()
    for (const state of states) {
      if (!isAskedFor(state, message.registeredDelivery)) continue
      for (let copy = 0; copy < (plan.duplicate === true ? 2 : 1); copy++) {
        const id = idInForm(message.id, options.idFormat ?? 'decimal', plan.idForm ?? 'asIs')
        queueOf(message.systemId).add({
          content: { id, state, submittedAt: now, doneAt: now, text: message.text },
          style: plan.style ?? 'both',
          submitted: message.pdu,
          tries: 0,
        })
      }
    }
  }

  const serve = (session: smpp.Session): void => {
    const link: Link = { session }
    links.add(link)
    session.socket.setNoDelay(true)
    link.sessionInitTimer = setTimeout(() => session.destroy(), sessionInitMs)
    session.on('pdu', (pdu) => {
      // A listener that throws would leave npm `smpp` deaf: such a link ends.
      try {
        if (pdu.isResponse()) return
        if (pdu.command.startsWith('bind_')) return bind(link, pdu)
        if (pdu.command === 'submit_sm') return submit(link, pdu)
        if (pdu.command === 'unbind') return unbind(link, pdu)
        const known = pdu.command === 'enquire_link' || pdu.command === 'unknown'
        session.send(pdu.response(known ? {} : { command_status: status.invalidCommand }))
      } catch {
        session.destroy()
      }
    })
    session.on('error', () => session.destroy())
    session.on('close', () => {
      clearTimeout(link.sessionInitTimer)
      links.delete(link)
      if (link.bound === undefined) return
      queues.get(link.bound.systemId)?.removeReceiver(session)
      events.emit('close', { systemId: link.bound.systemId })
    })
  }

  const unbind = (link: Link, pdu: smpp.Pdu): void => {
    link.session.send(pdu.response())
    if (link.bound !== undefined) {
      queues.get(link.bound.systemId)?.removeReceiver(link.session)
      events.emit('unbind', { systemId: link.bound.systemId })
    }
    link.session.close()
  }

  const server = smpp.createServer(serve)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(given.port ?? 0, given.host ?? '127.0.0.1', resolve)
  })
  server.on('error', () => undefined)
  const { port } = server.address() as AddressInfo

  return {
    port,
    stats,
    received,
    events,
    receiptsOwed: () => [...queues.values()].reduce((sum, queue) => sum + queue.owed, 0),
    configure: (changes) => (options = { ...options, ...changes }),
    deliver: (message) =>
      new Promise((resolve) => {
        const link = [...links].find(({ bound }) => bound !== undefined && bound.mode !== 'transmitter')
        if (link === undefined) return resolve(-1)
        link.session.on('close', () => resolve(-1))
        const sent = link.session.send(new smpp.PDU('deliver_sm', moFields(message)), (answer) =>
          resolve(answer.command_status),
        )
        if (!sent) resolve(-1)
      }),
    dropLinks: () => links.forEach(({ session }) => session.destroy()),
    stop: async () => {
      for (const timer of timers) clearTimeout(timer)
      for (const queue of queues.values()) queue.stop()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const link of links) link.session.destroy()
      await closed
    },
  }
}

/** GSM text goes with data_coding 0, everything else as UCS-2. */
function moFields({ source, destination, text }: SimVendorMo): smpp.Fields {
  const isNumber = /^\+?\d+$/.test(source)
  return {
    ...{ source_addr: source, source_addr_ton: isNumber ? 1 : 5, source_addr_npi: isNumber ? 1 : 0 },
    ...{ destination_addr: destination, dest_addr_ton: 1, dest_addr_npi: 1 },
    data_coding: smpp.encodings.detect(text) === 'ASCII' ? 0 : 8,
    short_message: text,
  }
}

function field(pdu: smpp.Pdu, name: string): string {
  const value = pdu[name]
  return typeof value === 'string' ? value : ''
}

function bindRefusal(link: Link, systemId: string, password: string, options: SimVendorOptions): number {
  if (link.bound !== undefined) return status.alreadyBound
  if (options.systemId !== undefined && options.systemId !== systemId) return status.systemId
  if (options.password !== undefined && options.password !== password) return status.password
  return 0
}

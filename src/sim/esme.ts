// A simulated ESME on npm `smpp`: binds, sends with a window, collects answers and receipts. Shares no code with the switch.
import { EventEmitter } from 'node:events'
import smpp from 'smpp'
import { readReceipt, readText } from './receipt.js'

export interface SimEsmeOptions {
  readonly host?: string
  readonly port: number
  readonly systemId: string
  readonly password: string
  /** `tx+rx`: a transmitter and a receiver. */
  readonly bind?: 'tx' | 'rx' | 'trx' | 'tx+rx'
  /** An unanswered submit_sm counts as such after so many ms. */
  readonly responseTimeoutMs?: number
  /** command_status for each receipt; default 0. `undefined`: no answer. */
  readonly answerReceipt?: (receipt: SimReceipt) => number | undefined
  /** Most kept in `receipts`, and in `mo`; the oldest goes first. */
  readonly keep?: number
}

export interface SimSubmit {
  readonly source: string
  readonly destination: string
  readonly text: string
  readonly registeredDelivery?: number
  /** Relative validity, s. */
  readonly validitySeconds?: number
  /** Anything else of submit_sm by npm `smpp`'s names; wins over the above. */
  readonly fields?: smpp.Fields
}

/** What came of a submit_sm. Status -1: no answer, for the time is up or the link broke. */
export interface SimAnswer {
  readonly status: number
  readonly messageId: string
}

export interface SimReceipt {
  readonly id: string
  readonly state: string
  readonly source: string
  readonly destination: string
  readonly pdu: smpp.Pdu
}

export interface SimMo {
  readonly source: string
  readonly destination: string
  readonly text: string
  readonly pdu: smpp.Pdu
}

interface EsmeEvents {
  receipt: [SimReceipt]
  mo: [SimMo]
  /** One of the links has gone. */
  close: []
}

export interface SimEsme {
  readonly events: EventEmitter<EsmeEvents>
  readonly receipts: readonly SimReceipt[]
  /** Messages from phones, also those that came with the answer to the bind. */
  readonly mo: readonly SimMo[]
  /** Sends one message; never rejects. `onAnswer` is called as the answer is read, so before a receipt right behind it. */
  submit(message: SimSubmit, onAnswer?: (answer: SimAnswer) => void): Promise<SimAnswer>
  /** Unbinds and closes; at most a second. */
  stop(): Promise<void>
  /** Closes without an unbind. */
  drop(): void
}

const unanswered: SimAnswer = { status: -1, messageId: '' }
const connectMs = 5000
const unbindMs = 1000

/** Binds. Rejects if the connection or the bind fails; the message names the command_status. */
export async function startSimEsme(options: SimEsmeOptions): Promise<SimEsme> {
  const modes = { tx: ['transmitter'], rx: ['receiver'], trx: ['transceiver'], 'tx+rx': ['receiver', 'transmitter'] }
  const events = new EventEmitter<EsmeEvents>()
  const receipts: SimReceipt[] = []
  const mo: SimMo[] = []
  const sessions: smpp.Session[] = []
  const pending = new Map<smpp.Session, Set<(answer: SimAnswer) => void>>()

  const deliver = (session: smpp.Session, pdu: smpp.Pdu): void => {
    const source = String(pdu['source_addr'])
    const destination = String(pdu['destination_addr'])
    const read = readReceipt(pdu)
    if (read === undefined) {
      session.send(pdu.response())
      const message: SimMo = { source, destination, text: readText(pdu), pdu }
      mo.push(message)
      if (mo.length > (options.keep ?? 10_000)) mo.shift()
      events.emit('mo', message)
      return
    }
    const receipt: SimReceipt = { ...read, source, destination, pdu }
    const status = options.answerReceipt === undefined ? 0 : options.answerReceipt(receipt)
    if (status !== undefined) session.send(pdu.response({ command_status: status }))
    receipts.push(receipt)
    if (receipts.length > (options.keep ?? 10_000)) receipts.shift()
    events.emit('receipt', receipt)
  }

  const listen = (session: smpp.Session): void => {
    pending.set(session, new Set())
    session.on('pdu', (pdu) => {
      // A listener that throws would leave npm `smpp` deaf: such a link ends.
      try {
        if (pdu.isResponse()) return
        if (pdu.command === 'deliver_sm') return deliver(session, pdu)
        session.send(pdu.response())
        if (pdu.command === 'unbind') session.close()
      } catch {
        session.destroy()
      }
    })
    session.on('close', () => {
      for (const settle of [...(pending.get(session) ?? [])]) settle(unanswered)
      events.emit('close')
    })
  }

  try {
    for (const mode of modes[options.bind ?? 'trx']) {
      const session = await connectAndBind(options, mode, listen)
      sessions.push(session)
    }
  } catch (error) {
    for (const session of sessions) session.destroy()
    throw error
  }

  return {
    events,
    receipts,
    mo,
    submit: (message, onAnswer) =>
      new Promise((resolve) => {
        const session = sessions.at(-1)
        const waiting = session === undefined ? undefined : pending.get(session)
        if (session === undefined || waiting === undefined) return resolve(unanswered)
        const settle = (answer: SimAnswer): void => {
          if (!waiting.delete(settle)) return
          clearTimeout(timer)
          onAnswer?.(answer)
          resolve(answer)
        }
        const timer = setTimeout(() => settle(unanswered), options.responseTimeoutMs ?? 30_000)
        waiting.add(settle)
        const sent = session.send(new smpp.PDU('submit_sm', submitFields(message)), (answer) => {
          const messageId = answer['message_id']
          settle({ status: answer.command_status, messageId: typeof messageId === 'string' ? messageId : '' })
        })
        if (!sent) settle(unanswered)
      }),
    stop: async () => {
      await Promise.all(sessions.map(unbind))
    },
    drop: () => sessions.forEach((session) => session.destroy()),
  }
}

function connectAndBind(
  options: SimEsmeOptions,
  mode: string,
  listen: (session: smpp.Session) => void,
): Promise<smpp.Session> {
  const { host = '127.0.0.1', port, systemId, password } = options
  return new Promise((resolve, reject) => {
    const session = smpp.connect({ host, port })
    const fail = (why: string): void => {
      clearTimeout(timer)
      session.destroy()
      reject(new Error(why))
    }
    const timer = setTimeout(
      () => fail(`no answer to bind_${mode} from ${host}:${port} within ${connectMs} ms`),
      connectMs,
    )
    session.socket.setNoDelay(true)
    listen(session)
    session.on('error', (error) => fail(error.message))
    session.on('close', () => fail(`${host}:${port} closed the connection`))
    session.on('connect', () => {
      session.send(new smpp.PDU(`bind_${mode}`, { system_id: systemId, password }), (answer) => {
        const { command_status: status } = answer
        if (status !== 0) return fail(`bind_${mode} refused with status 0x${status.toString(16).padStart(8, '0')}`)
        clearTimeout(timer)
        resolve(session)
      })
    })
  })
}

function unbind(session: smpp.Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.socket.destroyed) return resolve()
    const timer = setTimeout(() => session.destroy(), unbindMs)
    session.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    if (!session.send(new smpp.PDU('unbind'), () => session.destroy())) session.destroy()
  })
}

/** GSM text goes with data_coding 0, everything else as UCS-2; more than 254 octets in message_payload. */
function submitFields(message: SimSubmit): smpp.Fields {
  const isGsm = smpp.encodings.detect(message.text) === 'ASCII'
  const octets = isGsm ? message.text.length : message.text.length * 2
  return {
    source_addr: message.source,
    source_addr_ton: /^\+?\d{7,}$/.test(message.source) ? 1 : /^\d+$/.test(message.source) ? 3 : 5,
    source_addr_npi: /^\+?\d{7,}$/.test(message.source) ? 1 : 0,
    destination_addr: message.destination.replace(/^\+/, ''),
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    registered_delivery: message.registeredDelivery ?? 0,
    data_coding: isGsm ? 0 : 8,
    ...(message.validitySeconds === undefined ? {} : { validity_period: relativeTime(message.validitySeconds) }),
    ...(octets > 254 ? { message_payload: message.text } : { short_message: message.text }),
    ...message.fields,
  }
}

/** SMPP 3.4 §7.1.1.2: YYMMDDhhmmss000R. */
function relativeTime(seconds: number): string {
  const part = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  const rest = seconds % 86_400
  const [years, months] = [Math.floor(days / 365), Math.floor((days % 365) / 30)]
  const date = part(years) + part(months) + part((days % 365) % 30)
  return `${date}${part(rest / 3600)}${part((rest % 3600) / 60)}${part(rest % 60)}000R`
}

// A sender of MESSAGE requests over UDP that repeats each until it is answered, as RFC 3261 §17.1.2 has it, and keeps the ledger of
// what it was told. Judges nothing.
import { createSocket, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { parseMessage } from '../../src/sip/parse.js'
import { domain } from '../flow/sip-phone.js'

export interface Entry {
  readonly text: string
  readonly to: string
  readonly request: Buffer
  /** How often it was sent. */
  times: number
  sentAtMs: number
  /** 0 while it has no final answer. */
  status: number
}

const resendMs = 250
const tickMs = 10

export class SipSender {
  readonly entries: Entry[] = []
  /** Emits `answer`. */
  readonly events = new EventEmitter()
  answered = 0
  readonly #socket: Socket
  readonly #ownPort: number
  readonly #port: number
  readonly #byBranch = new Map<string, Entry>()
  readonly #waiting = new Set<Entry>()
  #timer: NodeJS.Timeout | undefined

  private constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.#ownPort = socket.address().port
    this.#port = port
    socket.on('message', (bytes: Buffer) => this.#took(bytes))
    // The daemon is away: it will be back.
    socket.on('error', () => undefined)
  }

  /** @param port of the daemon, also after it was started again */
  static async start(port: number): Promise<SipSender> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new SipSender(socket, port)
  }

  /** Sends so many a second from now on; `toOf` says where the i-th goes. */
  run(perSecond: number, toOf: (i: number) => string): void {
    const startMs = performance.now()
    const before = this.entries.length
    this.#timer = setInterval(() => {
      const nowMs = performance.now()
      const due = before + Math.floor(((nowMs - startMs) * perSecond) / 1000)
      while (this.entries.length < due) this.#new(toOf(this.entries.length), nowMs)
      for (const entry of this.#waiting) if (nowMs - entry.sentAtMs > resendMs) this.#send(entry, nowMs)
    }, tickMs)
  }

  /** No more new ones; those that wait are repeated on. */
  pause(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => {
      const nowMs = performance.now()
      for (const entry of this.#waiting) if (nowMs - entry.sentAtMs > resendMs) this.#send(entry, nowMs)
    }, tickMs)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#socket.close()
  }

  #new(to: string, nowMs: number): void {
    const text = `text ${this.entries.length}`
    const branch = `z9hG4bK${process.pid}x${this.entries.length}`
    const lines = [
      `MESSAGE ${to} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.#ownPort};branch=${branch}`,
      `From: <sip:load@${domain}>;tag=${branch}`,
      `To: <${to}>`,
      `Call-ID: ${branch}@127.0.0.1`,
      'CSeq: 1 MESSAGE',
      'Max-Forwards: 70',
      'Content-Type: text/plain',
      `Content-Length: ${text.length}`,
    ]
    const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`)
    const entry: Entry = { text, to, request, times: 0, sentAtMs: 0, status: 0 }
    this.entries.push(entry)
    this.#byBranch.set(branch, entry)
    this.#waiting.add(entry)
    this.#send(entry, nowMs)
  }

  #send(entry: Entry, nowMs: number): void {
    entry.times++
    entry.sentAtMs = nowMs
    this.#socket.send(entry.request, this.#port, '127.0.0.1')
  }

  #took(bytes: Buffer): void {
    const message = parseMessage(bytes)
    if (message.kind !== 'response' || message.status < 200) return
    const entry = this.#byBranch.get(message.via.branch ?? '')
    if (entry === undefined || entry.status !== 0) return
    entry.status = message.status
    this.#waiting.delete(entry)
    this.answered++
    this.events.emit('answer')
  }

  /** Still without an answer. */
  get waiting(): number {
    return this.#waiting.size
  }
}

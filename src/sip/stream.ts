// SIP over TCP and TLS: a connection as a flow. Cuts messages, answers pings, keeps the bounds of time and output; parses nothing.
import type { Socket } from 'node:net'
import type { FlowEnd, Peer } from './flow.js'
import { plainAddress } from './flow.js'
import { SipFramer } from './framing.js'
import { pong } from './keepalive.js'
import { OutputStall } from './output-stall.js'
import type { Connection, OnGone, TransportEvents, TransportLimits } from './transport-contract.js'

/** How long a socket may take to send its last octets and see the peer close. */
const lingerMs = 2000

export interface StreamSetting {
  readonly id: number
  readonly kind: 'tcp' | 'tls'
  readonly listener: string
  readonly sentBy: string
}

export class StreamConnection implements Connection {
  readonly id: number
  readonly kind: 'tcp' | 'tls'
  readonly listener: string
  readonly sentBy: string
  readonly remote: Peer
  readonly #socket: Socket
  readonly #limits: TransportLimits
  readonly #events: TransportEvents
  readonly #now: () => number
  readonly #framer: SipFramer
  #isOpen = true
  #isCorked = false
  #ended: FlowEnd | undefined
  #hasSpoken = false
  readonly #openedAtMs: number
  #receivedAtMs: number
  /** Since when the message that is coming in has been coming. */
  #begunAtMs: number | undefined
  readonly #stall = new OutputStall()

  /** The socket is connected, its handshake done, and it belongs to the connection from here on. */
  constructor(
    socket: Socket,
    setting: StreamSetting,
    limits: TransportLimits,
    events: TransportEvents,
    now: () => number,
    onGone: OnGone,
  ) {
    this.id = setting.id
    this.kind = setting.kind
    this.listener = setting.listener
    this.sentBy = setting.sentBy
    this.remote = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    this.#socket = socket
    this.#limits = limits
    this.#events = events
    this.#now = now
    this.#framer = new SipFramer(limits.message)
    this.#openedAtMs = this.#receivedAtMs = now()
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('end', () => this.close('closedByPeer'))
    socket.on('error', () => this.#end('error'))
    socket.on('close', () => {
      this.#end('closedByPeer')
      onGone(this)
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(bytes: Uint8Array): boolean {
    if (!this.#isOpen) return false
    if (this.#socket.writableLength + bytes.length > this.#limits.outputBytes) {
      this.close('slowReader')
      return false
    }
    // All that one turn has to say goes out in one write.
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#socket.cork()
      process.nextTick(() => this.#uncork())
    }
    this.#socket.write(bytes)
    return true
  }

  close(why: FlowEnd): void {
    if (!this.#isOpen) return
    this.#end(why)
    if (why === 'slowReader' || why === 'dead' || why === 'error') return void this.#socket.destroy()
    this.#uncork()
    this.#socket.end()
    // Keep reading what comes, to nowhere: closing with unread octets would reset the connection and take our last
    // answer away from the peer.
    this.#socket.resume()
    const linger = setTimeout(() => this.#socket.destroy(), lingerMs)
    linger.unref()
    this.#socket.once('close', () => clearTimeout(linger))
  }

  tick(nowMs: number): void {
    const limits = this.#limits
    if (!this.#isOpen) return
    const stalledMs = this.#stall.stalledMs(nowMs, this.#socket.bytesWritten, this.#socket.writableLength)
    if (stalledMs >= limits.outputStallMs) this.close('slowReader')
    else if (this.#begunAtMs !== undefined && nowMs - this.#begunAtMs >= limits.messageMs) this.close('tooSlow')
    else if (!this.#hasSpoken && nowMs - this.#openedAtMs >= limits.firstMessageMs) this.close('tooSlow')
    else if (nowMs - this.#receivedAtMs >= limits.idleMs) this.close('idle')
  }

  #take(chunk: Buffer): void {
    if (!this.#isOpen) return
    const nowMs = (this.#receivedAtMs = this.#now())
    const framer = this.#framer
    framer.push(chunk)
    let hadWhole = false
    let hadPing = false
    while (this.#isOpen) {
      const step = framer.next()
      if (step === 'more') break
      if (step === 'ping') {
        // A chunk full of pings is answered once: more pongs than that tell nobody anything.
        hadPing = true
      } else if (step === 'message') {
        hadWhole = this.#hasSpoken = true
        this.#events.onMessage(framer.bytes.subarray(framer.start, framer.end), this)
      } else {
        this.#events.onLost?.(step, this)
        this.close('badFraming')
      }
    }
    if (hadPing) this.send(pong)
    // A message that trickles keeps the time at which it began, whatever came of it since.
    if (!framer.isWithinMessage) this.#begunAtMs = undefined
    else if (hadWhole || this.#begunAtMs === undefined) this.#begunAtMs = nowMs
  }

  #uncork(): void {
    if (!this.#isCorked) return
    this.#isCorked = false
    this.#socket.uncork()
  }

  #end(why: FlowEnd): void {
    this.#isOpen = false
    if (this.#ended !== undefined) return
    this.#ended = why
    this.#events.onEnd(this, why)
  }
}

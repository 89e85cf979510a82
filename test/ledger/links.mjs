// The links of an ESME of the ledger: they bind as transceivers, again when they are cut, and answer what a switch asks of a link; and
// the pace at which it sends over them. What is sent, and what the answers mean, is the program's.
import net from 'node:net'
import * as wire from '../../bench/load/wire.mjs'
import { COMMAND, RESPONSE, monotonicMs } from '../../bench/load/wire.mjs'

/** For the command line of a program with links. */
export const linkOptions = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string' },
  password: { type: 'string', default: 'bench' },
  'reconnect-ms': { type: 'string', default: '50' },
}

const mostCreditMs = 50
const deliverResponse = wire.bareTemplate(COMMAND.deliverSm + RESPONSE, true)
const enquireResponse = wire.bareTemplate(COMMAND.enquireLink + RESPONSE)
const unbindResponse = wire.bareTemplate(COMMAND.unbind + RESPONSE)

/** A link: whom it binds as, and what the program keeps of it. Until it is open it has no `out`. */
export function newLink(systemId, own) {
  return { systemId, bound: false, socket: undefined, out: undefined, ...own }
}

/** Keeps links up until it is told to stop. A port that is given later counts from the next connection on. */
export class Links {
  port
  /** Good answers to bind requests. */
  binds = 0
  #values
  #told
  #ended = false

  /**
   * @param values of `linkOptions`
   * @param told bound(link); answered(link, bytes, start, end, status, sequence, nowMs): a response or a generic_nack;
   * delivered(bytes, start, end, nowMs): a deliver_sm, which is answered ROK after it; cut(link): no answer will come any more
   */
  constructor(values, told) {
    this.port = Number(values.port)
    this.#values = values
    this.#told = told
  }

  connect(link) {
    if (this.#ended) return
    const socket = net.connect({ host: this.#values.host, port: this.port, noDelay: true })
    let nowMs = 0
    const scanner = new wire.Scanner((...pdu) => this.#onPdu(link, nowMs, ...pdu))
    link.socket = socket
    link.out = new wire.Out(socket)
    socket.on('connect', () => {
      link.out.copy(wire.bindTemplate(COMMAND.bindTransceiver, link.systemId, this.#values.password))
      link.out.flush()
    })
    socket.on('data', (chunk) => {
      nowMs = monotonicMs()
      try {
        scanner.push(chunk)
      } catch {
        socket.destroy()
      }
      link.out.flush()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      link.bound = false
      this.#told.cut(link)
      setTimeout(() => this.connect(link), Number(this.#values['reconnect-ms']))
    })
  }

  stop() {
    this.#ended = true
  }

  #onPdu(link, nowMs, bytes, start, end, id, status, sequence) {
    switch (id) {
      case COMMAND.submitSm + RESPONSE:
        return this.#told.answered(link, bytes, start, end, status, sequence, nowMs)
      case COMMAND.genericNack:
        return this.#told.answered(link, bytes, start, end, status || 8, sequence, nowMs)
      case COMMAND.deliverSm:
        this.#told.delivered(bytes, start, end, nowMs)
        return echo(link, deliverResponse, sequence)
      case COMMAND.bindTransceiver + RESPONSE:
        if (status !== 0) return link.socket.end()
        link.bound = true
        this.binds++
        return this.#told.bound(link)
      case COMMAND.enquireLink:
        return echo(link, enquireResponse, sequence)
      case COMMAND.unbind:
        // The switch stops: no more from here on this link, but what it still answers counts.
        link.bound = false
        echo(link, unbindResponse, sequence)
        link.out.flush()
        return link.socket.end()
    }
  }
}

function echo(link, template, sequence) {
  const at = link.out.copy(template)
  wire.write32(link.out.bytes, at + 12, sequence)
}

/** How many may be sent by now. After an outage the rate goes on; what could not be sent meanwhile is not made up for. */
export class Pace {
  /** A second. */
  rate
  credit = 0
  #lastMs = 0

  constructor(rate) {
    this.rate = rate
  }

  /** Each tick, also when nothing is to be sent. */
  tick(nowMs, sending) {
    if (sending) {
      const most = Math.max(1, (this.rate * mostCreditMs) / 1000)
      this.credit = Math.min(this.credit + ((nowMs - this.#lastMs) * this.rate) / 1000, most)
    }
    this.#lastMs = nowMs
  }
}

/** A command of the parent: tell me once when so many were acknowledged. */
export class Progress {
  #wanted = 0

  want(count) {
    this.#wanted = count
  }

  /** Is it the moment to tell? */
  isReached(count) {
    if (this.#wanted === 0 || count < this.#wanted) return false
    this.#wanted = 0
    return true
  }
}

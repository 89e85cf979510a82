// An application that callbacks come to: it keeps the ledger of them in the order in which they came, answers some with an error and
// hangs up on others, so that they come again. Judges nothing.
import { EventEmitter, once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Told {
  readonly status: string
  readonly sequence: number
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly units: number
  /** It was answered 200: what was not comes again. */
  readonly isTaken: boolean
}

export const finals: ReadonlySet<string> = new Set(['delivered', 'undelivered', 'failed'])

const REFUSED_EVERY = 40
const DROPPED_EVERY = 333

export class ApiReceiver {
  readonly url: string
  /** By the UUID of the message. */
  readonly told = new Map<string, Told[]>()
  /** Messages whose end was told and taken. */
  readonly ended = new Set<string>()
  /** Emits `told`. */
  readonly events = new EventEmitter()
  count = 0
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        this.count++
        const isDropped = this.count % DROPPED_EVERY === 0
        const isTaken = !isDropped && this.count % REFUSED_EVERY !== 0
        this.#took(new URLSearchParams(body), isTaken)
        if (isDropped) return void request.destroy()
        response.statusCode = isTaken ? 200 : 503
        response.end()
      })
    })
  }

  static async start(): Promise<ApiReceiver> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new ApiReceiver(server)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #took(fields: URLSearchParams, isTaken: boolean): void {
    const valueOf = (name: string): string => fields.get(name) ?? ''
    const uuid = valueOf('MessageUUID')
    const status = valueOf('Status')
    const told: Told = {
      ...{ status, isTaken, from: valueOf('From'), to: valueOf('To'), amount: valueOf('TotalAmount') },
      ...{ sequence: Number(valueOf('Sequence')), units: Number(valueOf('Units')) },
    }
    const known = this.told.get(uuid)
    if (known === undefined) this.told.set(uuid, [told])
    else known.push(told)
    if (isTaken && finals.has(status)) this.ended.add(uuid)
    this.events.emit('told')
  }
}

// The admin server: what monitors and orchestrators ask of a running daemon, and the API. Meant for loopback; only the API asks for a token.
import { addApi, type ApiOptions } from './api.js'
import { addSoftphone, type SoftphoneOptions } from './softphone.js'
import { createHttpServer, listen, smallBounds, type OnFault } from '../http/server.js'

export interface AdminOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly metrics: { readonly contentType: string; render(): Promise<string> }
  /** Why messages are not taken now, in words for an operator; empty means ready. */
  readonly readiness: () => readonly string[]
  /** Left out, or without tokens: there is no API. */
  readonly api?: ApiOptions
  /** Left out: there is no softphone. */
  readonly softphone?: SoftphoneOptions
  readonly onFault?: OnFault
}

/** A listening admin server. */
export interface Admin {
  readonly port: number
  /** Closes at once, open connections included. */
  stop(): Promise<void>
}

/** Starts listening; rejects with the system's error when the port is taken. */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const server = createHttpServer(smallBounds, options.onFault ?? (() => undefined))

  server.get('/metrics', async (_request, reply) => {
    const text = await options.metrics.render()
    return reply.type(options.metrics.contentType).send(text)
  })
  server.get('/healthz', () => ({ status: 'alive' }))
  server.get('/readyz', (_request, reply) => {
    const reasons = options.readiness()
    if (reasons.length === 0) return reply.send({ status: 'ready' })
    const message = `not ready: ${reasons.join('; ')}`
    return reply.code(503).send({ error: { code: 'notReady', message }, reasons })
  })

  await addApi(server, options.api)
  if (options.softphone !== undefined) await addSoftphone(server, options.softphone)
  const port = await listen(server, options.host, options.port)
  return { port, stop: () => server.close() }
}

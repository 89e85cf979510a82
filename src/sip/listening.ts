// What all listeners have in common: how they bind, are called and call themselves towards peers.
import type { AddressInfo, Server } from 'node:net'
import { hostname } from 'node:os'
import { hostPort } from './flow.js'
import type { ListenerOptions } from './transport-contract.js'

/** Binds; rejects when the address cannot be had. The address that it is. */
export async function listening(server: Server, options: ListenerOptions): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server.address() as AddressInfo
}

/** How a listener is called that has no name. */
export function listenerName(options: ListenerOptions, port: number): string {
  return `${options.kind}:${hostPort(options.host, port)}`
}

/** What our Vias call us: peers answer to where a request came from (RFC 3581), so a name is enough where none is known. */
export function advertisedHost(options: ListenerOptions, bound: string): string {
  if (options.advertisedHost !== undefined) return options.advertisedHost
  return bound === '0.0.0.0' || bound === '::' ? hostname() : bound
}

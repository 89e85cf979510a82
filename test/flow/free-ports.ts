// Ports of this machine that nobody uses.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** Held together until all are found, so that no two are the same. */
export async function freePorts(count: number): Promise<readonly string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const found = servers.map((server) => String((server.address() as AddressInfo).port))
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return found
}

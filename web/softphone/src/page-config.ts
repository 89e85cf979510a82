// What the daemon says of itself to the page, read with distrust. Pure.
import { isDomain } from './peer.js'

/** Empty where the daemon does not know. */
export interface PageConfig {
  /** SIP domain of the users. */
  readonly domain: string
  /** Where numbers are sent to; the user's own domain if empty. */
  readonly numbersDomain: string
  /** ws: or wss: */
  readonly server: string
  /** Whether the page may connect to that server only. */
  readonly isServerFixed: boolean
}

/** @param hostname of the page, where the switch listens too unless it says otherwise */
export function readPageConfig(value: unknown, hostname: string): PageConfig {
  const said = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>
  const domain = domainOf(said['domain'])
  const numbersDomain = domainOf(said['numbersDomain'])
  const { url, port, isSecure } = said as {
    readonly url?: unknown
    readonly port?: unknown
    readonly isSecure?: unknown
  }
  if (typeof url === 'string' && isServer(url)) return { domain, numbersDomain, server: url, isServerFixed: true }
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536
  const server = isPort && hostname !== '' ? `${isSecure === true ? 'wss' : 'ws'}://${hostname}:${port}` : ''
  return { domain, numbersDomain, server, isServerFixed: false }
}

/** Whether text is the URL of a WebSocket. */
export function isServer(text: string): boolean {
  try {
    const { protocol, username, hash } = new URL(text)
    return (protocol === 'ws:' || protocol === 'wss:') && username === '' && hash === ''
  } catch {
    return false
  }
}

function domainOf(value: unknown): string {
  return typeof value === 'string' && isDomain(value) ? value.toLowerCase() : ''
}

// Where SIP is listened for, as one text: `udp://127.0.0.1:5060 wss://[::]:7443`. Read here and nowhere else; it opens no socket.
import { isIP } from 'node:net'
import type { Setting } from './setting.js'

const sipListenerKinds = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const

/** One address to listen on. */
export interface SipListener {
  readonly kind: (typeof sipListenerKinds)[number]
  /** Without brackets. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

const FORM = new RegExp(`^(${sipListenerKinds.join('|')})://(?:\\[([^\\]]+)\\]|([A-Za-z0-9.-]+)):([0-9]{1,5})$`)
const LISTENERS_MAX = 100

/** Parted by blanks or commas. Undefined where one cannot be read, two are the same, or there is none. */
export function parseSipListeners(text: string): readonly SipListener[] | undefined {
  const listeners: SipListener[] = []
  const seen = new Set<string>()
  for (const word of text.split(/[\s,]+/)) {
    if (word === '') continue
    const [, kind, ipv6, name, digits] = FORM.exec(word) ?? []
    const host = ipv6 ?? name
    const port = Number(digits)
    if (kind === undefined || host === undefined || port > 65_535) return undefined
    if (ipv6 !== undefined && isIP(ipv6) !== 6) return undefined
    // TCP, TLS and WebSockets share their ports.
    const socket = `${kind === 'udp' ? 'udp' : 'tcp'} ${host} ${port}`
    if (port !== 0 && seen.has(socket)) return undefined
    seen.add(socket)
    listeners.push({ kind: kind as SipListener['kind'], host, port })
  }
  return listeners.length > 0 && listeners.length <= LISTENERS_MAX ? listeners : undefined
}

/** A list of listeners, as text. */
export function sipListeners(value: string, doc: string): Setting<string> {
  return {
    default: value,
    doc,
    expected:
      'addresses such as udp://127.0.0.1:5060 or wss://[::]:7443 (udp, tcp, tls, ws, wss), parted by blanks, none twice',
    accepts: (given) => typeof given === 'string' && parseSipListeners(given) !== undefined,
    fromText: (text) => text,
  }
}

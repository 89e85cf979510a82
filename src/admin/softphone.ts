// The web softphone at /softphone: its files, what it is told of the switch, and what its page may do. Asks nobody for a token:
// whoever has the page still has to log in over SIP.
import type { FastifyInstance } from 'fastify'
import { fileURLToPath } from 'node:url'
import { addStaticFiles, readStaticFiles, sendStatic, staticJson } from '../http/static-files.js'

export interface SoftphoneOptions {
  /** The built page; where the build puts it if not given. */
  readonly folder?: string
  /** SIP domain that the log-in begins with; '' for none. */
  readonly domain: string
  /** Domain that numbers are sent to; '' for the user's own. */
  readonly numbersDomain: string
  /** Where pages reach the switch, as ws: or wss:. '' : at the page's own host, on the port of the listener. */
  readonly webSocketUrl: string
  /** The WebSocket listener there is; undefined for none. Asked at each request. */
  readonly webSocket: () => { readonly port: number; readonly isSecure: boolean } | undefined
  /** The page was not built: there is none, and everything else goes on. */
  readonly onMissing: (folder: string) => void
}

const builtFolder = fileURLToPath(new URL('../softphone', import.meta.url))

/** Adds the page, if it was built. @throws Error if `webSocketUrl` is none, or the folder holds more than a page */
export async function addSoftphone(server: FastifyInstance, options: SoftphoneOptions): Promise<void> {
  const { folder = builtFolder, domain, numbersDomain, webSocketUrl: url } = options
  const policy = contentPolicy(url)
  const files = await readStaticFiles(folder, 'assets/')
  const index = files.get('index.html')
  if (index === undefined) return options.onMissing(folder)
  const fields = {
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cross-origin-opener-policy': 'same-origin',
  }
  // The files of the page name each other by their place below this.
  server.get('/softphone', (_request, reply) => reply.redirect('softphone/', 308))
  server.get('/softphone/', (request, reply) => sendStatic(request, reply, index, fields))
  server.get('/softphone/config.json', (request, reply) =>
    sendStatic(request, reply, staticJson({ domain, numbersDomain, url, ...options.webSocket() }), fields),
  )
  addStaticFiles(server, '/softphone/', files, fields)
}

/** Nothing from elsewhere, nothing inline, no markup made from text; connections to the switch only, where it is known. */
function contentPolicy(webSocketUrl: string): string {
  // Without a URL the user may write another server into the form.
  const servers = webSocketUrl === '' ? 'ws: wss:' : originOf(webSocketUrl)
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${servers}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

function originOf(webSocketUrl: string): string {
  const { protocol, host } = new URL(webSocketUrl)
  if (protocol !== 'ws:' && protocol !== 'wss:') throw new Error(`${webSocketUrl} is no address of a WebSocket`)
  return `${protocol}//${host}`
}

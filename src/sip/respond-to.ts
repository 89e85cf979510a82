// Where the response to a request goes, and what its Via says of where the request came from (RFC 3261 §18.2, RFC 3581). Pure.
import { defaultPort, type Peer } from './flow.js'
import type { Via } from './message.js'
import { withParam } from './params.js'

export interface RespondOptions {
  /**
   * `asked`: to the port the request came from where `;rport` asks for it, else to the port of the Via, as RFC 3261 says.
   * `always`: to the port it came from whatever the Via says, for clients behind a NAT that do not know of RFC 3581.
   */
  readonly symmetric: 'asked' | 'always'
}

/** The topmost Via with the source put in; undefined if that says nothing new. RFC 3261 §18.2.1, 3581 §4. */
export function stampedVia(via: Via, source: Peer): Via | undefined {
  const wantsPort = via.rport !== undefined
  if (!wantsPort && isSameHost(via.host, source.address)) return undefined
  let params = withParam(via.params, 'received', source.address)
  if (wantsPort) params = withParam(params, 'rport', String(source.port))
  return { ...via, received: source.address, rport: wantsPort ? source.port : undefined, params }
}

/**
 * The address for a response over UDP. RFC 3261 §18.2.2, 3581 §4. It is always that of the sender: `maddr` is not obeyed, for
 * anybody could have answers sent to a third by it, and what the sender wrote into `received` himself counts for nothing.
 */
export function responsePeer(via: Via, source: Peer, options: RespondOptions): Peer {
  if (via.rport !== undefined || options.symmetric === 'always') return source
  const port = via.port ?? defaultPort.udp
  return port === source.port || port === 0 ? source : { address: source.address, port }
}

function isSameHost(host: string, address: string): boolean {
  return host === address || (host.startsWith('[') && host.slice(1, -1) === address)
}

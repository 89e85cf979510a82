// A request to a SIP peer on its way, counted. It neither writes nor reads one.

import type { ClientOutcome, ClientRequest, Flow } from '../../sip/index.js'
import type { PeerPorts } from './peer-ports.js'

/** As the endpoint's own `request`. */
export function requestOfPeer(
  { endpoint, metrics, clock }: Pick<PeerPorts, 'endpoint' | 'metrics' | 'clock'>,
  method: 'MESSAGE' | 'OPTIONS',
  request: ClientRequest,
  flow: Flow,
  onFinal: (outcome: ClientOutcome) => void,
): 'sent' | 'notSent' | 'full' {
  const sentMs = clock.monotonicMs()
  const sent = endpoint()?.request(request, flow, (outcome) => {
    const status = outcome.kind === 'response' ? outcome.response.status : 0
    metrics.sipRequests.count('egress', method, status === 0 ? outcome.kind : String(status))
    if (method === 'MESSAGE' && status > 0) {
      const seconds = (clock.monotonicMs() - sentMs) / 1000
      metrics.sipSeconds.record(seconds)
      metrics.vendorSeconds.record(seconds)
      if (status < 300) metrics.sipMessages.count('egress', flow.kind)
    }
    onFinal(outcome)
  })
  return sent ?? 'notSent'
}

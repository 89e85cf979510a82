// The large mobile carriers of the United States by their codes (ITU-T E.212): what rules name them by. One look-up; the codes are data.
import type { MobileNetwork } from './network.js'
import networks from './us-networks.json' with { type: 'json' }

/** `other` is any other network, `unknown` one that nobody told. */
export type UsCarrier = 'att' | 'verizon' | 'tmobile' | 'uscellular' | 'other' | 'unknown'

const carriers = new Map(Object.entries(networks.rows) as [string, UsCarrier][])

/** The carrier of a network; `unknown` for none. */
export function usCarrierOf(network: MobileNetwork | undefined): UsCarrier {
  return network === undefined ? 'unknown' : (carriers.get(network.mcc + network.mnc) ?? 'other')
}

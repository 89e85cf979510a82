// The large mobile carriers of the United States by their codes (ITU-T E.212): what rules name them by. Data and one look-up.
import type { MobileNetwork } from './network.js'

/** `other` is any other network, `unknown` one that nobody told. */
export type UsCarrier = 'att' | 'verizon' | 'tmobile' | 'uscellular' | 'other' | 'unknown'

/** FirstNet counts as AT&T, Sprint as T-Mobile. */
const codes: Readonly<Record<Exclude<UsCarrier, 'other' | 'unknown'>, string>> = {
  att: '310410 310280 310380 310170 310150 310070 310560 310670 310680 313100',
  verizon:
    '311480 311481 311482 311483 311484 311485 311486 311487 311488 311489 310004 310012 ' +
    '311270 311271 311272 311273 311274 311275 311276 311277 311278 311279 311280 311281 311282 311283 311284 311285 311286 311287 311288 311289',
  tmobile: '310260 310160 310200 310210 310220 310230 310240 310250 310270 310310 310490 310660 310800 310120 312530',
  uscellular: '311580',
}

const carriers = new Map(
  Object.entries(codes).flatMap(([carrier, list]) => list.split(' ').map((code) => [code, carrier as UsCarrier])),
)

/** The carrier of a network; `unknown` for none. */
export function usCarrierOf(network: MobileNetwork | undefined): UsCarrier {
  return network === undefined ? 'unknown' : (carriers.get(network.mcc + network.mnc) ?? 'other')
}

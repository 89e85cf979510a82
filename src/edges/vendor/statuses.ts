// What a vendor's command_status means for a segment. One table; everything not in it is temporary.

import { status, type PduOf, type ResponsePdu } from '../../smpp/index.js'

/** Codes after which a resend can't help, whatever the vendor. */
const permanentEverywhere: ReadonlySet<number> = new Set([
  status.ESME_RINVSRCADR,
  status.ESME_RINVDSTADR,
  status.ESME_RX_R_APPN,
])

/** Codes by which a vendor asks for a slower pace. */
const throttling: ReadonlySet<number> = new Set([status.ESME_RTHROTTLED, status.ESME_RMSGQFUL])

export type Refusal = 'permanent' | 'temporary' | 'throttled'

/** @param permanentCodes the connection's own list, which also overrules `throttled` */
export function refusalOf(commandStatus: number, permanentCodes: ReadonlySet<number>): Refusal {
  if (permanentEverywhere.has(commandStatus) || permanentCodes.has(commandStatus)) return 'permanent'
  return throttling.has(commandStatus) ? 'throttled' : 'temporary'
}

/** The three characters of a receipt's `err:` for a status: its decimal value, 999 for what does not fit. */
export function errorOf(commandStatus: number): string {
  return String(Math.min(commandStatus, 999)).padStart(3, '0')
}

/** Only its own response takes a submit_sm: generic_nack and those of other commands never do, whatever their status. */
export function isTaken(response: ResponsePdu): response is PduOf<'submit_sm_resp'> & { readonly status: 0 } {
  return response.command === 'submit_sm_resp' && response.status === status.ESME_ROK
}

/** Why an answer is a refusal; ESME_RUNKNOWNERR for one that claims success and is the wrong one. */
export function refusalStatus(response: ResponsePdu): number {
  return response.status === status.ESME_ROK ? status.ESME_RUNKNOWNERR : response.status
}

// What an ESME's answer to a deliver_sm, receipt or message, means. One table; what is not in it may be tried again.

import type { NotifyResult } from '../../delivery/courier.js'
import { status, type ResponsePdu } from '../../smpp/index.js'

/** Statuses after which it makes no sense to try again (SMPP 3.4 §5.1.3). */
const refusedForGood: ReadonlySet<number> = new Set([
  status.ESME_RX_R_APPN,
  status.ESME_RX_P_APPN,
  status.ESME_RINVDSTADR,
  status.ESME_RINVSRCADR,
  status.ESME_RINVCMDID,
  status.ESME_RINVMSGLEN,
  status.ESME_RINVESMCLASS,
])

/** Only its own response takes a deliver_sm: generic_nack and those of other commands never do, whatever their status. */
export function resultOf(response: ResponsePdu): NotifyResult {
  if (response.command === 'deliver_sm_resp' && response.status === status.ESME_ROK) return 'taken'
  return refusedForGood.has(response.status) ? 'refusedForGood' : 'refused'
}

// Whether a request has come in a circle. Pure; what is answered then is the transaction layer's.
import type { Branches } from './branch.js'
import { fields } from './fields.js'
import type { SipRequest } from './message.js'
import { parseVia } from './via.js'

/** Whether one of the Vias is ours: we sent this request, and somebody sent it on to us again. RFC 3261 §16.3 item 4. */
export function cameInCircle(request: SipRequest, branches: Branches): boolean {
  const { branch: top } = request.via
  if (top !== undefined && branches.isOwn(top)) return true
  if (!hasSeveralVias(request)) return false
  return fields(request, 'via').some((value) => {
    const branch = parseVia(value)?.branch
    return branch !== undefined && branches.isOwn(branch)
  })
}

/** Most requests come straight from a phone and are not looked at twice. */
function hasSeveralVias(request: SipRequest): boolean {
  let seen = 0
  for (const { name, value } of request.fields)
    if (name === 'via' && (++seen > 1 || value.indexOf(',') >= 0)) return true
  return false
}

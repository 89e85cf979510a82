// What tells transactions apart (RFC 3261 §17.1.3, §17.2.3) and merged requests together (§8.2.2.2). Pure text.
import type { SipRequest, SipResponse } from './message.js'

/** RFC 3261 §8.1.1.7: a branch that begins so is unique to its transaction. */
export const magicCookie = 'z9hG4bK'

/**
 * The key of the server transaction that a request belongs to: the same for a retransmission, another for all else. No
 * part of a key can hold a blank, so a blank parts them.
 *
 * @param method of the transaction that is looked for: the request's own, but for CANCEL, which looks for another's
 */
export function serverKey(request: SipRequest, method: string = request.method): string {
  const { branch, host, port } = request.via
  // The cookie alone is no branch: who sends it all the time would have one transaction for all his messages.
  if (branch !== undefined && branch.length > magicCookie.length && branch.startsWith(magicCookie))
    return `${branch} ${host} ${port ?? ''} ${method}`
  // RFC 2543 had no such branches: there the message itself has to tell.
  const dialog = `${request.uri} ${request.to.tag ?? ''} ${request.from.tag ?? ''} ${request.callId}`
  return `${dialog} ${request.cseq} ${method} ${host} ${port ?? ''} ${branch ?? ''}`
}

/** The key of the client transaction that a response belongs to; undefined if it can be none of ours. */
export function responseKey(response: SipResponse): string | undefined {
  const { branch } = response.via
  return branch === undefined ? undefined : clientKey(branch, response.cseqMethod)
}

export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`
}

/**
 * What two copies of one request share that reached us on different ways, with different branches; undefined for a request
 * within a dialog, whose copies do not count as merged. RFC 3261 §8.2.2.2.
 */
export function mergeKey(request: SipRequest): string | undefined {
  if (request.to.tag !== undefined) return undefined
  return `${request.callId} ${request.from.tag ?? ''} ${request.cseq} ${request.method}`
}

// A receipt for a SIP user as the notification that he asked for: message/imdn+xml in a CPIM envelope (RFC 5438 §7.2.1).

import type { ReceiptDelivery } from '../../message/delivery.js'
import type { MessageState } from '../../message/state.js'
import { writeCpimAddress, writeImdnMessage, type ImdnNotice } from '../../sip/index.js'
import { readEcho } from './echo-text.js'
import type { Letter, UserName } from './egress.js'

/** What each state is in the words of RFC 5438 §7.2.1. */
export const noticeByState: Readonly<Record<MessageState, ImdnNotice>> = {
  SCHEDULED: { kind: 'processing', status: 'stored' },
  ENROUTE: { kind: 'processing', status: 'processed' },
  ACCEPTED: { kind: 'processing', status: 'processed' },
  DELIVERED: { kind: 'delivery', status: 'delivered' },
  EXPIRED: { kind: 'delivery', status: 'failed' },
  DELETED: { kind: 'delivery', status: 'failed' },
  UNDELIVERABLE: { kind: 'delivery', status: 'failed' },
  SKIPPED: { kind: 'delivery', status: 'failed' },
  REJECTED: { kind: 'delivery', status: 'forbidden' },
  UNKNOWN: { kind: 'delivery', status: 'error' },
}

/**
 * The letter with a notification; undefined where nobody asked by SIP: the message came in another way.
 * @param to whom it is for: the sender of the message that it is about
 */
export function imdnLetter({ id, receipt }: ReceiptDelivery, to: UserName, attempt: number): Letter | undefined {
  const { origin, state, doneAtMs } = receipt
  const echo = origin.echo === undefined ? undefined : readEcho(origin.echo)
  if (echo === undefined) return undefined
  const body = writeImdnMessage(
    {
      from: writeCpimAddress({ display: '', uri: echo.to }),
      to: writeCpimAddress({ display: '', uri: to.aor }),
      messageId: id,
      dateTime: new Date(doneAtMs).toISOString(),
      recordRoutes: echo.recordRoutes,
    },
    {
      ...noticeByState[state],
      messageId: echo.messageId,
      dateTime: echo.dateTime === '' ? new Date(origin.acceptedAtMs).toISOString() : echo.dateTime,
      recipientUri: echo.to,
      // It reached whom it was sent to: to say so twice would not fit a datagram.
      originalRecipientUri: '',
    },
  )
  return {
    callId: `${id}.${attempt}@${to.domain}`,
    fromTag: id,
    from: echo.to,
    to: to.aor,
    contentType: 'message/cpim',
    madeAtMs: undefined,
    body,
    text: undefined,
  }
}

// What is kept of a new message in the step that it begins in: its record, and the webhook that tells of it. Pure but for the ids.

import type { MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import { statusFields } from './callback-fields.js'
import type { Change } from './message-changes.js'
import type { Caller, MessagePorts } from './message-ports.js'
import { recordRow } from './message-record.js'
import { webhookRow } from './webhook-row.js'

/** The outbox is told of them once they are durable. */
export function rowsOfNew(
  { outbox, nextId }: Pick<MessagePorts, 'outbox' | 'nextId'>,
  { account, authId }: Pick<Caller, 'account' | 'authId'>,
  id: MessageId,
  { record, status }: Change,
): KeptRow[] {
  const rows = [recordRow(account, id, record)]
  const { told } = record
  if (told === undefined || status === undefined || !outbox.takes(told.url)) return rows
  const { url, method } = told
  const fields = statusFields(status)
  const madeAtMs = record.atMs
  rows.push(webhookRow(nextId(), id, { account: authId, purpose: 'status', method, url, fields, madeAtMs }))
  return rows
}

// Messages as the API shows them: one by its UUID, or a page of them, the newest first. It looks at a bounded number of records.

import type { AccountId, MessageId } from '../../message/ids.js'
import { KEPT_AT_ONCE, keptPrefix } from '../../store/contracts/kept.js'
import { messageIdOf } from './ids.js'
import { mistakenAnswer, type Answer, type Caller, type MessagePorts } from './message-ports.js'
import { checkQuery, fits, type MessageQuery } from './message-query.js'
import { idOfRecordKey, RECORD_TABLE, recordJson, recordKey, recordOf, type MessageRecord } from './message-record.js'

export type ReadPorts = Pick<MessagePorts, 'findKept' | 'keptRows' | 'subAccountsOf' | 'wallMs'>

/** Records looked at for one page: about a tenth of a second of work. */
const LOOKED_MAX = 50_000

const noMessage = mistakenAnswer('there is no such message', 404)

export async function showMessage(ports: ReadPorts, caller: Caller, uuid: string): Promise<Answer> {
  const found = await recordBy(ports, caller.account, uuid)
  return found === undefined ? noMessage : { status: 200, body: recordJson(caller.authId, found.id, found.record) }
}

/** Texts have none. */
export async function listMedia(ports: ReadPorts, caller: Caller, uuid: string): Promise<Answer> {
  if ((await recordBy(ports, caller.account, uuid)) === undefined) return noMessage
  const meta = { limit: 20, offset: 0, next: null, previous: null, total_count: 0 }
  return { status: 200, body: { meta, objects: [] } }
}

/** @param given the parameters by their names */
export async function listMessages(
  ports: ReadPorts,
  caller: Caller,
  given: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const checked = checkQuery(given, ports.wallMs())
  if (checked.kind === 'mistake') return mistakenAnswer(checked.error)
  const { query } = checked
  const of = ownerOf(ports, caller, query.subaccount)
  if (of === undefined) return mistakenAnswer('subaccount: there is no such sub-account of this account')
  const page = await pageOf(ports, of.account, query)
  if (page === undefined)
    return mistakenAnswer(
      `more than ${LOOKED_MAX} messages would have to be looked at: give a narrower message_time__gte and message_time__lt`,
    )
  const { found, isMore } = page
  const { limit, offset } = query
  const meta = {
    limit,
    offset,
    next: isMore ? linkTo(caller, query, offset + limit) : null,
    previous: offset === 0 ? null : linkTo(caller, query, Math.max(0, offset - limit)),
  }
  return { status: 200, body: { meta, objects: found.map(({ id, record }) => recordJson(of.authId, id, record)) } }
}

interface Found {
  readonly id: MessageId
  readonly record: MessageRecord
}

async function recordBy({ findKept }: ReadPorts, account: AccountId, uuid: string): Promise<Found | undefined> {
  const id = messageIdOf(uuid)
  if (id === undefined) return undefined
  const [text] = await findKept(RECORD_TABLE, [recordKey(account, id)])
  const record = text === undefined ? undefined : recordOf(text)
  return record && { id, record }
}

function ownerOf(ports: ReadPorts, caller: Caller, subaccount: string): Pick<Caller, 'authId' | 'account'> | undefined {
  if (subaccount === '' || subaccount === caller.authId) return caller
  return ports.subAccountsOf(caller.authId).find(({ authId }) => authId === subaccount)
}

/** @returns undefined where it is further away than is looked */
async function pageOf(
  ports: ReadPorts,
  account: AccountId,
  query: MessageQuery,
): Promise<{ readonly found: readonly Found[]; readonly isMore: boolean } | undefined> {
  const { from, to: end } = keptPrefix(`${account}|`)
  let to = query.toMs > ports.wallMs() ? end : await firstKeyAt(ports, account, query.toMs)
  const found: Found[] = []
  let passed = 0
  let looked = 0
  // A few more than the page where it is the first and nothing is left out; else by the thousand.
  let limit = query.limit + query.offset + 1
  while (looked < LOOKED_MAX) {
    const rows = await ports.keptRows(RECORD_TABLE, { from, to, limit: Math.min(limit, KEPT_AT_ONCE), reverse: true })
    for (const { key, text } of rows.rows) {
      looked++
      const record = recordOf(text)
      if (record === undefined || record.atMs >= query.toMs) continue
      // They stand in the order in which they came.
      if (record.atMs < query.fromMs) return { found, isMore: false }
      if (!fits(record, query) || passed++ < query.offset) continue
      if (found.length === query.limit) return { found, isMore: true }
      found.push({ id: idOfRecordKey(key), record })
    }
    if (rows.cursor === '') return { found, isMore: false }
    to = rows.cursor
    limit = KEPT_AT_ONCE
  }
  return undefined
}

const ID_BITS = 64n
const ID_DIGITS = 16

/** The key before which all messages came earlier, found by halving: ids rise as time does. */
async function firstKeyAt({ keptRows }: ReadPorts, account: AccountId, atMs: number): Promise<string> {
  const { to } = keptPrefix(`${account}|`)
  let low = 0n
  let high = 1n << ID_BITS
  while (low < high) {
    const middle = (low + high) >> 1n
    const { rows } = await keptRows(RECORD_TABLE, { from: keyAt(account, middle), to, limit: 1 })
    const [row] = rows
    if (row === undefined || (recordOf(row.text)?.atMs ?? Infinity) >= atMs) high = middle
    else low = BigInt(`0x${idOfRecordKey(row.key)}`) + 1n
  }
  return low >> ID_BITS === 0n ? keyAt(account, low) : to
}

function keyAt(account: AccountId, id: bigint): string {
  return recordKey(account, id.toString(16).padStart(ID_DIGITS, '0') as MessageId)
}

function linkTo({ authId }: Caller, { limit, subaccount, filters, times }: MessageQuery, offset: number): string {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset), ...filters, ...times })
  if (subaccount !== '') query.set('subaccount', subaccount)
  return `/v1/Account/${authId}/Message/?${query.toString()}`
}

// Messages from phones as the accounts of the API have them: whose application is told, the record of each, and what becomes of that
// once the application was told.

import { esmeOf } from '../../delivery/lane-key.js'
import type { MoDelivery } from '../../message/delivery.js'
import type { AccountId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { Store } from '../../store/contracts/store.js'
import type { Application } from './application-book.js'
import { uuidOf } from './ids.js'
import { takeInbound, type InboundTarget } from './inbound.js'
import { inboundRecord, toldRecord } from './message-changes.js'
import { RECORD_TABLE, recordKey, recordOf, recordRow } from './message-record.js'
import { priceText } from './price-text.js'
import type { ToldPorts } from './told-ports.js'
import type { Webhook } from './webhook-row.js'

/** As the number's pack has it, or the number itself; undefined where neither has one, or the number is another account's. */
function applicationOf(
  account: AccountId,
  number: string,
  { powerpacks: { book }, applications }: Pick<ToldPorts, 'powerpacks' | 'applications'>,
): Application | undefined {
  const row = book.numbers.get(number)
  if (row?.account !== account) return undefined
  const id = book.packOf(number)?.applicationId ?? ''
  return applications.ofAccount(account, id === '' ? (row.details['app_id'] ?? '') : id)
}

/** Is it to a number that sends for a pack, whose opt-outs count, or that has an application? */
export function isForApi(
  { lane, message }: MoDelivery,
  ports: Pick<ToldPorts, 'powerpacks' | 'applications'>,
): boolean {
  const account = esmeOf(lane) as AccountId
  const number = message.destination.value
  if (ports.powerpacks.book.numbers.get(number)?.account !== account) return false
  return ports.powerpacks.book.packOf(number) !== undefined || applicationOf(account, number, ports) !== undefined
}

/** Takes a message from a phone, or from another account. @returns what is kept in the step in which it is over */
export function receivedRows(delivery: MoDelivery, ports: ToldPorts): readonly KeptRow[] {
  const { message, bill } = delivery
  const account = esmeOf(delivery.lane) as AccountId
  const { powerpacks, outbox, rules, nextId, nowMs, wallMs, events } = ports
  const from = message.source.value
  const to = message.destination.value
  const powerpack = powerpacks.book.packOf(to)?.uuid ?? ''
  // Of a message from another account the sender pays.
  const own = message.direction === 'mo' ? bill : undefined
  const units = own?.units ?? Math.max(1, message.parts.length)
  const record = inboundRecord({ from, to, units, bill: own, atMs: message.acceptedAtMs, powerpack })
  const { rateMicros, amountMicros } = record
  const price = { totalRate: priceText(rateMicros), totalAmount: priceText(amountMicros) }
  const target = targetOf(account, to, ports)
  const taken = takeInbound(message, target, price, rules, {
    ...{ powerpacks, nextId, nowMs, wallMs },
    uuidOf: ({ id }) => uuidOf(id),
    takes: (url) => outbox.takes(url),
  })
  events.received(taken.intent, taken.isTold)
  const isDropped = target.messageUrl !== '' && !taken.isTold
  const kept = isDropped ? (toldRecord(record, false, wallMs()) ?? record) : record
  return [...taken.rows, recordRow(account, message.id, kept)]
}

function targetOf(account: AccountId, number: string, ports: ToldPorts): InboundTarget {
  const authId = ports.authIdOf(account)
  const application = authId === undefined ? undefined : applicationOf(account, number, ports)
  const { messageUrl = '', messageMethod = 'POST' } = application ?? {}
  return { account: authId ?? '', messageUrl, messageMethod }
}

/** The end of a webhook, as the outbox asks for it: what is kept of a message from a phone whose application was told, or never will be. */
export function inboundEnded(ports: {
  readonly findKept: Store['findKept']
  readonly accountOf: (authId: string) => AccountId | undefined
  readonly wallMs: () => number
}): (webhook: Webhook, message: string, isTold: boolean) => Promise<readonly KeptRow[]> {
  return async ({ purpose, account: authId }, message, isTold) => {
    const account = purpose === 'inbound' ? ports.accountOf(authId) : undefined
    if (account === undefined) return []
    const id = message as Parameters<typeof recordKey>[1]
    const [text] = await ports.findKept(RECORD_TABLE, [recordKey(account, id)])
    const record = text === undefined ? undefined : recordOf(text)
    const told = record && toldRecord(record, isTold, ports.wallMs())
    return told === undefined ? [] : [recordRow(account, id, told)]
  }
}

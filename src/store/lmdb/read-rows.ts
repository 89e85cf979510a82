// The read verbs over one environment, each a single pass over its rows. Returns copies only; changes nothing.

import type { CollectedPart } from '../../message/collected-part.js'
import type { Awaiting, Delivery, ParkedReceipt, SegmentGroup } from '../../message/delivery.js'
import type { DeliveryId, LaneKey, MessageId } from '../../message/ids.js'
import type { StoredRegistration } from '../contracts/registrations.js'
import type { AwaitingKey, LaneSlice, LaneSummary } from '../contracts/store.js'
import { ByteReader, ByteWriter } from '../rows/bytes.js'
import { readCollected } from '../rows/collected-row.js'
import { readDelivery } from '../rows/delivery-row.js'
import { readGroup } from '../rows/group-row.js'
import {
  behindDue,
  behindPrefix,
  deliveryIdIn,
  dueIn,
  lanePrefix,
  readDeliveryKey,
  readMessageKey,
  readVendorKey,
  textOf,
  writeMessageKey,
  writeVendorKey,
} from '../rows/keys.js'
import { readBindings } from '../rows/registration-row.js'
import { expiryOf } from '../rows/row-head.js'
import { readAwaiting, readParked } from '../rows/vendor-row.js'
import { keyOf, type LmdbEnv, type Table } from './lmdb-env.js'

/** Before every key: no key begins with NUL. */
const FIRST = keyOf(Uint8Array.of(0))

const reader = new ByteReader()
const keyBytes = new ByteWriter(4096)

export function readLane(
  env: LmdbEnv,
  lane: LaneKey,
  dueByMs: number,
  held: ReadonlySet<DeliveryId>,
  limit: number,
): LaneSlice {
  const prefix = lanePrefix(lane)
  const due = behindDue(prefix, dueByMs)
  const deliveries: Delivery[] = []
  let more = false
  for (const { key, value } of env.deliveries.getRange({ start: keyOf(prefix), end: keyOf(due) })) {
    const id = deliveryIdIn(key, prefix.length)
    if (held.has(id)) continue
    if (deliveries.length >= limit) {
      more = true
      break
    }
    deliveries.push(readDelivery(reader.over(value, 0), { lane, dueMs: dueIn(key, prefix.length), id }))
  }
  let nextDueMs: number | undefined
  for (const key of env.deliveries.getKeys({ start: keyOf(due), end: keyOf(behindPrefix(prefix)), limit: 1 }))
    nextDueMs = dueIn(key, prefix.length)
  return { deliveries, more, nextDueMs }
}

/** Jumps from lane to lane; what lies between is counted by the native code. */
export function readLanes(env: LmdbEnv): LaneSummary[] {
  const found: LaneSummary[] = []
  let start = FIRST
  for (;;) {
    const first = firstKey(env.deliveries, start)
    if (first === undefined) return found
    const { lane, dueMs } = readDeliveryKey(first)
    const prefix = lanePrefix(lane)
    const end = keyOf(behindPrefix(prefix))
    found.push({ lane, earliestDueMs: dueMs, waiting: env.deliveries.getKeysCount({ start: keyOf(prefix), end }) })
    start = end
  }
}

function firstKey(table: Table, start: typeof FIRST): Uint8Array | undefined {
  for (const key of table.getKeys({ start, limit: 1 })) return key
  return undefined
}

export function findAwaiting(env: LmdbEnv, keys: readonly AwaitingKey[]): (Awaiting | undefined)[] {
  const found = new Array<Awaiting | undefined>(keys.length)
  for (let i = 0; i < keys.length; i++) {
    const { vendor, vendorMessageId } = keys[i]!
    keyBytes.position = 0
    writeVendorKey(keyBytes, vendor, vendorMessageId)
    const row = env.awaiting.getBinaryFast({ bytes: keyBytes.buffer, start: 0, end: keyBytes.position })
    found[i] = row && readAwaiting(reader.over(row, 0), vendor, vendorMessageId)
  }
  return found
}

export function awaitedKeys(env: LmdbEnv, cursor: string, limit: number) {
  const keys: AwaitingKey[] = []
  let last: Uint8Array | undefined
  for (const key of env.awaiting.getKeys({ ...startOf(cursor), limit })) {
    keys.push(readVendorKey(key))
    last = key
  }
  return { keys, cursor: cursorAt(last, keys.length, limit) }
}

export function findGroups(env: LmdbEnv, ids: readonly MessageId[]): (SegmentGroup | undefined)[] {
  const found = new Array<SegmentGroup | undefined>(ids.length)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    keyBytes.position = 0
    writeMessageKey(keyBytes, id)
    const row = env.groups.getBinaryFast({ bytes: keyBytes.buffer, start: 0, end: keyBytes.position })
    found[i] = row && readGroup(reader.over(row, 0), id)
  }
  return found
}

export function readAllCollected(env: LmdbEnv): CollectedPart[] {
  const found: CollectedPart[] = []
  for (const { key, value } of env.collected.getRange({ start: FIRST }))
    found.push(readCollected(reader.over(value, 0), readMessageKey(key)))
  return found
}

export function readAllParked(env: LmdbEnv): ParkedReceipt[] {
  const found: ParkedReceipt[] = []
  for (const { key, value } of env.parked.getRange({ start: FIRST })) {
    const { vendor, vendorMessageId } = readVendorKey(key)
    found.push(readParked(reader.over(value, 0), vendor, vendorMessageId))
  }
  return found
}

export function readAllRegistrations(env: LmdbEnv): StoredRegistration[] {
  const found: StoredRegistration[] = []
  for (const { key, value } of env.registrations.getRange({ start: FIRST }))
    found.push({ aor: textOf(key, 0, key.length), bindings: readBindings(reader.over(value, 0)) })
  return found
}

export function expiredDeliveries(env: LmdbEnv, cursor: string, limit: number, nowMs: number) {
  return expiredOf(env.deliveries, cursor, limit, nowMs, (key, row) =>
    readDelivery(reader.over(row, 0), readDeliveryKey(key)),
  )
}

export function expiredAwaiting(env: LmdbEnv, cursor: string, limit: number, nowMs: number) {
  return expiredOf(env.awaiting, cursor, limit, nowMs, (key, row) => {
    const { vendor, vendorMessageId } = readVendorKey(key)
    return readAwaiting(reader.over(row, 0), vendor, vendorMessageId)
  })
}

export function expiredGroups(env: LmdbEnv, cursor: string, limit: number, nowMs: number) {
  return expiredOf(env.groups, cursor, limit, nowMs, (key, row) => readGroup(reader.over(row, 0), readMessageKey(key)))
}

/** The cursor is the last key looked at, in base64. */
function expiredOf<Row>(
  table: Table,
  cursor: string,
  limit: number,
  nowMs: number,
  decode: (key: Uint8Array, row: Uint8Array) => Row,
): { readonly rows: readonly Row[]; readonly cursor: string } {
  const rows: Row[] = []
  let looked = 0
  let last: Uint8Array | undefined
  for (const { key, value } of table.getRange({ ...startOf(cursor), limit })) {
    looked++
    last = key
    if (expiryOf(value) <= nowMs) rows.push(decode(key, value))
  }
  return { rows, cursor: cursorAt(last, looked, limit) }
}

function startOf(cursor: string) {
  return { start: cursor === '' ? FIRST : keyOf(Buffer.from(cursor, 'base64')), exclusiveStart: cursor !== '' }
}

function cursorAt(last: Uint8Array | undefined, looked: number, limit: number): string {
  return last === undefined || looked < limit ? '' : Buffer.from(last).toString('base64')
}

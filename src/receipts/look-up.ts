// Reads the store for the receipts of one turn: the rows that they may be about, then the groups that some of those are in, as long
// as any is missing. What a receipt means is for `place` to say.

import type { Awaiting, SegmentGroup } from '../message/delivery.js'
import type { MessageId } from '../message/ids.js'
import type { AwaitingKey, Store } from '../store/contracts/store.js'
import type { VendorReceipt } from './correlator-ports.js'
import type { Readings } from './readings.js'

/** Groups that were read, by id; those not in it were not. */
export type GroupsRead = ReadonlyMap<MessageId, SegmentGroup | undefined>

export const noGroups: GroupsRead = new Map()

export interface LookUpPorts {
  readonly store: Pick<Store, 'findAwaiting' | 'findGroups'>
  /**
   * Returns the group that must be read before the receipt can be placed; '' when it is placed. Must not throw.
   *
   * @param rows one for each of its ids
   */
  place(receipt: VendorReceipt, rows: (Awaiting | undefined)[], groups: GroupsRead): MessageId | ''
  /** The store can't be read. Must not throw. */
  failed(receipt: VendorReceipt): void
}

/** A receipt whose place is known as far as rows tell; its group must be read first. */
interface WaitingForGroup {
  readonly receipt: VendorReceipt
  readonly rows: (Awaiting | undefined)[]
  readonly group: MessageId
}

/** @param readings each receipt is placed in the bracket of the reading that brought its rows */
export function lookUp(receipts: readonly VendorReceipt[], ports: LookUpPorts, readings: Readings): void {
  const keys: AwaitingKey[] = []
  for (const { vendor, ids } of receipts) for (const vendorMessageId of ids) keys.push({ vendor, vendorMessageId })
  const end = readings.begin()
  ports.store.findAwaiting(keys).then(
    (found) => {
      let at = 0
      let waiting: WaitingForGroup[] | undefined
      for (const receipt of receipts) {
        const rows = found.slice(at, at + receipt.ids.length)
        at += receipt.ids.length
        const group = ports.place(receipt, rows, noGroups)
        if (group !== '') (waiting ??= []).push({ receipt, rows, group })
      }
      if (waiting === undefined) end()
      else readGroups(waiting, noGroups, ports, end)
    },
    () => {
      end()
      for (const receipt of receipts) ports.failed(receipt)
    },
  )
}

function readGroups(
  waiting: readonly WaitingForGroup[],
  before: GroupsRead,
  ports: LookUpPorts,
  end: () => void,
): void {
  const ids = waiting.map(({ group }) => group)
  ports.store.findGroups(ids).then(
    (found) => {
      const groups = new Map(before)
      ids.forEach((id, i) => groups.set(id, found[i]))
      const left: WaitingForGroup[] = []
      for (const { receipt, rows } of waiting) {
        // Another row may have come to be the right one meanwhile.
        const group = ports.place(receipt, rows, groups)
        if (group !== '') left.push({ receipt, rows, group })
      }
      if (left.length === 0) end()
      else readGroups(left, groups, ports, end)
    },
    () => {
      end()
      for (const { receipt } of waiting) ports.failed(receipt)
    },
  )
}

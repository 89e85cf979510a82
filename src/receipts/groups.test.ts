// Reports on the segments of one message, through the real correlator and group commit, over a store that is slow to be read.
import { describe, expect, it } from 'vitest'
import type { Awaiting, SegmentGroup } from '../message/delivery.js'
import { contentsOf, segment } from '../store/conformance-rows.suite.js'
import { StoreError } from '../store/contracts/store.js'
import type { Unit } from '../store/contracts/unit.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { correlatorRig, receiptOf, rowOf } from './rig.suite.js'

/** Row `id` of message m1, which is in its group. */
function rowInGroup(id: string): Awaiting {
  const row = rowOf(1, { id, registered: 0x11 })
  return { ...row, group: row.origin.messageId }
}

function groupOf(wanted: number): SegmentGroup {
  const { origin } = rowInGroup('x')
  return { id: origin.messageId, origin, wanted, bill: undefined, expiresAtMs: 9_000 }
}

function rig() {
  const store = new MemoryStore()
  const gates: { readonly what: string; readonly open: () => void }[] = []
  let isSlow = false
  const gate = (what: string): Promise<void> =>
    isSlow ? new Promise((resolve) => gates.push({ what, open: resolve })) : Promise.resolve()
  const findAwaiting = store.findAwaiting.bind(store)
  store.findAwaiting = async (keys) => {
    const rows = await findAwaiting(keys)
    await gate('rows')
    return rows
  }
  const findGroups = store.findGroups.bind(store)
  store.findGroups = async (ids) => {
    const groups = await findGroups(ids)
    await gate('groups')
    return groups
  }
  const made = correlatorRig({ parkedMax: 10 }, {}, store)
  const { correlator, recorder, settle } = made
  /** A vendor took a segment; `opens` with the first. */
  const taken = (awaiting: Awaiting, opens?: SegmentGroup): void => {
    const unit: Unit = {
      kind: 'answered',
      delivery: segment(1),
      outcome: { kind: 'advanced', next: segment(2), awaiting, opens },
      outbox: [],
    }
    const durable = (): void => {
      if (opens !== undefined) correlator.expectedGroup(opens)
      correlator.expected(awaiting)
    }
    recorder.recordLazily(unit, { durable })
    if (opens !== undefined) correlator.expectGroup(opens)
    correlator.expect(awaiting)
  }
  const open = async (what: string): Promise<void> => {
    const first = gates.shift()
    expect(first?.what).toBe(what)
    first?.open()
    await settle()
  }
  const slow = (on: boolean): void => {
    isSlow = on
  }
  /** The first segment was taken long ago. */
  const begun = async (wanted: number): Promise<void> => {
    taken(rowInGroup('x'), groupOf(wanted))
    await settle()
  }
  return { ...made, taken, open, slow, gates, begun }
}

async function left(store: MemoryStore) {
  const { awaiting, groups, parked } = await contentsOf(store)
  return [...awaiting.map(({ vendorMessageId }) => vendorMessageId), ...groups.map(({ wanted }) => wanted), ...parked]
}

describe('reports on segments', () => {
  it('read at the same time are counted one after the other', async () => {
    const { correlator, taken, begun, settle, slow, open, told, store, fates } = rig()
    await begun(2)
    taken(rowInGroup('y'))
    await settle()
    slow(true)
    const [one, two] = [receiptOf(['x']), receiptOf(['y'])]
    correlator.take([one])
    await settle()
    correlator.take([two])
    await settle()
    for (const what of ['rows', 'rows', 'groups', 'groups']) await open(what)
    expect([one.answers, two.answers]).toEqual([['stored'], ['stored']])
    expect(told).toEqual(['m1 DELIVERED'])
    expect(fates()).toEqual(['matched', 'matched'])
    expect(await left(store)).toEqual([])
  })

  it('a failure is told once, however many are read with it', async () => {
    const { correlator, taken, begun, settle, slow, open, told, store } = rig()
    await begun(3)
    taken(rowInGroup('y'))
    await settle()
    slow(true)
    correlator.take([receiptOf(['x'], 'UNDELIVERABLE'), receiptOf(['y'], 'EXPIRED')])
    await settle()
    await open('rows')
    await open('groups')
    expect(told).toEqual(['m1 UNDELIVERABLE'])
    expect(await left(store)).toEqual([])
  })

  it('one repeated while its group is read is told once and answered', async () => {
    const { correlator, begun, settle, slow, open, gates, told } = rig()
    await begun(1)
    slow(true)
    const receipts = [receiptOf(['x']), receiptOf(['x'])]
    for (const receipt of receipts) correlator.take([receipt])
    await settle()
    while (gates.length > 0) await open(gates[0]!.what)
    expect(told).toEqual(['m1 DELIVERED'])
    expect(receipts.map(({ answers }) => answers)).toEqual([['stored'], ['stored']])
  })

  it('that come before the answer wait for the group to be read, and for no repeat', async () => {
    for (const isRepeated of [false, true]) {
      const { correlator, taken, begun, settle, slow, open, gates, told, store } = rig()
      await begun(2)
      correlator.take([receiptOf(['y'])])
      await settle()
      correlator.take([receiptOf(['x'])])
      await settle()
      slow(true)
      taken(rowInGroup('y'))
      await settle()
      if (isRepeated) correlator.take([receiptOf(['y'], 'DELIVERED', { doneAtMs: 6 })])
      await settle()
      while (gates.length > 0) await open(gates[0]!.what)
      expect(told).toEqual(['m1 DELIVERED'])
      expect(await left(store)).toEqual([])
    }
  })

  it('one that came before the answer and again while its group is read counts once', async () => {
    const { correlator, taken, begun, settle, slow, gates, told, store } = rig()
    await begun(3)
    correlator.take([receiptOf(['y'])])
    await settle()
    correlator.take([receiptOf(['x'])])
    await settle()
    slow(true)
    taken(rowInGroup('y'))
    await settle()
    const again = receiptOf(['y'], 'DELIVERED', { doneAtMs: 6 })
    correlator.take([again])
    await settle()
    // The later one is placed first.
    for (const what of ['rows', 'groups']) {
      const [gate] = gates.splice(1, 1)
      expect(gate?.what).toBe(what)
      gate?.open()
      await settle()
    }
    gates.shift()?.open()
    await settle()
    expect(again.answers).toEqual(['stored'])
    expect(told).toEqual([])
    expect(await left(store)).toEqual([1])
  })

  it('a message that ends while a report ends it is told of once', async () => {
    const { correlator, begun, settle, slow, gates, told } = rig()
    await begun(1)
    slow(true)
    const ends: boolean[] = []
    const closing = correlator.closeGroup(groupOf(1).id, (isOpen) => void ends.push(isOpen))
    correlator.take([receiptOf(['x'])])
    await settle()
    for (let reading = 0; reading < 2; reading++) {
      gates.splice(1, 1)[0]?.open()
      await settle()
    }
    gates.shift()?.open()
    await closing
    expect(ends).toEqual([false])
    expect(told).toEqual(['m1 DELIVERED'])
  })

  it('a group that ends while it is read is over for what waits for it', async () => {
    const { correlator, recorder, begun, settle, slow, open, told, store } = rig()
    await begun(1)
    slow(true)
    correlator.take([receiptOf(['x'])])
    await settle()
    await open('rows')
    slow(false)
    const ends: boolean[] = []
    await correlator.closeGroup(groupOf(1).id, (isOpen) => {
      ends.push(isOpen)
      const outcome = { kind: 'final', state: 'REJECTED', reason: 'rejectedByVendor', closes: groupOf(1).id } as const
      recorder.recordLazily(
        { kind: 'answered', delivery: segment(2), outcome, outbox: [] },
        { durable: () => correlator.closedGroup(groupOf(1).id) },
      )
    })
    await settle()
    await open('groups')
    await correlator.closeGroup(groupOf(1).id, (isOpen) => void ends.push(isOpen))
    expect(ends).toEqual([true, false])
    expect(told).toEqual([])
    expect(await left(store)).toEqual([])
  })

  it('steps on the way change nothing and are told once', async () => {
    const { correlator, taken, begun, settle, told, store, fates } = rig()
    await begun(2)
    taken(rowInGroup('y'))
    await settle()
    for (const id of ['x', 'y', 'x']) {
      correlator.take([receiptOf([id], 'ENROUTE')])
      await settle()
    }
    expect(told).toEqual(['m1 ENROUTE'])
    expect(fates()).toEqual(['matched', 'duplicate', 'duplicate'])
    expect(await left(store)).toEqual(['x', 'y', 2])
  })
})

describe('a group that is given up', () => {
  it('ends UNKNOWN once; its rows and late reports tell nothing', async () => {
    const { correlator, taken, begun, settle, told, store } = rig()
    await begun(2)
    taken(rowInGroup('y'))
    await settle()
    for (let round = 0; round < 2; round++) {
      correlator.giveUp(rowInGroup('x'))
      correlator.giveUpGroup(groupOf(2))
    }
    correlator.take([receiptOf(['y'], 'UNDELIVERABLE')])
    await settle()
    expect(told).toEqual(['m1 UNKNOWN'])
    expect(await left(store)).toEqual([])
  })

  it('is left alone when it has changed while the sweep was reading', async () => {
    const { correlator, begun, settle, told } = rig()
    await begun(1)
    correlator.sweeping(true)
    correlator.take([receiptOf(['x'])])
    await settle()
    correlator.giveUpGroup(groupOf(1))
    correlator.sweeping(false)
    await settle()
    expect(told).toEqual(['m1 DELIVERED'])
  })
})

describe('groups that can not be read', () => {
  const failing = () => {
    const made = rig()
    made.store.findGroups = () => Promise.reject(new StoreError('io', 'unreadable'))
    return made
  }

  it('the vendor is asked to send its report again', async () => {
    const { correlator, begun, settle, told } = failing()
    await begun(1)
    const receipt = receiptOf(['x'])
    correlator.take([receipt])
    await settle()
    expect(receipt.answers).toEqual(['failed'])
    expect(told).toEqual([])
  })

  it('a message that fails is told of rather twice than never', async () => {
    const { correlator, begun } = failing()
    await begun(1)
    const ends: boolean[] = []
    await correlator.closeGroup(groupOf(1).id, (isOpen) => void ends.push(isOpen))
    expect(ends).toEqual([true])
  })

  it('an early report stays parked', async () => {
    const { correlator, taken, begun, settle } = failing()
    await begun(2)
    correlator.take([receiptOf(['y'])])
    await settle()
    taken(rowInGroup('y'))
    await settle()
    expect(correlator.parkedCount).toBe(1)
  })
})

// What a test runs in a process of its own, to be killed: opens a store and commits numbered pairs for ever, saying what resolved.
// Usage: node writing-child.suite.ts <folder> <hold|write> <first number>

import { stdout } from 'node:process'
import type { Move } from '../../message/bill.js'
import { accountId, anchorAt, deliveryId, messageId, segment, transactionOf } from '../conformance-rows.suite.js'
import type { Unit } from '../contracts/unit.js'
import { openLmdbStore } from './lmdb-store.js'

/** Each row holds one micro-unit and leaves one line. */
const move: Move = { customer: 'acme', account: accountId('a'), day: 1, heldMicros: 1, chargedMicros: 0, units: 1 }
const { message } = segment(1)
/** The row, whose message came by a transaction of the same number and left a text. */
const acceptedFrom = (row: number, n: number): Unit => ({
  kind: 'accepted',
  delivery: segment(row, { dueMs: n, message: { ...message, id: messageId(row) } }),
  transaction: transactionOf(row),
  kept: [{ table: 'mdr', key: deliveryId(row), text: 'x' }],
  move,
  cdr: 'x\n',
})

const [, , folder, job, first] = process.argv
const store = await openLmdbStore({ folder: folder!, mapBytes: 256 * 2 ** 20, lowWaterBytes: 0 })
stdout.write('open\n')
if (job === 'hold') setInterval(() => undefined, 60_000)
else {
  // Three chains at once, so that commits queue behind one another; each commit is two rows and a user that must live or die together.
  const chain = async (of: number): Promise<void> => {
    for (let n = Number(first) + of; ; n += 3) {
      await store.commit(
        [acceptedFrom(2 * n, n), acceptedFrom(2 * n + 1, n), { kind: 'registered', aor: `${n}`, bindings: 'here' }],
        anchorAt(n),
      )
      stdout.write(`${n}\n`)
    }
  }
  await Promise.all([0, 1, 2].map(chain))
}

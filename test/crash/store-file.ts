// Tells from outside when the daemon's store has committed: the number of its last transaction stands in LMDB's two meta pages.
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** MDB_meta.mm_txnid on 64-bit machines: page header of 24, then magic, version, address, map size, two MDB_db of 48, last page. */
const PAGE_HEADER = 24
const TXN_ID_AT = PAGE_HEADER + 4 + 4 + 8 + 8 + 2 * 48 + 8
const PAGE_SIZE_AT = PAGE_HEADER + 4 + 4 + 8 + 8

/**
 * Spins, nothing else runs meanwhile, until a transaction has been committed that had not when it was called, and calls
 * `then` at once: by then the daemon can hardly have learnt of it, since its own thread must wake up first.
 * @throws Error when nothing is committed within 2 s
 */
export function atNextCommit(data: string, then: () => void): void {
  const file = openSync(join(data, 'data.mdb'), 'r')
  try {
    const buffer = Buffer.alloc(8)
    const numberAt = (position: number): bigint => {
      readSync(file, buffer, 0, 8, position)
      return buffer.readBigUInt64LE()
    }
    const pageSize = Number(numberAt(PAGE_SIZE_AT) & 0xffff_ffffn)
    const last = (): bigint => {
      const [first, second] = [numberAt(TXN_ID_AT), numberAt(pageSize + TXN_ID_AT)]
      return first > second ? first : second
    }
    const before = last()
    const endMs = performance.now() + 2000
    while (last() === before) if (performance.now() > endMs) throw new Error('no commit within 2 s')
    then()
  } finally {
    closeSync(file)
  }
}

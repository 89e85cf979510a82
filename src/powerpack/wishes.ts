// What a phone says of hearing more from a number, judged: for which scopes it counts, so that neither rotation within a powerpack nor a
// number that leaves it goes around it.
import type { Change, Judged } from './change.js'
import { judgeOptIn, judgeOptOut, type OptOuts } from './opt-outs.js'
import { scopeOf } from './pack.js'
import type { PoolBook } from './pool-book.js'

/**
 * The phone wants nothing more from the number, nor from any other of the number's pack. That it said so to this one holds on when the
 * number is in another pack, or in none.
 *
 * @param wallMs wall time: when the phone said so
 * @returns whether it is news
 */
export function judgeStop(
  book: PoolBook,
  optOuts: OptOuts,
  number: string,
  phone: string,
  wallMs: number,
): Judged<boolean> {
  const pack = book.packOf(number)
  const ofNumber = judgeOptOut(optOuts, number, phone, wallMs)
  if (pack === undefined) return ofNumber
  const ofPack = judgeOptOut(optOuts, scopeOf(pack), phone, wallMs)
  return together([ofPack, ofNumber], ofPack)
}

/**
 * The phone wants to hear again from the number, and from all of the number's pack, whichever of them it said STOP to.
 *
 * @returns whether it had opted out before
 */
export function judgeStart(book: PoolBook, optOuts: OptOuts, number: string, phone: string): Judged<boolean> {
  const pack = book.packOf(number)
  const all = [judgeOptIn(optOuts, number, phone)]
  if (pack !== undefined && optOuts.has(scopeOf(pack), phone)) {
    all.push(judgeOptIn(optOuts, scopeOf(pack), phone))
    // A walk through the pool, after a STOP alone.
    for (const other of book.pool(pack.pool)?.numbers() ?? [])
      if (other.number !== number && optOuts.has(other.number, phone))
        all.push(judgeOptIn(optOuts, other.number, phone))
  }
  return together(all, all.find((one) => one.kind === 'change' && one.value) ?? all[0]!)
}

/** @param main whose value is that of all */
function together(all: readonly Judged<boolean>[], main: Judged<boolean>): Judged<boolean> {
  const changes: Change<boolean>[] = []
  for (const one of all) {
    if (one.kind === 'refused') return one
    changes.push(one)
  }
  if (main.kind === 'refused') return main
  return {
    kind: 'change',
    rows: changes.flatMap(({ rows }) => rows),
    value: main.value,
    apply: () => changes.forEach((change) => change.apply()),
  }
}

// Numbers that the operator removes: what goes, what stays and why, and what a provider is told of its own. It asks nobody itself.
import type { Change, Judged, Refusal } from '../powerpack/change.js'
import { judgeGivingUp } from '../powerpack/number-changes.js'
import type { OwnedNumber } from '../powerpack/owned-number.js'
import type { PoolBook } from '../powerpack/pool-book.js'
import { NOBODY } from '../powerpack/stock.js'

/** A provider that accounts rented numbers from. */
export interface NumberReturns {
  /** As its numbers have it noted. */
  readonly source: string
  /** Asks it to take the number back; refused where it does not say that it has. */
  judgeReturn(number: string): Promise<Judged<unknown>>
}

export interface Removed {
  readonly removed: number
  readonly unknown: readonly string[]
  readonly owned: readonly { readonly number: string; readonly owner: string }[]
  /** Of those that were removed: by the provider that the switch rents from, and nobody asked it yet. */
  readonly theirs: readonly string[]
  /** Of a provider that the switch does not know now: it is not told, and whoever rents them pays on. */
  readonly stillRented: readonly { readonly number: string; readonly provider: string }[]
}

export interface GivenBack {
  readonly givenBack: number
  readonly notGivenBack: readonly { readonly number: string; readonly why: string }[]
}

const OF_PROVIDER = 'provider:'

/**
 * Numbers of the provider are left for `giveBack`, each a change of its own.
 *
 * @param takesOwned whether numbers go that an account has
 */
export function judgeRemoval(
  book: PoolBook,
  numbers: readonly string[],
  takesOwned: boolean,
  provider: NumberReturns | undefined,
  dryRun: boolean,
): Judged<Removed> {
  const unknown: string[] = []
  const owned: Removed['owned'][number][] = []
  const theirs: string[] = []
  const stillRented: Removed['stillRented'][number][] = []
  const going: Change<unknown>[] = []
  for (const number of numbers) {
    const row = book.numbers.get(number)
    if (row === undefined) unknown.push(number.slice(0, 32))
    else if (row.account !== NOBODY && !takesOwned) owned.push({ number, owner: row.account })
    else if (sourceOf(row) === provider?.source) theirs.push(number)
    else {
      const change = judgeGivingUp(book, number)
      if (change.kind === 'refused') return change
      going.push(change)
      const source = sourceOf(row)
      if (source.startsWith(OF_PROVIDER)) stillRented.push({ number, provider: source.slice(OF_PROVIDER.length) })
    }
  }
  return {
    kind: 'change',
    rows: dryRun ? [] : going.flatMap(({ rows }) => rows),
    value: { removed: going.length, unknown, owned, theirs, stillRented },
    apply: () => {
      if (!dryRun) for (const change of going) change.apply()
    },
  }
}

type Made = { readonly kind: 'changed' } | Refusal | { readonly kind: 'tooMany' }

/**
 * One after the other, each out of the switch once the provider has it. If the process dies in between, the number is here still: removed
 * again, the provider says that it is gone, which is right too.
 *
 * @param make as a change at its turn; rejects as the store does, which ends it
 */
export async function giveBack(
  book: PoolBook,
  numbers: readonly string[],
  provider: NumberReturns,
  make: (judge: () => Promise<Judged<unknown>>) => Promise<Made>,
): Promise<GivenBack> {
  let givenBack = 0
  const notGivenBack: GivenBack['notGivenBack'][number][] = []
  let failure: string | undefined
  for (const number of numbers) {
    if (failure !== undefined) {
      notGivenBack.push({ number, why: failure })
      continue
    }
    try {
      const made = await make(() => judgeGivingBack(book, number, provider))
      if (made.kind === 'changed') givenBack++
      else
        notGivenBack.push({ number, why: made.kind === 'refused' ? made.what : 'too many changes wait for their turn' })
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
      notGivenBack.push({ number, why: failure })
    }
  }
  return { givenBack, notGivenBack }
}

/** Meanwhile its account may have given it up, and another may have it. */
async function judgeGivingBack(book: PoolBook, number: string, provider: NumberReturns): Promise<Judged<unknown>> {
  const row = book.numbers.get(number)
  if (row !== undefined && sourceOf(row) === provider.source) return provider.judgeReturn(number)
  return { kind: 'change', rows: [], value: undefined, apply: () => undefined }
}

function sourceOf({ details }: OwnedNumber): string {
  return details['source'] ?? ''
}

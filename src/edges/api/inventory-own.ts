// The operator's own numbers as a source: owned numbers of nobody, renting is a change of who has them.
import type { AccountId } from '../../message/ids.js'
import { refused, type Judged } from '../../powerpack/change.js'
import { judgeGivingUp } from '../../powerpack/number-changes.js'
import { numberText, type OwnedNumber } from '../../powerpack/owned-number.js'
import { outOfPool, type PoolBook } from '../../powerpack/pool-book.js'
import { keptRow } from '../../powerpack/rows.js'
import { NOBODY, ownersDetails, STOCK } from '../../powerpack/stock.js'
import { isOffered, type NumberSource } from './inventory.js'
import { pageWhere } from './page.js'

/** @param book with the rows of nobody: those that can be rented */
export function ownNumbers(book: PoolBook): NumberSource {
  return {
    find: (wish, page) => pageWhere(book.numbers.ownedBy(NOBODY), (row) => isOffered(row, wish), page),
    judgeRent: (account, number, details) => Promise.resolve(judgeRent(book, account, number, details)),
    judgeReturn: (number) => Promise.resolve(judgeReturn(book, number)),
  }
}

/** A number goes from one account to another, out of its pool. */
export function judgeHandOver(book: PoolBook, number: string, to: AccountId, more: Partial<OwnedNumber> = {}) {
  const row = book.numbers.get(number)
  if (row === undefined) return noNumber(number)
  const value: OwnedNumber = { ...outOfPool(row), ...more, account: to }
  const rows = [keptRow('number', number, numberText(value))]
  return { kind: 'change', rows, value, apply: () => book.putNumber(value) } satisfies Judged<OwnedNumber>
}

function judgeRent(
  book: PoolBook,
  account: AccountId,
  number: string,
  details: OwnedNumber['details'],
): Judged<OwnedNumber> {
  const row = book.numbers.get(number)
  if (row === undefined || (row.account !== NOBODY && row.account !== account)) return noNumber(number)
  if (row.account === account) return { kind: 'change', rows: [], value: row, apply: () => undefined }
  return judgeHandOver(book, number, account, { details: { ...row.details, ...details, ...STOCK } })
}

function judgeReturn(book: PoolBook, number: string): Judged<OwnedNumber> {
  const row = book.numbers.get(number)
  if (row?.details['source'] !== STOCK.source) return judgeGivingUp(book, number)
  const details = Object.fromEntries(Object.entries(row.details).filter(([name]) => !ownersDetails.includes(name)))
  return judgeHandOver(book, number, NOBODY, { details })
}

function noNumber(number: string) {
  return refused('unknownNumber', `There is no number ${number.slice(0, 32)} to be had.`, 'number')
}

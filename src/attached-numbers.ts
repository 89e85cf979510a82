// Which numbers a campaign has, changed from outside the admin API: read, changed and written back as one object of the directory, anew
// where somebody else was faster. Belongs to the composition root.

import type { BookResult, DirectoryBook } from './admin/directory-book.js'
import type { ObjectMistake } from './directory/change-whole.js'
import { objectKey } from './directory/change.js'
import type { NumbersChanged, TenDlcPort } from './edges/api/tendlc-ports.js'

/** So often it is tried again where others change the same campaign. */
const TRIES = 10

/** @param changed told of each change that was made */
export function attachedNumbers(
  book: Pick<DirectoryBook, 'current' | 'change'>,
  changed: (revision: number) => void,
): TenDlcPort['changeNumbers'] {
  return async (campaign, change) => {
    for (let tries = 0; tries < TRIES; tries++) {
      const found = book.current().objects.get(objectKey('campaigns', campaign))
      if (found === undefined) return { kind: 'gone' }
      const row = found.row as { readonly numbers?: readonly string[] }
      const numbers = change(row.numbers ?? [])
      const result = await book.change({
        changes: [{ kind: 'campaigns', id: campaign, row: { ...row, numbers }, ifMatch: [found.etag] }],
      })
      const told = toldOf(result)
      if (told === undefined) continue
      if (result.kind === 'changed' && result.writes.length > 0) changed(result.provisioned.revision)
      return told
    }
    return { kind: 'busy' }
  }
}

/** Undefined where somebody was faster. */
function toldOf(result: BookResult): NumbersChanged | undefined {
  switch (result.kind) {
    case 'changed':
      return { kind: 'changed' }
    case 'managedByFile':
      return { kind: 'fixed' }
    case 'mistakes':
      // Who asked may read what is wrong with the campaign, and nothing of others'.
      return { kind: 'refused', why: result.mistakes.map(whyOf).join('; ') }
    case 'notAsExpected':
    case 'stale':
      return undefined
  }
}

function whyOf(mistake: ObjectMistake): string {
  const { kind, path, value, expected } = mistake
  if (kind !== 'campaigns') return 'the directory would not be right'
  const shown = typeof value === 'string' ? `${value}: ` : ''
  // Whose campaign has a number is not told.
  return /^numbers\[/.test(path) ? `${shown}expects ${expected.replace(/; .*$/, '')}` : `expects ${expected}`
}

// The directory of a file as a whole: what is in force, and what a later version of the file makes of it. It reads no file.

import type { FileObject } from './change-file.js'
import { kept, objectKey, sorted, type Provisioned } from './change.js'
import { judgeWhole, type DirectoryRules, type KeptObject, type ObjectMistake } from './change-whole.js'
import { isSameJson } from './in-slices.js'
import type { Snapshot } from './snapshot.js'

/** As it is found at the start: revision 0, all etags '0'. */
export function fixedDirectory(objects: readonly FileObject[], snapshot: Snapshot): Provisioned {
  return { revision: 0, snapshot, objects: sorted(objects.map((object) => kept({ ...object, etag: '0' }))) }
}

export type Replaced =
  | {
      readonly kind: 'replaced'
      /** The same object as before where nothing differs. */
      readonly provisioned: Provisioned
      /** How many objects are new, different or gone. */
      readonly changes: number
    }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly ObjectMistake[] }

/** Objects between two yields: a millisecond or less. */
const SLICE = 50

/**
 * What the objects of a file make, in its order, which decides where the order counts. What is as it was keeps its etag and is not
 * compiled again. Works in slices.
 * @param objects of a file in which no mistake was found
 */
export function* replaceInSlices(
  current: Provisioned,
  objects: readonly FileObject[],
  rules: DirectoryRules,
): Generator<void, Replaced> {
  const etag = String(current.revision + 1)
  const inOrder: KeptObject[] = []
  let same = 0
  for (const { kind, id, row } of objects) {
    const old = current.objects.get(objectKey(kind, id))
    const isSame = old !== undefined && (yield* isSameJson(row, old.row))
    if (isSame) same++
    inOrder.push(isSame ? old : kept({ kind, id, row, etag }))
    if (inOrder.length % SLICE === 0) yield
  }
  const changes = objects.length - same + (current.objects.size - countIn(current, objects))
  const judged = yield* judgeWhole(inOrder, () => false, rules)
  if (judged.kind === 'mistakes') return judged
  const provisioned = { revision: current.revision + 1, objects: sorted(inOrder), snapshot: judged.snapshot }
  return { kind: 'replaced', provisioned, changes }
}

function countIn(current: Provisioned, objects: readonly FileObject[]): number {
  return objects.reduce((sum, { kind, id }) => sum + (current.objects.has(objectKey(kind, id)) ? 1 : 0), 0)
}

// A long list of objects in pieces that are quickly copied from thread to thread, and together again. It knows no thread.
import type { FileObject } from '../directory/change-file.js'

/** Some objects, or more entries of the last list of one of them. */
export type Piece =
  | { readonly kind: 'objects'; readonly objects: readonly FileObject[] }
  | { readonly kind: 'entries'; readonly column: string; readonly entries: readonly unknown[] }

/** Objects, or entries of a list, in a piece: copied in a millisecond or so. */
const OBJECTS = 50
const ENTRIES = 500

/** Long lists that are columns of objects come after their object. */
export function* piecesOf(objects: readonly FileObject[]): Generator<Piece> {
  let together: FileObject[] = []
  for (const object of objects) {
    const long = longColumns(object.row)
    if (long.length === 0) {
      if (together.push(object) < OBJECTS) continue
      yield { kind: 'objects', objects: together }
      together = []
      continue
    }
    const row: Record<string, unknown> = { ...(object.row as object) }
    for (const [column] of long) row[column] = []
    yield { kind: 'objects', objects: [...together, { ...object, row }] }
    together = []
    for (const [column, list] of long)
      for (let from = 0; from < list.length; from += ENTRIES)
        yield { kind: 'entries', column, entries: list.slice(from, from + ENTRIES) }
  }
  if (together.length > 0) yield { kind: 'objects', objects: together }
}

/** Puts a piece to those that came before it. */
export function addPiece(objects: FileObject[], piece: Piece): void {
  if (piece.kind === 'objects') {
    for (const object of piece.objects) objects.push(object)
    return
  }
  const row = objects.at(-1)?.row as Record<string, unknown[]>
  const list = row[piece.column]!
  for (const entry of piece.entries) list.push(entry)
}

function longColumns(row: unknown): (readonly [string, readonly unknown[]])[] {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return []
  return Object.entries(row).filter(
    (entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[1].length > ENTRIES,
  )
}

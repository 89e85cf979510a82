// What is kept of a directory that is changed while the switch runs: rows of JSON, each with the revision that wrote it. Types and checks only.

/** One provisioned object as it is kept. */
export interface StoredObject {
  readonly kind: string
  readonly id: string
  /** JSON as it was given; the store does not look into it. */
  readonly row: unknown
  /** The revision that wrote it, as text. */
  readonly etag: string
}

export interface StoredChange {
  readonly kind: string
  readonly id: string
  /** Undefined removes the object; removing what is not there is fine. */
  readonly row: unknown
}

export type ChangeOutcome =
  | { readonly kind: 'changed'; readonly revision: number }
  /** Somebody else was faster: nothing was written. */
  | { readonly kind: 'conflict'; readonly revision: number }

export interface DirectoryStore {
  /** Everything, by kind and id, with the revision it makes up: 0 before the first change. Sees every resolved change. */
  readAll(): Promise<{ readonly revision: number; readonly objects: readonly StoredObject[] }>
  /**
   * Writes all changes as one atomic step and counts the revision up by one; what is written gets it as its etag. Resolves once that
   * is durable. Refused with `conflict` when the revision is not `from`. Rejects with a StoreError, and then nothing of it is
   * readable, now or after a crash. Calls may overlap: of several with one `from`, one at most is taken.
   * @throws RangeError for a kind or id that no store takes, or a row that is no JSON
   */
  change(changes: readonly StoredChange[], from: number): Promise<ChangeOutcome>
}

/** A store that keeps a directory beside the messages. */
export interface KeepsDirectory {
  readonly directory: DirectoryStore
}

const KEY_MAX = 128

/** @throws RangeError for a kind or id that is empty, longer than 128, not printable ASCII */
export function checkDirectoryKey(kind: string, id: string): void {
  for (const text of [kind, id])
    if (!/^[\x20-\x7e]+$/.test(text) || text.length > KEY_MAX)
      throw new RangeError(`a kind and an id must be 1–${KEY_MAX} printable ASCII characters: ${text.slice(0, 40)}`)
}

/** @throws RangeError for a row that JSON does not have a text for */
export function rowText(row: unknown): string {
  const text: string | undefined = JSON.stringify(row)
  if (text === undefined) throw new RangeError('a row must be JSON')
  return text
}

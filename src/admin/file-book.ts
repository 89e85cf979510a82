// The directory of a file: it can be read and read again, and is changed where the file is.
import type { FileObject } from '../directory/change-file.js'
import { describeObjectMistake, type DirectoryRules } from '../directory/change-whole.js'
import type { Provisioned } from '../directory/change.js'
import { replaceInSlices } from '../directory/file-whole.js'
import { runWithPauses, type Pauses } from '../directory/in-slices.js'
import type { DirectoryMistake } from '../directory/mistake.js'
import type { Snapshot } from '../directory/snapshot.js'
import type { BookResult, DirectoryBook, ReloadResult } from './directory-book.js'

/** What a file says now. */
export type FileReading =
  | { readonly kind: 'objects'; readonly objects: readonly FileObject[] }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly DirectoryMistake[] }
  | { readonly kind: 'unreadable'; readonly why: string }

export interface FileBookOptions {
  readonly file: string
  /** Reads the file, without holding up others. */
  readonly read: () => Promise<FileReading>
  readonly rules: DirectoryRules
  readonly pauses: Pauses
  /** From now on this snapshot is in force. */
  readonly applied: (snapshot: Snapshot) => void
  /** What a directory is expected to have as its base currency; undefined where its own is right. */
  readonly currencyExpected?: ((next: Snapshot) => string | undefined) | undefined
}

/** @param current what the file said when it was read first */
export function fileBook(options: FileBookOptions, current: Provisioned): DirectoryBook {
  return new FileBook(options, current)
}

class FileBook implements DirectoryBook {
  readonly file: string
  readonly #options: FileBookOptions
  #current: Provisioned
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: FileBookOptions, current: Provisioned) {
    this.file = options.file
    this.#options = options
    this.#current = current
  }

  current(): Provisioned {
    return this.#current
  }

  change(): Promise<BookResult> {
    return Promise.resolve({ kind: 'managedByFile', file: this.file })
  }

  reload(): Promise<ReloadResult> {
    const turn = this.#last.then(() => this.#reload())
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #reload(): Promise<ReloadResult> {
    const { file } = this
    const { rules, pauses, applied } = this.#options
    const reading = await this.#options.read()
    if (reading.kind === 'mistakes') return { kind: 'fileMistakes', file, mistakes: reading.mistakes }
    if (reading.kind === 'unreadable') return { kind: 'unreadable', file, why: reading.why }
    const replaced = await runWithPauses(replaceInSlices(this.#current, reading.objects, rules), pauses)
    // The file was looked at already: only a secret elsewhere can have gone meanwhile.
    if (replaced.kind === 'mistakes')
      return { kind: 'unreadable', file, why: replaced.mistakes.map(describeObjectMistake).join('; ') }
    const { provisioned, changes } = replaced
    const { currency } = provisioned.snapshot
    const expected = this.#options.currencyExpected?.(provisioned.snapshot)
    if (expected !== undefined)
      return { kind: 'unreadable', file, why: `currency: expects ${expected}, not ${currency}` }
    // Also where no row differs: a secret that one names may be another.
    this.#current = changes > 0 ? provisioned : { ...provisioned, revision: this.#current.revision }
    applied(provisioned.snapshot)
    return { kind: 'reloaded', provisioned: this.#current, changes }
  }
}

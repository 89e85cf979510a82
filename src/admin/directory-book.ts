// The directory that is in force, and the one door through which it changes: decided, made durable, swapped, in this order.
import { describeObjectMistake, type DirectoryRules, type ObjectMistake } from '../directory/change-whole.js'
import {
  changeInSlices,
  openInSlices,
  type ChangeRequest,
  type ChangeResult,
  type Provisioned,
} from '../directory/change.js'
import { runWithPauses, type Pauses } from '../directory/in-slices.js'
import type { DirectoryMistake } from '../directory/mistake.js'
import type { Snapshot } from '../directory/snapshot.js'
import type { DirectoryStore } from '../store/contracts/directory.js'

export interface ChangeOptions {
  /** Says what would happen, and does nothing. */
  readonly dryRun?: boolean
  /** The revision must be one of these. */
  readonly ifRevision?: readonly string[] | 'any' | undefined
}

export type BookResult =
  | ChangeResult
  /** Another revision than was asked for. */
  | { readonly kind: 'stale'; readonly revision: number }
  /** The directory is a file's, and is changed there. */
  | { readonly kind: 'managedByFile'; readonly file: string }

export type ReloadResult =
  | { readonly kind: 'reloaded'; readonly provisioned: Provisioned; readonly changes: number }
  /** The file has mistakes; what was in force stays so. */
  | { readonly kind: 'fileMistakes'; readonly file: string; readonly mistakes: readonly DirectoryMistake[] }
  | { readonly kind: 'unreadable'; readonly file: string; readonly why: string }
  /** There is no file to read again. */
  | { readonly kind: 'managedByStore' }

export interface DirectoryBook {
  /** The file that the directory comes from; undefined where it is in the store. */
  readonly file: string | undefined
  current(): Provisioned
  /** Resolves once the change is durable and in force. Rejects with a StoreError, and then nothing has changed. */
  change(request: ChangeRequest, options?: ChangeOptions): Promise<BookResult>
  /** Reads the file again. Resolves once what it says is in force, or with what is wrong with it. */
  reload(): Promise<ReloadResult>
}

export interface BookOptions {
  readonly store: DirectoryStore
  readonly rules: DirectoryRules
  /** How long a large directory may keep others waiting. */
  readonly pauses: Pauses
  /** Called when a change is durable, before it is answered: from now on this snapshot is in force. */
  readonly applied: (snapshot: Snapshot) => void
  /** What a directory is expected to have as its base currency; undefined where its own is right. */
  readonly currencyExpected?: ((next: Snapshot) => string | undefined) | undefined
}

/** What the store keeps can't be used; each mistake is in the message. */
class DirectoryUnusable extends Error {
  readonly mistakes: readonly ObjectMistake[]

  constructor(mistakes: readonly ObjectMistake[]) {
    const lines = mistakes.map((mistake) => `\n  ${describeObjectMistake(mistake)}`)
    super(`the directory in the store has ${mistakes.length} mistake(s):${lines.join('')}`)
    this.name = 'DirectoryUnusable'
    this.mistakes = mistakes
  }
}

/**
 * The directory of a store.
 * @throws DirectoryUnusable when what is kept is not right, such as for a variable that is not set any more; StoreError
 */
export async function openBook(options: BookOptions): Promise<DirectoryBook> {
  return new StoreBook(options, await read(options))
}

async function read({ store, rules, pauses }: BookOptions): Promise<Provisioned> {
  const { revision, objects } = await store.readAll()
  const opened = await runWithPauses(openInSlices(objects, revision, rules), pauses)
  if (opened.kind === 'mistakes') throw new DirectoryUnusable(opened.mistakes)
  return opened.provisioned
}

/** The one object that has the base currency. */
const wholeCurrency = { kind: 'currency', id: 'all', path: '' } as const

class StoreBook implements DirectoryBook {
  readonly file = undefined
  readonly #options: BookOptions
  #current: Provisioned
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: BookOptions, current: Provisioned) {
    this.#options = options
    this.#current = current
  }

  current(): Provisioned {
    return this.#current
  }

  change(request: ChangeRequest, options: ChangeOptions = {}): Promise<BookResult> {
    // One after the other: each is decided on what the one before it made.
    const turn = this.#last.then(() => this.#change(request, options))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  reload(): Promise<ReloadResult> {
    return Promise.resolve({ kind: 'managedByStore' })
  }

  async #change(request: ChangeRequest, { dryRun = false, ifRevision }: ChangeOptions): Promise<BookResult> {
    const { rules, pauses, store } = this.#options
    for (;;) {
      const { revision } = this.#current
      if (ifRevision !== undefined && ifRevision !== 'any' && !ifRevision.includes(String(revision)))
        return { kind: 'stale', revision }
      const result = await runWithPauses(changeInSlices(this.#current, request, rules), pauses)
      if (result.kind !== 'changed') return result
      const { snapshot } = result.provisioned
      const expected = this.#options.currencyExpected?.(snapshot)
      if (expected !== undefined)
        return { kind: 'mistakes', mistakes: [{ ...wholeCurrency, value: snapshot.currency, expected }] }
      if (dryRun || result.writes.length === 0) return result
      const outcome = await store.change(result.writes, revision)
      if (outcome.kind === 'changed') {
        this.#take(result.provisioned)
        return result
      }
      // Another owner of the same data was faster: what it made is taken over, then judged anew.
      this.#take(await read(this.#options))
    }
  }

  #take(provisioned: Provisioned): void {
    this.#current = provisioned
    this.#options.applied(provisioned.snapshot)
  }
}

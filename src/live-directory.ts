// The directory that is in force, from a file or from the store, and who is told when it changes. Belongs to the composition root.

import { openBook, type DirectoryBook, type ReloadResult } from './admin/directory-book.js'
import { fileBook, type FileReading } from './admin/file-book.js'
import type { FileObject } from './directory/change-file.js'
import { describeObjectMistake, type DirectoryRules } from './directory/change-whole.js'
import { createCompileMemory } from './directory/compile-memory.js'
import { compileDirectory } from './directory/compile.js'
import { fixedDirectory } from './directory/file-whole.js'
import type { Pauses } from './directory/in-slices.js'
import { describeDirectoryMistake } from './directory/mistake.js'
import type { Directory } from './directory/resolve.js'
import type { ResendSchedule, Snapshot } from './directory/snapshot.js'
import type { Surroundings } from './directory/resolve.js'
import type { Clock } from './lib/clock.js'
import type { DirectoryStore } from './store/contracts/directory.js'
import type { Log } from './telemetry/log.js'

/** Where the directory comes from. */
export type DirectorySource =
  | {
      readonly kind: 'file'
      readonly file: string
      /** What it said at the start. */
      readonly directory: Directory
      readonly objects: readonly FileObject[]
      /** Reads it again without holding up others. */
      readonly read: () => Promise<FileReading>
    }
  | { readonly kind: 'store' }

export interface LiveDirectoryPorts {
  readonly source: DirectorySource
  readonly surroundings: Surroundings
  readonly resend: ResendSchedule
  readonly store: DirectoryStore
  readonly clock: Clock
  readonly log: Log
}

export interface LiveDirectory {
  readonly book: DirectoryBook
  /** How long large work may keep others waiting. */
  readonly pauses: Pauses
  readonly current: () => Snapshot
  /** From now on this is called with each snapshot that comes into force, right after it did. */
  follow(follower: (snapshot: Snapshot) => void): void
  /** From now on a directory with another base currency than what this says is refused; undefined is any. */
  expectCurrency(expected: (next: Snapshot) => string | undefined): void
  /** For an operator's signal; what comes of it is in the log. */
  reload(by: string): Promise<void>
}

/** How long a large directory is worked on before others have their turn, ms. */
const SLICE_MS = 3

/** @throws DirectoryUnusable when what the store keeps is not right; StoreError */
export async function openLiveDirectory(ports: LiveDirectoryPorts): Promise<LiveDirectory> {
  const { source, clock, log } = ports
  const defaults = { resend: ports.resend, wallMs: clock.wallMs(), memory: createCompileMemory() }
  const rules: DirectoryRules = { ...ports.surroundings, defaults }
  const pauses: Pauses = {
    nowMs: () => clock.monotonicMs(),
    sliceMs: SLICE_MS,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  }
  let snapshot: Snapshot | undefined
  let follower: ((snapshot: Snapshot) => void) | undefined
  let expected: ((next: Snapshot) => string | undefined) | undefined
  const currencyExpected = (next: Snapshot): string | undefined => expected?.(next)
  let warned = ''
  const warn = ({ warnings = [] }: Snapshot): void => {
    const said = warnings.map(describeObjectMistake)
    const all = said.join('\n')
    // Each once, not with each change of something else.
    if (said.length > 0 && all !== warned) log.event('directory.unwise', { warnings: said.length, first: said[0]! })
    warned = all
  }
  const applied = (next: Snapshot): void => {
    snapshot = next
    follower?.(next)
    warn(next)
  }
  const book = await open()
  snapshot ??= book.current().snapshot
  warn(snapshot)

  function open(): Promise<DirectoryBook> {
    if (source.kind === 'store') return openBook({ store: ports.store, rules, pauses, applied, currencyExpected })
    const { file, read, objects, directory } = source
    const compiled = compileDirectory(directory, defaults)
    return Promise.resolve(
      fileBook({ file, read, rules, pauses, applied, currencyExpected }, fixedDirectory(objects, compiled)),
    )
  }

  return {
    ...{ book, pauses },
    current: () => snapshot!,
    follow: (next) => void (follower = next),
    expectCurrency: (next) => void (expected = next),
    async reload(by) {
      const result = await book.reload()
      if (result.kind === 'reloaded')
        log.event('directory.changed', { by, revision: result.provisioned.revision, objects: result.changes })
      else if (result.kind === 'managedByStore') log.event('directory.noFile', { by })
      else log.event('directory.refused', { by, file: book.file ?? '', why: whyNot(result) })
    },
  }
}

/** The first mistakes are enough for a line of the log. */
const TOLD = 3

function whyNot(result: Extract<ReloadResult, { readonly kind: 'unreadable' | 'fileMistakes' }>): string {
  switch (result.kind) {
    case 'unreadable':
      return result.why
    case 'fileMistakes': {
      const { mistakes } = result
      const more = mistakes.length > TOLD ? `; and ${mistakes.length - TOLD} more` : ''
      return mistakes.slice(0, TOLD).map(describeDirectoryMistake).join('; ') + more
    }
  }
}

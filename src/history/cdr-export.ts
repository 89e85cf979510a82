// Carries call detail records from the store to daily files, each line once. It makes no records and reads no files but their sizes.

import { mkdir, open, realpath, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cancel, Clock, Timers } from '../lib/clock.js'
import type { BooksStore, ExportMark, RecordLines } from '../store/contracts/books.js'
import type { Recorder } from '../store/contracts/recorder.js'
import { AppendFile } from './append-file.js'
import { fileToWrite, oldFiles } from './cdr-days.js'
import { cdrFileAt, cdrFiles } from './cdr-files.js'

export interface CdrExportOptions {
  /** Made if missing. */
  readonly folder: string
  /** Pause after everything was written, ms. */
  readonly everyMs: number
  /**
   * Of `everyMs`, where `manyBlocks` of records wait by then. The pages that records leave in the store are holes between those of
   * messages: few at a time cost less than many.
   */
  readonly leastMs: number
  readonly manyBlocks: number
  /** Files that are older than so many days are removed; 0 keeps all. */
  readonly keepDays: number
  /** About how many octets of records are in memory at a time. */
  readonly stepBytes: number
  /** First pause after a failure, ms; doubles up to `retryMaxMs`. */
  readonly retryMs: number
  readonly retryMaxMs: number
}

export interface CdrExportEvents {
  /** So many octets are in a file and out of the store. */
  exported(bytes: number): void
  /** A file could not be written, or the store not read: tried again after a while. */
  failed(error: unknown, retryInMs: number): void
  /** It works again. */
  recovered(): void
  /** A file is shorter than what was written into it: somebody cut it. */
  cut(file: string, expectedBytes: number, foundBytes: number): void
  removed(file: string): void
}

export interface CdrExportPorts {
  readonly books: BooksStore
  readonly recorder: Pick<Recorder, 'recordLazily'>
  readonly clock: Pick<Clock, 'wallMs'>
  readonly timers: Timers
  readonly events: CdrExportEvents
}

/** The file that is written, and how much of it is remembered by the store. */
interface Place extends ExportMark {
  /** Absolute, without links: it tells whether a later run writes the same files. */
  readonly folder: string
  readonly open: AppendFile
}

/** They tell who sent what to whom: not for everybody on the machine. */
const FILE_MODE = 0o640
const FOLDER_MODE = 0o750

/**
 * Lines are appended and synced, then the store forgets them and remembers the length of the file, in one commit. Whoever dies in
 * between cuts the file back to that length at its next start and writes the same lines again. A file is begun only after the store
 * remembers how long it is, so that no other file ever has to be touched; in another folder than before, none is cut.
 */
export class CdrExport {
  readonly #ports: CdrExportPorts
  readonly #options: CdrExportOptions
  /** Undefined before the first step, and after a failure. */
  #place: Place | undefined
  #sweptDay = ''
  #retryMs: number
  #failing = false
  #stopping = false
  #wake: (() => void) | undefined
  #ended: Promise<void> | undefined

  constructor(ports: CdrExportPorts, options: CdrExportOptions) {
    this.#ports = ports
    this.#options = options
    this.#retryMs = options.retryMs
  }

  /** Begins; never fails: what can't be written now is tried again. */
  start(): void {
    this.#ended ??= this.#run()
  }

  /** Writes what there is, with one try, and lets go of the file. Does not end while the store takes nothing: bound it. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake?.()
    await this.#ended
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const retryMs = await this.#tryStep()
      if (this.#isStopping()) break
      if (retryMs === undefined) await this.#rest()
      else if (retryMs > 0) await this.#pause(retryMs)
    }
    while ((await this.#tryStep()) === 0);
    await this.#letGo()
  }

  /** A method, since it may have changed while something was awaited. */
  #isStopping(): boolean {
    return this.#stopping
  }

  /** Until it is worth a sync again. */
  #rest(): Promise<void> {
    const { everyMs, leastMs, manyBlocks } = this.#options
    return this.#pause(everyMs, leastMs, () => this.#ports.books.recordsWaiting() >= manyBlocks)
  }

  /** @param isEnough asked once in `lookMs`: it ends then */
  #pause(ms: number, lookMs = ms, isEnough?: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel
      const wait = (leftMs: number): void => {
        cancel = this.#ports.timers.after(Math.min(leftMs, lookMs), () => {
          if (leftMs <= lookMs || isEnough?.() === true) resolve()
          else wait(leftMs - lookMs)
        })
      }
      wait(ms)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Gives how long to wait after a failure, 0 where there is more to do at once, undefined where nothing is left. */
  async #tryStep(): Promise<number | undefined> {
    try {
      const more = await this.#step()
      if (this.#failing) this.#ports.events.recovered()
      this.#failing = false
      this.#retryMs = this.#options.retryMs
      return more ? 0 : undefined
    } catch (error) {
      const pauseMs = this.#retryMs
      this.#failing = true
      this.#retryMs = Math.min(pauseMs * 2, this.#options.retryMaxMs)
      this.#ports.events.failed(error, pauseMs)
      // Nobody knows what the file holds now: it is taken up anew, as after a crash.
      await this.#letGo()
      return pauseMs
    }
  }

  /** True where there is more to do at once. */
  async #step(): Promise<boolean> {
    const { books } = this.#ports
    if (books.recordsWaiting() === 0) {
      if (this.#place !== undefined) await this.#sweep(this.#place.file)
      return false
    }
    this.#place ??= await this.#takeUp()
    const file = fileToWrite(this.#place.file, this.#ports.clock.wallMs())
    if (file !== this.#place.file) {
      const before: Place = this.#place
      this.#place = await this.#begin(before.folder, file, before.through)
      await before.open.close()
    }
    await this.#sweep(this.#place.file)
    const { stepBytes } = this.#options
    const before = this.#place.bytes
    const records = await books.records(stepBytes)
    if (records.through > 0) this.#place = await this.#append(this.#place, records)
    // What came in the meantime can wait until it is worth a sync.
    return this.#place.bytes - before >= stepBytes
  }

  async #append(place: Place, { through, lines }: RecordLines): Promise<Place> {
    await place.open.append(lines)
    await place.open.sync()
    const written = { ...place, through, bytes: place.bytes + lines.length }
    await this.#remember(written)
    this.#ports.events.exported(lines.length)
    return written
  }

  /** The file of the mark, with what is in it beyond the mark cut away; in a folder without one, that of today at its end. */
  async #takeUp(): Promise<Place> {
    await mkdir(this.#options.folder, { recursive: true, mode: FOLDER_MODE })
    const folder = await realpath(this.#options.folder)
    const mark = await this.#ports.books.exportMark()
    if (mark === undefined || (mark.folder ?? folder) !== folder) {
      const newest = (await cdrFiles(folder)).at(-1) ?? ''
      return this.#begin(folder, fileToWrite(newest, this.#ports.clock.wallMs()), mark?.through ?? 0)
    }
    const file = await AppendFile.open(join(folder, mark.file), FILE_MODE)
    try {
      const { size } = file
      if (size > mark.bytes) {
        await file.cutTo(mark.bytes)
        await file.sync()
      } else if (size < mark.bytes) {
        this.#ports.events.cut(mark.file, mark.bytes, size)
        // Else the next crash would cut at a length that the file reached with other lines.
        await this.#remember({ ...mark, folder, bytes: size })
      }
      return { ...mark, folder, bytes: Math.min(size, mark.bytes), open: file }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Goes on with another file, as it is: what is in it already is not ours to judge. */
  async #begin(folder: string, file: string, through: number): Promise<Place> {
    const opened = await AppendFile.open(join(folder, file), FILE_MODE)
    try {
      const { size: bytes } = opened
      await syncFolder(folder)
      await this.#remember({ through, file, bytes, folder })
      return { through, file, bytes, folder, open: opened }
    } catch (error) {
      await opened.close()
      throw error
    }
  }

  #remember({ through, file, bytes, folder }: ExportMark): Promise<void> {
    const unit = { kind: 'exported', through, file, bytes, folder } as const
    return new Promise((resolve) => this.#ports.recorder.recordLazily(unit, { durable: () => resolve() }))
  }

  /** Removes files that are older than they are to be kept; looks once a day. */
  async #sweep(current: string): Promise<void> {
    const { keepDays, folder } = this.#options
    const wallMs = this.#ports.clock.wallMs()
    const today = cdrFileAt(wallMs)
    if (keepDays === 0 || this.#sweptDay === today) return
    for (const file of oldFiles(await cdrFiles(folder), keepDays, wallMs)) {
      if (file === current) continue
      await unlink(join(folder, file))
      this.#ports.events.removed(file)
    }
    this.#sweptDay = today
  }

  async #letGo(): Promise<void> {
    const place = this.#place
    this.#place = undefined
    // A file that can't be closed is not ours any more either.
    await place?.open.close().catch(() => undefined)
  }
}

/** A new file is on disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

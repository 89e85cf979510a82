// How far a campaign has come, in a file beside its sheet: written whole, synced, then renamed, so that a crash leaves the old or the new.
// Failed rows are in a sheet of their own, which the state says the length of: what a crash left behind that is cut off.
//
// If the process dies: before the state says that rows may be out, none of them is. After that they are sent again with the key they
// had, and the switch tells them from new ones for a day. Later nobody knows: they are told as such, and not sent twice.
import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, ftruncateSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs' // prettier-ignore
import { dirname } from 'node:path'
import { endOf, type CampaignRequest, type CampaignRow } from './campaign-sheet.js'
import { CommandFailure } from './output.js'
import { csvLine } from './sheet.js'

/** Rows before `end` may have been sent since then. */
interface Reservation {
  readonly end: number
  readonly atMs: number
}

interface State {
  readonly version: 1
  readonly id: string
  /** Of the sheet, the text and all else that is sent. */
  readonly fingerprint: string
  readonly startedAt: string
  /** Of the process that sends; 0 for none. */
  readonly pid: number
  /** Rows before it are settled. */
  readonly nextRow: number
  readonly reserved: readonly Reservation[]
  readonly accepted: number
  readonly segments: number
  readonly failed: number
  /** Octets of the sheet of failed rows that count. */
  readonly failedOctets: number
  readonly finishedAt?: string
}

/** What became of a request: the errors of rows that were not accepted, by their place in it. */
export interface Settled {
  readonly errors: ReadonlyMap<number, string>
}

interface Out {
  readonly request: CampaignRequest
  readonly sinceMs: number
  settled: Settled | undefined
}

/** Rows that are said to be out ahead of time, so that not every request waits for a disk. */
const AHEAD = 256
/** Less than a day, for which the switch knows a request again. */
const REPEAT_MS = 23 * 3_600_000

export class CampaignRecord {
  readonly #file: string
  readonly #failedFile: number
  readonly #wallMs: () => number
  #state: State
  /** Of the process before this one. */
  readonly #before: readonly Reservation[]
  /** In the order of their rows: they are settled in this order too. */
  readonly #out: Out[] = []
  #failed: string[] = []

  private constructor(file: string, state: State, failedFile: number, wallMs: () => number) {
    this.#file = file
    this.#state = state
    this.#before = state.reserved
    this.#failedFile = failedFile
    this.#wallMs = wallMs
  }

  /**
   * Begins a campaign or goes on with it.
   *
   * @param file of the state
   * @param names of the sheet's columns
   * @throws CommandFailure where the state is of another campaign, of one that is over, or of a process that runs
   */
  static open(
    file: string,
    fingerprint: string,
    names: readonly string[],
    wallMs: () => number,
    isAlive: (pid: number) => boolean = isRunning,
  ): CampaignRecord {
    const known = readState(file)
    if (known !== undefined) refuseOther(known, file, fingerprint, isAlive)
    const fresh: State = {
      ...{ version: 1, id: randomUUID(), fingerprint, startedAt: new Date(wallMs()).toISOString(), pid: process.pid },
      ...{ nextRow: 0, reserved: [], accepted: 0, segments: 0, failed: 0, failedOctets: 0 },
    }
    if (known === undefined) create(file, fresh)
    const failed = openFailed(failedOf(file), known, ['line', 'error', ...names])
    const state = { ...(known ?? fresh), pid: process.pid, failedOctets: failed.octets }
    const record = new CampaignRecord(file, state, failed.handle, wallMs)
    record.save()
    return record
  }

  get id(): string {
    return this.#state.id
  }

  get counts(): Pick<State, 'nextRow' | 'accepted' | 'segments' | 'failed' | 'startedAt'> {
    return this.#state
  }

  /** The same for the same rows, whenever they are sent. */
  keyOf({ rows }: CampaignRequest): string {
    return `campaign-${this.id}-${rows[0].row}-${rows[rows.length - 1]!.row}`
  }

  isSettled(request: CampaignRequest): boolean {
    return endOf(request) <= this.#state.nextRow
  }

  /** Before a request is sent the first time. In the order of rows. */
  reserve(request: CampaignRequest): void {
    this.#out.push({ request, sinceMs: this.#wallMs(), settled: undefined })
    const end = endOf(request)
    const { reserved } = this.#state
    if (end <= (reserved.at(-1)?.end ?? 0)) return
    const ahead = Math.max(end, request.rows[0].row + AHEAD)
    this.#state = { ...this.#state, reserved: [...reserved, { end: ahead, atMs: this.#wallMs() }] }
    this.save()
  }

  /** It may have been sent so long ago that the switch would take it for a new one. */
  isTooOld(request: CampaignRequest): boolean {
    const before = this.#before.find(({ end }) => request.rows[0].row < end)?.atMs
    const sinceMs = before ?? this.#out.find((one) => one.request === request)?.sinceMs
    return sinceMs !== undefined && this.#wallMs() - sinceMs > REPEAT_MS
  }

  /** Counts in memory, once all before it are settled; in the file with the next `save`. */
  settle(request: CampaignRequest, settled: Settled): void {
    const entry = this.#out.find((one) => one.request === request)
    if (entry !== undefined) entry.settled = settled
    while (this.#out[0]?.settled !== undefined) {
      const { request: first, settled: how } = this.#out.shift() as { request: CampaignRequest; settled: Settled }
      this.#count(first, how)
    }
  }

  /** Failed rows first: the state says how many octets of them count. */
  save(): void {
    this.#writeFailed()
    writeWhole(this.#file, this.#state)
  }

  /** @param isFinished all rows are settled */
  close(isFinished: boolean): void {
    const finished = isFinished ? { finishedAt: new Date(this.#wallMs()).toISOString() } : {}
    // What is not out any more needs no promise of it.
    const reserved = this.#out.length === 0 ? [] : this.#state.reserved
    this.#state = { ...this.#state, ...finished, reserved, pid: 0 }
    this.save()
    closeSync(this.#failedFile)
    if (this.#state.failed === 0) rmSync(failedOf(this.#file), { force: true })
  }

  #count(request: CampaignRequest, { errors }: Settled): void {
    const { accepted, segments, failed, reserved } = this.#state
    let more = 0
    request.rows.forEach((row, index) => {
      const error = errors.get(index)
      if (error === undefined) more += row.units
      else this.#failed.push(failedLine(row, error))
    })
    const nextRow = endOf(request)
    this.#state = {
      ...this.#state,
      nextRow,
      reserved: reserved.filter(({ end }) => end > nextRow),
      accepted: accepted + request.rows.length - errors.size,
      segments: segments + more,
      failed: failed + errors.size,
    }
  }

  #writeFailed(): void {
    if (this.#failed.length === 0) return
    const octets = Buffer.from(this.#failed.join(''))
    writeAll(this.#failedFile, octets, this.#state.failedOctets)
    fsyncSync(this.#failedFile)
    this.#state = { ...this.#state, failedOctets: this.#state.failedOctets + octets.length }
    this.#failed = []
  }
}

/** The sheet of rows that failed, beside the state. */
export function failedOf(stateFile: string): string {
  return stateFile.replace(/\.state$/, '.failed.csv')
}

function failedLine({ line, fields }: CampaignRow, error: string): string {
  return `${csvLine([String(line), error, ...fields])}\n`
}

function readState(file: string): State | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CommandFailure('noState', `${file} can't be read: ${(error as Error).message}`)
  }
  try {
    const state = JSON.parse(text) as State
    if (state.version === 1 && typeof state.id === 'string' && typeof state.nextRow === 'number') return state
  } catch {
    // As below.
  }
  throw new CommandFailure('noState', `${file} is no state of a campaign; put it away to begin anew`)
}

function refuseOther(state: State, file: string, fingerprint: string, isAlive: (pid: number) => boolean): void {
  if (state.fingerprint !== fingerprint)
    throw new CommandFailure(
      'otherCampaign',
      `${file} is of another campaign: the sheet, the text or an option was another. Put it away to begin anew: nothing tells then who was sent to`,
    )
  if (state.finishedAt !== undefined)
    throw new CommandFailure(
      'finished',
      `sent already, ended at ${state.finishedAt}; put ${file} away to send it again`,
    )
  if (state.pid !== 0 && state.pid !== process.pid && isAlive(state.pid))
    throw new CommandFailure('running', `process ${state.pid} is sending it, says ${file}; if that is another program, set its pid to 0`) // prettier-ignore
}

/** Exclusively: of two that begin at once one has the other's campaign, not one of its own. */
function create(file: string, state: State): void {
  const own = `${file}.${process.pid}`
  writeSynced(own, state)
  try {
    linkSync(own, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new CommandFailure('running', `another process has just begun it, says ${file}`)
    throw error
  } finally {
    rmSync(own, { force: true })
  }
  syncFolder(file)
}

function writeWhole(file: string, state: State): void {
  const own = `${file}.${process.pid}`
  writeSynced(own, state)
  renameSync(own, file)
  syncFolder(file)
}

function writeSynced(file: string, state: State): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    writeFileSync(handle, `${JSON.stringify(state)}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** The name is durable with its folder; not all systems let one open that. */
function syncFolder(file: string): void {
  let handle: number
  try {
    handle = openSync(dirname(file), 'r')
  } catch {
    return
  }
  try {
    fsyncSync(handle)
  } catch {
    // As above.
  } finally {
    closeSync(handle)
  }
}

/** What a crash left behind what counts is cut off. One that is not there any more begins anew. */
function openFailed(
  file: string,
  known: State | undefined,
  names: readonly string[],
): { handle: number; octets: number } {
  const octets = known === undefined || known.failed === 0 || !existsSync(file) ? 0 : known.failedOctets
  const handle = openSync(file, octets === 0 ? 'w+' : 'r+', 0o600)
  ftruncateSync(handle, octets)
  if (octets > 0) return { handle, octets }
  const head = Buffer.from(`${csvLine(names)}\n`)
  writeAll(handle, head, 0)
  return { handle, octets: head.length }
}

function writeAll(handle: number, octets: Buffer, from: number): void {
  for (let done = 0; done < octets.length;) done += writeSync(handle, octets, done, octets.length - done, from + done)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

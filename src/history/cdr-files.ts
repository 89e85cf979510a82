// The daily files of call detail records, as they are read: which there are, and their lines by filter and by page. Writes nothing.

import type { FileHandle } from 'node:fs/promises'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const NAME = /^cdr-(\d{4}-\d{2}-\d{2})\.jsonl$/
const LINE_END = 0x0a
const CHUNK_BYTES = 256 * 1024
const LINE_MAX_BYTES = 2 * 1024 * 1024

/** A UTC day in which records were written, and how many octets of them there are. */
export interface CdrDay {
  /** YYYY-MM-DD. */
  readonly day: string
  readonly bytes: number
}

/** What must be in a line, to the letter; undefined for anything. */
export interface CdrFilter {
  readonly customer?: string | undefined
  readonly account?: string | undefined
  /** Of the whole message, or of one of its parts. */
  readonly message?: string | undefined
}

export interface CdrPage {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Where to go on; undefined at the end of the day. A page may be empty and have more behind it. */
  readonly next: number | undefined
}

/** The name of the file that is written in the UTC day of this wall time. */
export function cdrFileAt(wallMs: number): string {
  return `cdr-${new Date(wallMs).toISOString().slice(0, 10)}.jsonl`
}

/** The day of a file, YYYY-MM-DD; undefined for a name that is not one of ours. */
export function dayOfFile(name: string): string | undefined {
  return NAME.exec(name)?.[1]
}

/** Names of the daily files of a folder, oldest first; none where there is no folder. */
export async function cdrFiles(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => NAME.test(name)).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** The days that there are files of, oldest first. */
export async function cdrDays(folder: string): Promise<readonly CdrDay[]> {
  const days: CdrDay[] = []
  for (const name of await cdrFiles(folder)) {
    try {
      days.push({ day: dayOfFile(name)!, bytes: (await stat(join(folder, name))).size })
    } catch (error) {
      // Removed in between.
      if (!isMissing(error)) throw error
    }
  }
  return days
}

/**
 * Lines of a day that pass the filter, as objects, in the order they were written. Records of the last moment may not be in a file yet.
 * @param day YYYY-MM-DD
 * @param from where to begin, octets: 0, or `next` of the page before
 * @param limits most rows of the page, and most octets that are looked at for it
 */
export async function readCdrDay(
  folder: string,
  day: string,
  filter: CdrFilter,
  from: number,
  limits: { readonly rows: number; readonly bytes: number },
): Promise<CdrPage> {
  const name = `cdr-${day}.jsonl`
  if (!NAME.test(name) || limits.rows < 1) return { rows: [], next: undefined }
  let file: FileHandle
  try {
    file = await open(join(folder, name), 'r')
  } catch (error) {
    if (isMissing(error)) return { rows: [], next: undefined }
    throw error
  }
  try {
    return await pageOf(file, passing(filter), Math.max(0, from), limits)
  } finally {
    await file.close()
  }
}

async function pageOf(
  file: FileHandle,
  passes: (line: string) => Readonly<Record<string, unknown>> | undefined,
  from: number,
  limits: { readonly rows: number; readonly bytes: number },
): Promise<CdrPage> {
  const rows: Readonly<Record<string, unknown>>[] = []
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  /** Where the octets of `buffer` begin in the file; whole lines before it have been looked at. */
  let position = from
  while (position - from < limits.bytes) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
    let start = 0
    for (;;) {
      const end = buffer.subarray(0, bytesRead).indexOf(LINE_END, start)
      if (end < 0) break
      const row = passes(buffer.toString('latin1', start, end))
      start = end + 1
      if (row === undefined) continue
      rows.push(row)
      if (rows.length >= limits.rows) return { rows, next: position + start }
    }
    position += start
    // What is behind the last line end is being written.
    if (bytesRead < buffer.length) return { rows, next: undefined }
    if (start > 0) continue
    if (buffer.length < LINE_MAX_BYTES) buffer = Buffer.allocUnsafe(buffer.length * 2)
    // No line of ours: its pieces are none either.
    else position += bytesRead
  }
  return { rows, next: position }
}

/** Gives the row of a line that passes. Most lines of a day do not: they are told by their text, before anything is parsed. */
function passing(filter: CdrFilter): (line: string) => Readonly<Record<string, unknown>> | undefined {
  const { customer, account, message } = filter
  const needles = [customer, account, message]
    .filter((value) => value !== undefined)
    .map((value) => JSON.stringify(value))
    // Written another way in the line, perhaps: then only parsing tells.
    .filter((text) => /^"[\x20-\x7e]*"$/.test(text) && !text.includes('\\'))
  return (line) => {
    for (const needle of needles) if (!line.includes(needle)) return undefined
    let row: Readonly<Record<string, unknown>>
    try {
      row = JSON.parse(line) as Readonly<Record<string, unknown>>
    } catch {
      // Not one of ours.
      return undefined
    }
    if (customer !== undefined && row.customer !== customer) return undefined
    if (account !== undefined && row.account !== account) return undefined
    if (message !== undefined && row.message !== message && row.id !== message) return undefined
    return row
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

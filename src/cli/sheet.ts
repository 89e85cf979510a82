// CSV sheets that commands take: read from a file, its first line the names of the columns. What the columns mean is the command's.
import { readFileSync } from 'node:fs'
import { csvRecords, type CsvFault } from '../money/csv.js'
import { describeSheetMistake, type SheetMistake } from '../money/rate-sheet.js'
import { CommandFailure } from './output.js'

export interface SheetLine {
  /** From 1, as an editor counts. */
  readonly line: number
  /** As many as there are names. */
  readonly fields: readonly string[]
}

export interface Sheet {
  readonly names: readonly string[]
  /** From the first after the names on; those that cannot be read are told instead. */
  lines(): Iterable<SheetLine | SheetMistake>
}

/** A sheet with bad lines. */
export class BadSheet extends CommandFailure {
  readonly mistakes: readonly SheetMistake[]

  constructor(message: string, mistakes: readonly SheetMistake[]) {
    super('invalidSheet', `${message}${listed(mistakes)}`)
    this.mistakes = mistakes
  }
}

const LINE_MAX = 10_000
/** More than a person reads at once. */
const LISTED_MAX = 1000
const faults: Readonly<Record<CsvFault, string>> = {
  textAfterQuote: 'a separator after a closing quote',
  openQuote: 'a quote that closes',
  tooLong: `a line of ${LINE_MAX} characters at most`,
}

/** @throws CommandFailure where it can't be read or is no UTF-8: half of a name would go to phones */
export function readSheetText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    const why = error instanceof TypeError ? 'it is not UTF-8' : error instanceof Error ? error.message : String(error)
    throw new CommandFailure('noSheet', `the sheet can't be read: ${why}`)
  }
}

/** @throws BadSheet where the first line is none */
export function openSheet(text: string): Sheet {
  const first = csvRecords(text, LINE_MAX).next()
  const names =
    first.done !== true && first.value.kind === 'record' ? first.value.fields.map((name) => name.trim()) : []
  if (names.length === 0)
    throw new BadSheet('the sheet has no columns', [
      { line: 1, column: '', value: '', expected: 'a first line with the names of the columns' },
    ])
  return { names, lines: () => linesOf(text, names.length) }
}

export function isMistake(line: SheetLine | SheetMistake): line is SheetMistake {
  return 'expected' in line
}

/** Each on a line of its own, a line end before it. */
export function listed(mistakes: readonly SheetMistake[]): string {
  const more = mistakes.length - LISTED_MAX
  const lines = mistakes.slice(0, LISTED_MAX).map((mistake) => `\n  ${describeSheetMistake(mistake)}`)
  return `${lines.join('')}${more > 0 ? `\n  … and ${more} more` : ''}`
}

/** A line of CSV, without its end. */
export function csvLine(fields: readonly string[]): string {
  return fields.map((field) => (/[",;\t\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')
}

function* linesOf(text: string, width: number): Generator<SheetLine | SheetMistake> {
  let isFirst = true
  for (const record of csvRecords(text, LINE_MAX)) {
    const { line } = record
    if (isFirst) isFirst = false
    else if (record.kind === 'broken')
      yield { line, column: '', value: `column ${record.column}`, expected: faults[record.why] }
    else if (record.fields.length !== width) {
      const value = `${record.fields.length} fields`
      yield { line, column: '', value, expected: `${width} fields, as many as the first line has` }
    } else yield { line, fields: record.fields }
  }
}

// Rate sheets: CSV text into rates, with every bad line named. It stores nothing: a dry run is reading without using the result.

import { nearest } from '../lib/nearest.js'
import { formatAmount, parseAmount, PRICE_MAX } from './amount.js'
import { csvRecords, type CsvFault } from './csv.js'
import { DESTINATION_FORMS, formatDestination, parseDestination } from './destination.js'
import { momentOf } from './moment.js'
import { PREFERENCE_MAX, rateDefaults, WEIGHT_MAX, type Rate } from './tariff.js'

export interface SheetMistake {
  /** From 1, as an editor counts. */
  readonly line: number
  /** The name of the column, or '' where the line as a whole is meant. */
  readonly column: string
  readonly value: string
  /** What would be right. */
  readonly expected: string
}

export interface RateSheet {
  /** Of the good lines. Not to be used where there are mistakes, unless somebody says so. */
  readonly rates: readonly Rate[]
  /** The first 1,000 of them, by line. */
  readonly mistakes: readonly SheetMistake[]
  /** How many there are in all. */
  readonly mistakeCount: number
  /** Columns with names that mean nothing here. */
  readonly ignored: readonly string[]
}

export interface SheetLimits {
  /** Lines with rates; what comes after is one mistake. */
  readonly maxRates: number
  /** Characters of a line. */
  readonly maxLineLength: number
}

export const sheetLimits: SheetLimits = { maxRates: 1_000_000, maxLineLength: 10_000 }

/** Lines between two yields: about a millisecond. */
const SLICE = 250
const VALUE_SHOWN = 80
/** More than a person reads at once: a sheet of another form has a mistake in each of half a million lines. */
const MISTAKES_LISTED = 1000

const columns = [
  'destination',
  'price',
  'effectiveFrom',
  'preference',
  'routeCategory',
  'huntstop',
  'forbidden',
  'weight',
] as const
type Column = (typeof columns)[number]
/** `Effective from`, `effective_from` and `effectiveFrom` are one column. */
const byName = new Map(columns.map((column) => [plain(column), column] as const))
const required: readonly Column[] = ['destination', 'price']

type Header = Partial<Record<Column, number>>

/** Reads a sheet whose first line names the columns. Yields every few hundred lines: let other work go on there. */
export function* readRateSheet(text: string, limits: SheetLimits = sheetLimits): Generator<void, RateSheet> {
  const records = csvRecords(text, limits.maxLineLength)
  const mistakes = new Mistakes()
  const first = records.next()
  if (first.done === true) return onlyMistake(1, '', 'a first line with the names of the columns')
  if (first.value.kind === 'broken') return onlyMistake(1, '', faults[first.value.why])
  const { header, ignored } = readHeader(first.value.fields, mistakes)
  if (mistakes.count > 0) return { rates: [], mistakes: mistakes.listed, mistakeCount: mistakes.count, ignored }
  const width = first.value.fields.length
  const sheet = new Sheet(header, mistakes)
  let lines = 0
  for (const record of records) {
    if (lines === limits.maxRates) {
      mistakes.add(record.line, '', '', `at most ${limits.maxRates} rates`)
      break
    }
    if (record.kind === 'broken') mistakes.add(record.line, '', `column ${record.column}`, faults[record.why])
    else if (record.fields.length !== width)
      mistakes.add(record.line, '', `${record.fields.length} fields`, `${width} fields, as many as the first line has`)
    else sheet.add(record.line, record.fields)
    if (++lines % SLICE === 0) yield
  }
  return { rates: sheet.rates, mistakes: mistakes.listed, mistakeCount: mistakes.count, ignored }
}

/** One line: `line 3: preference: expects a whole number from 0 to 10, not "11"`. */
export function describeSheetMistake({ line, column, value, expected }: SheetMistake): string {
  const where = column === '' ? `line ${line}` : `line ${line}: ${column}`
  return value === '' ? `${where}: expects ${expected}` : `${where}: expects ${expected}, not ${JSON.stringify(value)}`
}

const faults: Readonly<Record<CsvFault, string>> = {
  textAfterQuote: 'a separator after a closing quote',
  openQuote: 'a quote that closes',
  tooLong: 'a shorter line',
}

function onlyMistake(line: number, column: string, expected: string): RateSheet {
  return { rates: [], mistakes: [{ line, column, value: '', expected }], mistakeCount: 1, ignored: [] }
}

/** What is wrong, as far as somebody will read it. */
class Mistakes {
  readonly listed: SheetMistake[] = []
  count = 0

  add(line: number, column: string, value: string, expected: string): void {
    if (++this.count > MISTAKES_LISTED) return
    this.listed.push({ line, column, value: value.slice(0, VALUE_SHOWN), expected })
  }
}

function readHeader(names: readonly string[], mistakes: Mistakes): { header: Header; ignored: string[] } {
  const header: Header = {}
  const ignored: string[] = []
  names.forEach((name, index) => {
    const column = byName.get(plain(name))
    if (column === undefined) ignored.push(name)
    else if (header[column] !== undefined) mistakes.add(1, column, name, 'each column once')
    else header[column] = index
  })
  // A column that nearly has a known name is a slip, and its values must not be dropped in silence.
  for (const name of ignored) {
    const meant = nearest(plain(name), byName.keys())
    const column = meant === undefined ? undefined : byName.get(meant)
    if (column !== undefined && header[column] === undefined)
      mistakes.add(1, name.slice(0, VALUE_SHOWN), name, `the column ${column}`)
  }
  for (const column of required)
    if (header[column] === undefined) mistakes.add(1, column, '', `a column ${column}, among ${columns.join(', ')}`)
  return { header, ignored }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '')
}

class Sheet {
  readonly rates: Rate[] = []
  readonly #header: Header
  readonly #mistakes: Mistakes
  /** The line of each destination and moment. */
  readonly #lines = new Map<string, number>()

  constructor(header: Header, mistakes: Mistakes) {
    this.#header = header
    this.#mistakes = mistakes
  }

  add(line: number, fields: readonly string[]): void {
    const before = this.#mistakes.count
    const read = <T>(column: Column, parse: (text: string) => T | undefined, unset: T, expected: string): T => {
      const index = this.#header[column]
      const text = index === undefined ? '' : fields[index]!.trim()
      if (text === '' && !required.includes(column)) return unset
      const value = parse(text)
      if (value !== undefined) return value
      this.#mistakes.add(line, column, text, expected)
      return unset
    }
    const rate: Rate = {
      destination: read('destination', destinationOf, '', DESTINATION_FORMS),
      priceMicros: read('price', priceOf, 0, PRICE_EXPECTED),
      effectiveFromMs: read('effectiveFrom', momentOf, rateDefaults.effectiveFromMs, MOMENT_EXPECTED),
      preference: read('preference', preferenceOf, rateDefaults.preference, wholeUpTo(PREFERENCE_MAX)),
      routeCategory: read('routeCategory', categoryOf, rateDefaults.routeCategory, CATEGORY_EXPECTED),
      huntstop: read('huntstop', flagOf, rateDefaults.huntstop, FLAG_EXPECTED),
      forbidden: read('forbidden', flagOf, rateDefaults.forbidden, FLAG_EXPECTED),
      weight: read('weight', weightOf, rateDefaults.weight, wholeUpTo(WEIGHT_MAX)),
    }
    if (this.#mistakes.count > before) return
    const key = `${rate.destination}@${rate.effectiveFromMs}`
    const earlier = this.#lines.get(key)
    if (earlier !== undefined) {
      const expected = `a destination and moment that line ${earlier} does not have`
      this.#mistakes.add(line, 'destination', rate.destination, expected)
      return
    }
    this.#lines.set(key, line)
    this.rates.push(rate)
  }
}

const PRICE_EXPECTED = `a decimal number such as 0.0045, at most 6 decimals and ${formatAmount(PRICE_MAX)}`
const MOMENT_EXPECTED = 'a day such as 2027-01-31 or a moment such as 2027-01-31T12:00:00Z, in UTC'
const CATEGORY_EXPECTED = 'a name of up to 64 characters'
const FLAG_EXPECTED = 'yes or no'

function wholeUpTo(most: number): string {
  return `a whole number from 0 to ${most}`
}

function destinationOf(text: string): string | undefined {
  // A leading + is how people write the same number.
  const destination = parseDestination(/^\+[0-9]/.test(text) ? text.slice(1) : text)
  return destination === undefined ? undefined : formatDestination(destination)
}

function priceOf(text: string): number | undefined {
  const micros = parseAmount(text)
  return micros === undefined || micros < 0 || micros > PRICE_MAX ? undefined : micros
}

function preferenceOf(text: string): number | undefined {
  return wholeOf(text, PREFERENCE_MAX)
}

function weightOf(text: string): number | undefined {
  return wholeOf(text, WEIGHT_MAX)
}

function wholeOf(text: string, most: number): number | undefined {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Infinity
  return value <= most ? value : undefined
}

function categoryOf(text: string): string | undefined {
  return text.length <= 64 ? text : undefined
}

const flags = new Map([
  ['yes', true],
  ['no', false],
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
])

function flagOf(text: string): boolean | undefined {
  return flags.get(text.toLowerCase())
}

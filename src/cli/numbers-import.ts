// `smswitch numbers import FILE.csv`: numbers of the operator into a running switch, and into its number pools; every bad line is told.
import { numberColumns, plainNumber, type NumberColumn, type NumberLine } from '../admin/number-lines.js'
import { nearest } from '../lib/nearest.js'
import type { SheetMistake } from '../money/rate-sheet.js'
import { ChangeRefused, clientOptions, createAsk, type Ask } from './api-client.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, type Output } from './output.js'
import { progressOf } from './progress.js'
import { BadSheet, isMistake, listed, openSheet, readSheetText, type Sheet } from './sheet.js'

const options = {
  ...clientOptions,
  'dry-run': { kind: 'flag', doc: 'only say what would change' },
  'skip-bad': { kind: 'flag', doc: 'leave bad lines out; without it one bad line is enough and nothing changes' },
} as const satisfies CommandSpec['options']

/** As many as the switch keeps in one step. */
const SLICE = 1000
const LINES_MAX = 2_000_000

interface Counts {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
}

interface Answer extends Counts {
  readonly mistakes: readonly { readonly index: number; readonly column: string; readonly value: string; readonly expected: string }[] // prettier-ignore
}

interface Read {
  readonly line: number
  readonly number: NumberLine
}

export const numbersImportCommand = {
  name: 'numbers import',
  summary: 'Takes the operator\u2019s numbers from a CSV sheet: to be rented, with their owners, or in number pools.',
  options,
  arguments: ['FILE'],
  async run(values: OptionValues<typeof options>, output: Output, args: readonly string[]): Promise<number> {
    const ask = createAsk(values, process.env)
    const { numbers, mistakes, ignored } = readNumbers(openSheet(readSheetText(args[0] ?? '')))
    const { 'dry-run': dryRun, 'skip-bad': skipBad } = values
    const progress = progressOf(output, 'numbers', numbers.length * (dryRun ? 1 : 2))
    try {
      const checked = await send(ask, numbers, 'dryRun=true&skipBad=true', (done) => progress.show(done, 'checking'))
      const bad = [...mistakes, ...checked.mistakes].sort((a, b) => a.line - b.line)
      if (bad.length > 0 && !skipBad) {
        progress.end()
        throw new BadSheet(`the sheet has ${bad.length} mistake(s); nothing was changed`, bad)
      }
      const wrong = new Set(checked.mistakes.map(({ line }) => line))
      const going = wrong.size === 0 ? numbers : numbers.filter(({ line }) => !wrong.has(line))
      const at = numbers.length
      const made = dryRun
        ? checked
        : await send(ask, going, `skipBad=${String(skipBad)}`, (done) => progress.show(at + done, 'importing'))
      progress.end()
      // What went wrong since it was checked.
      const all = dryRun ? bad : [...bad, ...made.mistakes]
      print(output, made, all, ignored, dryRun)
      return exitCodes.done
    } catch (error) {
      progress.end()
      throw error
    }
  },
}

function print(
  output: Output,
  { added, changed, unchanged }: Counts,
  mistakes: readonly SheetMistake[],
  ignored: readonly string[],
  dryRun: boolean,
): void {
  const would = dryRun ? 'would be ' : ''
  const left =
    mistakes.length === 0 ? '' : `\n${mistakes.length} mistake(s), whose lines are left out:${listed(mistakes)}`
  const columns = ignored.length === 0 ? '' : `\nnot looked at: the columns ${ignored.join(', ')}`
  output.print(`${would}added ${added}, changed ${changed}, unchanged ${unchanged}${left}${columns}`, {
    ...{ dryRun, added, changed, unchanged, mistakes, ignored },
  })
}

/** Slice by slice. Each is kept whole or not at all; the same sheet again goes on where it ended. */
async function send(
  ask: Ask,
  numbers: readonly Read[],
  query: string,
  onDone: (done: number) => void,
): Promise<Counts & { readonly mistakes: readonly SheetMistake[] }> {
  const sum = { added: 0, changed: 0, unchanged: 0, mistakes: [] as SheetMistake[] }
  for (let from = 0; from < numbers.length; from += SLICE) {
    const slice = numbers.slice(from, from + SLICE)
    const body = JSON.stringify({ numbers: slice.map(({ number }) => number) })
    const headers = { 'content-type': 'application/json' }
    const answer = await ask<Answer>(`/v1/numbers?${query}`, { method: 'POST', body }, headers).catch(
      (error: unknown) => {
        throw from > 0 && error instanceof CommandFailure ? interrupted(error, sum) : error
      },
    )
    sum.added += answer.added
    sum.changed += answer.changed
    sum.unchanged += answer.unchanged
    for (const { index, ...mistake } of answer.mistakes) sum.mistakes.push({ line: slice[index]!.line, ...mistake })
    onDone(Math.min(from + SLICE, numbers.length))
  }
  return sum
}

function interrupted(error: CommandFailure, { added, changed }: Counts): CommandFailure {
  if (added + changed === 0) return error
  const message = `${error.message}\n${added + changed} numbers before that were imported; the same again goes on from there`
  return error instanceof ChangeRefused
    ? new ChangeRefused(error.code, message, error.mistakes)
    : new CommandFailure(error.code, message)
}

interface ReadSheet {
  readonly numbers: readonly Read[]
  readonly mistakes: readonly SheetMistake[]
  readonly ignored: readonly string[]
}

/** The lines of a sheet in columns that the switch knows. @throws BadSheet where its first line has mistakes */
function readNumbers(sheet: Sheet): ReadSheet {
  const { columns, ignored } = columnsOf(sheet.names)
  const numbers: Read[] = []
  const mistakes: SheetMistake[] = []
  const lines = new Map<string, number>()
  for (const line of sheet.lines()) {
    if (isMistake(line)) {
      mistakes.push(line)
      continue
    }
    if (numbers.length === LINES_MAX) throw new BadSheet('the sheet is too long', [{ line: line.line, column: '', value: '', expected: `at most ${LINES_MAX} numbers` }]) // prettier-ignore
    const number = Object.fromEntries(columns.map(([column, index]) => [column, line.fields[index]!.trim()]))
    const digits = plainNumber(number['number'] ?? '')
    const earlier = lines.get(digits)
    if (earlier === undefined) {
      lines.set(digits, line.line)
      numbers.push({ line: line.line, number })
    } else {
      const expected = `a number that line ${earlier} does not have`
      mistakes.push({ line: line.line, column: 'number', value: number['number'] ?? '', expected })
    }
  }
  return { numbers, mistakes, ignored }
}

/** What else columns are called. */
const alike: Readonly<Record<string, NumberColumn>> = {
  region: 'area',
  account: 'owner',
  rental: 'price',
  numberpool: 'pool',
  powerpack: 'pool',
}
const byName = new Map<string, NumberColumn>([
  ...(Object.keys(numberColumns) as NumberColumn[]).map((column) => [plain(column), column] as const),
  ...Object.entries(alike),
])

function columnsOf(names: readonly string[]): {
  readonly columns: readonly (readonly [NumberColumn, number])[]
  readonly ignored: readonly string[]
} {
  const found = new Map<NumberColumn, number>()
  const ignored: string[] = []
  const mistakes: SheetMistake[] = []
  const wrong = (value: string, expected: string): unknown =>
    mistakes.push({ line: 1, column: value.slice(0, 80), value, expected })
  names.forEach((name, index) => {
    const column = byName.get(plain(name))
    if (column === undefined) ignored.push(name)
    else if (found.has(column)) wrong(name, 'each column once')
    else found.set(column, index)
  })
  // A column that nearly has a known name is a slip, and its values must not be dropped in silence.
  for (const name of ignored) {
    const meant = byName.get(nearest(plain(name), byName.keys()) ?? '')
    if (meant !== undefined && !found.has(meant)) wrong(name, `the column ${meant}`)
  }
  if (!found.has('number')) wrong('', `a column number, among ${Object.keys(numberColumns).join(', ')}`)
  if (mistakes.length > 0) throw new BadSheet('the first line of the sheet is wrong; nothing was changed', mistakes)
  return { columns: [...found], ignored }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '')
}

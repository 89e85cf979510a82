// `smswitch numbers list|remove`: the numbers of a running switch, by its admin API.
import { numberColumns } from '../admin/number-lines.js'
import { clientOptions, createAsk } from './api-client.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, type Output } from './output.js'
import { progressOf } from './progress.js'
import { csvLine, isMistake, openSheet, readSheetText } from './sheet.js'

const listOptions = {
  ...clientOptions,
  owner: { kind: 'text', value: 'ID', doc: 'only those of this account' },
  free: { kind: 'flag', doc: 'only those that can be rented' },
  country: { kind: 'text', value: 'XX', doc: 'only those of this country' },
  type: { kind: 'text', words: ['local', 'mobile', 'tollfree', 'shortcode'], doc: 'only those of this type' },
} as const satisfies CommandSpec['options']

const removeOptions = {
  ...clientOptions,
  owned: { kind: 'flag', doc: 'also those that an account has; a provider gets its own back' },
  'dry-run': { kind: 'flag', doc: 'only say what would be removed' },
} as const satisfies CommandSpec['options']

type Listed = Readonly<Record<string, string>>

interface Removed {
  readonly removed: number
  readonly unknown: readonly string[]
  readonly owned: readonly { readonly number: string; readonly owner: string }[]
  readonly givenBack: number
  readonly notGivenBack: readonly { readonly number: string; readonly why: string }[]
  readonly stillRented: readonly { readonly number: string; readonly provider: string }[]
}

const PAGE = 1000
const REMOVED_AT_ONCE = 500
/** Each may be one that a provider is asked to take back. */
const OWNED_AT_ONCE = 20

export const numbersListCommand = {
  name: 'numbers list',
  summary: 'Lists numbers as the CSV that import takes, with the pool that each is in.',
  options: listOptions,
  async run(values: OptionValues<typeof listOptions>, output: Output): Promise<number> {
    const { owner, free, country, type } = values
    if (free && owner !== undefined) throw new CommandFailure('wrongUsage', 'give --owner or --free, not both')
    const ask = createAsk(values, process.env)
    const wish = { ...(free ? { owner: '' } : owner !== undefined && { owner }), ...(country !== undefined && { country }), ...(type !== undefined && { type }) } // prettier-ignore
    const numbers: Listed[] = []
    for (let after: number | undefined = 0; after !== undefined;) {
      const query = new URLSearchParams({ ...wish, limit: String(PAGE), after: String(after) })
      const page: { readonly numbers: readonly Listed[]; readonly next?: number } = await ask(
        `/v1/numbers?${query.toString()}`,
      )
      numbers.push(...page.numbers)
      after = page.next
    }
    const columns = [...Object.keys(numberColumns), 'quarantine']
    const used = columns.filter((column) => column === 'number' || numbers.some((row) => (row[column] ?? '') !== ''))
    const lines = numbers.map((row) => csvLine(used.map((column) => row[column] ?? '')))
    output.print([csvLine(used), ...lines].join('\n'), { numbers })
    return exitCodes.done
  },
}

export const numbersRemoveCommand = {
  name: 'numbers remove',
  summary: 'Removes numbers, with commas between them, or those of the first column of a sheet as @FILE.',
  options: removeOptions,
  arguments: ['NUMBERS'],
  async run(values: OptionValues<typeof removeOptions>, output: Output, args: readonly string[]): Promise<number> {
    const ask = createAsk(values, process.env)
    const { owned, 'dry-run': dryRun } = values
    const numbers = numbersOf(args[0] ?? '')
    const progress = progressOf(output, 'numbers', numbers.length)
    let removed = 0
    const unknown: string[] = []
    const kept: Removed['owned'][number][] = []
    let givenBack = 0
    const notGivenBack: Removed['notGivenBack'][number][] = []
    const stillRented: Removed['stillRented'][number][] = []
    const atOnce = owned ? OWNED_AT_ONCE : REMOVED_AT_ONCE
    for (let from = 0; from < numbers.length; from += atOnce) {
      const body = JSON.stringify({ numbers: numbers.slice(from, from + atOnce), owned })
      const init = { method: 'POST', body }
      const headers = { 'content-type': 'application/json' }
      const answer = await ask<Removed>(`/v1/numbers/remove?dryRun=${String(dryRun)}`, init, headers)
      removed += answer.removed
      unknown.push(...answer.unknown)
      kept.push(...answer.owned)
      givenBack += answer.givenBack
      notGivenBack.push(...answer.notGivenBack)
      stillRented.push(...answer.stillRented)
      progress.show(Math.min(numbers.length, from + atOnce))
    }
    progress.end()
    const lines = [
      `${dryRun ? 'would be ' : ''}removed ${removed}${givenBack > 0 ? `, of which ${givenBack} to their provider` : ''}`,
      ...unknown.map((number) => `  ${number}: there is no such number`),
      ...kept.map(({ number, owner }) => `  ${number}: ${owner} has it; --owned takes it away`),
      ...notGivenBack.map(({ number, why }) => `  ${number}: not given back to its provider: ${why}`),
      ...stillRented.map(
        ({ number, provider }) => `  ${number}: its rent goes on at ${provider}, which is not asked here`,
      ),
    ]
    output.print(lines.join('\n'), { dryRun, removed, unknown, owned: kept, givenBack, notGivenBack, stillRented })
    return unknown.length + kept.length + notGivenBack.length === 0 ? exitCodes.done : exitCodes.failed
  },
}

function numbersOf(given: string): readonly string[] {
  if (!given.startsWith('@')) return given.split(',').filter((number) => number.trim() !== '')
  const sheet = openSheet(readSheetText(given.slice(1)))
  const numbers: string[] = []
  // A list without names begins with a number.
  if (/[0-9]/.test(sheet.names[0] ?? '')) numbers.push(sheet.names[0]!)
  for (const line of sheet.lines()) {
    if (isMistake(line)) throw new CommandFailure('invalidSheet', `line ${line.line}: expects ${line.expected}`)
    numbers.push(line.fields[0]!)
  }
  return numbers
}

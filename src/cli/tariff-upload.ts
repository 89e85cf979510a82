// `smswitch tariff upload FILE.csv`: the rates of a tariff of a running switch from a CSV sheet; every bad line is told.
import { readFileSync } from 'node:fs'
import { ChangeRefused, clientOptions, createAsk } from './api-client.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, type Output } from './output.js'

const options = {
  ...clientOptions,
  tariff: { kind: 'text', value: 'ID', doc: 'the tariff; it must be there', required: true },
  merge: { kind: 'flag', doc: 'put the rates over those that are there; without it they are replaced' },
  'dry-run': { kind: 'flag', doc: 'only say what would change' },
} as const satisfies CommandSpec['options']

interface Uploaded {
  readonly action: string
  readonly revision: number
  readonly rates: number
  readonly fieldCount?: number
  readonly ignored: readonly string[]
}

export const tariffUploadCommand = {
  name: 'tariff upload',
  summary: 'Takes the rates of a tariff from a CSV sheet, all of them or nothing.',
  options,
  arguments: ['FILE'],
  async run(values: OptionValues<typeof options>, output: Output, args: readonly string[]): Promise<number> {
    const ask = createAsk(values, process.env)
    const path = `/v1/directory/tariffs/${encodeURIComponent(values.tariff)}/rates?dryRun=${String(values['dry-run'])}`
    const init = { method: values.merge ? 'PATCH' : 'PUT', body: textOf(args[0] ?? '') }
    const uploaded = await ask<Uploaded>(path, init, { 'content-type': 'text/csv' }).catch((error: unknown) => {
      throw error instanceof ChangeRefused && error.mistakes.length > 0 ? withLines(error) : error
    })
    const { action, revision, rates, fieldCount = 0, ignored } = uploaded
    const changed = action === 'unchanged' ? 'nothing to change' : `${fieldCount} difference(s)`
    const so = values['dry-run'] ? 'would have' : `now revision ${revision}:`
    const left = ignored.length === 0 ? '' : `\nnot looked at: the columns ${ignored.join(', ')}`
    output.print(`${so} ${rates} rates, ${changed}${left}`, uploaded)
    return exitCodes.done
  },
}

function withLines(refused: ChangeRefused): ChangeRefused {
  const mistakes = refused.mistakes as readonly { readonly words?: string; readonly expected: string }[]
  const lines = mistakes.map(({ words, expected }) => `\n  ${words ?? expected}`)
  return new ChangeRefused(refused.code, `${refused.message}${lines.join('')}`, refused.mistakes)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandFailure('noSheet', `the sheet can't be read: ${why}`)
  }
}

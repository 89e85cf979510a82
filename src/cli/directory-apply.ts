// `smswitch directory apply|diff FILE`: makes the directory of a running switch as a file has it, or says what that would change.
import { readFileSync } from 'node:fs'
import type { FieldDifference } from '../directory/change-difference.js'
import { readObjects, type FileObjects } from '../directory/change-file.js'
import type { ObjectReport } from '../directory/change.js'
import { describeDirectoryMistake, type DirectoryMistake } from '../directory/mistake.js'
import type { CommandSpec, OptionValues } from './args.js'
import { ChangeRefused, clientOptions } from './api-client.js'
import { createClient, type ChangesOutcome } from './directory-client.js'
import { CommandFailure, exitCodes, type Output } from './output.js'
import { DirectoryError } from './read-directory.js'

const pruneOption = {
  prune: { kind: 'flag', doc: 'also remove what the file does not have; without it, it stays' },
} as const satisfies CommandSpec['options']

const diffOptions = { ...clientOptions, ...pruneOption } as const
const applyOptions = {
  ...diffOptions,
  'dry-run': { kind: 'flag', doc: 'only say what would change, as diff does' },
} as const satisfies CommandSpec['options']

/** One atomic batch; what changed meanwhile is not overwritten. */
export const directoryApplyCommand = {
  name: 'directory apply',
  summary: 'Changes the directory of a running switch to what a file has, all of it or nothing.',
  options: applyOptions,
  arguments: ['FILE'],
  run: (values: OptionValues<typeof applyOptions>, output: Output, args: readonly string[]): Promise<number> =>
    send(args[0] ?? '', values, values['dry-run'], output),
}

export const directoryDiffCommand = {
  name: 'directory diff',
  summary: 'Shows what apply would change in the directory of a running switch, field by field, without secrets.',
  options: diffOptions,
  arguments: ['FILE'],
  run: (values: OptionValues<typeof diffOptions>, output: Output, args: readonly string[]): Promise<number> =>
    send(args[0] ?? '', values, true, output),
}

async function send(
  file: string,
  values: OptionValues<typeof diffOptions>,
  dryRun: boolean,
  output: Output,
): Promise<number> {
  const client = createClient(values, process.env)
  const read = readFile(file)
  const { revision } = await client.summary()
  const changes = read.objects.map(({ kind, id, row }) => ({ kind, id, row }))
  const outcome = await client
    .change({ changes, prune: values.prune }, { ifRevision: revision, dryRun })
    .catch((error: unknown) => {
      throw error instanceof ChangeRefused && error.mistakes.length > 0 ? placed(error, read, file) : error
    })
  const changed = outcome.changes.filter(({ action }) => action !== 'unchanged')
  output.print(printed(changed, outcome), { ...outcome, changes: changed })
  return exitCodes.done
}

type ReadFile = Extract<FileObjects, { readonly kind: 'objects' }>

function readFile(file: string): ReadFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandFailure(
      'noDirectory',
      `the file can't be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const read = readObjects(text, file, process.env)
  if (read.kind === 'objects') return read
  throw failureOf(read.mistakes)
}

/** The switch names objects and fields; here they get a line of the file. What it finds in other objects has none. */
function placed(refused: ChangeRefused, read: ReadFile, file: string): DirectoryError {
  const names = new Set(read.objects.map(({ kind, id }) => `${kind}/${id}`))
  return failureOf(
    refused.mistakes.map(({ kind, id, path, ...rest }): DirectoryMistake => {
      const object = `${kind}/${id}`
      const place = names.has(object) ? read.placeOf(kind, id, path) : { line: 0, column: 0 }
      return {
        file: names.has(object) ? file : 'the switch',
        ...place,
        path: path === '' ? object : `${object} ${path}`,
        ...rest,
      }
    }),
  )
}

function failureOf(mistakes: readonly DirectoryMistake[]): DirectoryError {
  const lines = mistakes.map((mistake) => `  ${describeDirectoryMistake(mistake)}`)
  return new DirectoryError(`${mistakes.length} mistake(s), nothing was changed:\n${lines.join('\n')}`, mistakes)
}

const signs = { create: '+', update: '~', delete: '-', unchanged: '=' } as const

function printed(changed: readonly ObjectReport[], { revision, dryRun, changes }: ChangesOutcome): string {
  const lines = changed.flatMap((report) => {
    const { action, kind, id, fields = [], fieldCount = 0, warnings = [] } = report
    const more = fieldCount > fields.length ? [`    … and ${fieldCount - fields.length} more`] : []
    const warned = warnings.map(({ path, expected }) => `    warning: ${path}: expects ${expected}`)
    return [`${signs[action]} ${kind}/${id}`, ...fields.map(printedField), ...more, ...warned]
  })
  const counts = (['create', 'update', 'delete', 'unchanged'] as const).map(
    (action) => `${changes.filter((report) => report.action === action).length} ${words[action]}`,
  )
  const what =
    changed.length === 0 ? 'nothing to change' : dryRun ? 'would change' : `changed, now revision ${revision}`
  return [...lines, `${what}: ${counts.join(', ')}`].join('\n')
}

const words = { create: 'new', update: 'changed', delete: 'removed', unchanged: 'unchanged' } as const

function printedField(field: FieldDifference): string {
  const side = (value: unknown): string => JSON.stringify(value)
  if (!('before' in field)) return `    ${field.path}: + ${side(field.after)}`
  if (!('after' in field)) return `    ${field.path}: - ${side(field.before)}`
  return `    ${field.path}: ${side(field.before)} → ${side(field.after)}`
}

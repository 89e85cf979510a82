// Subcommands and their options, declared once: parsed, checked, explained. It runs nothing and prints nothing.
import { parseArgs } from 'node:util'
import { nearest } from '../lib/nearest.js'

/** One option. `value` names its argument in the usage text; without `kind` it is text. */
export interface OptionSpec {
  readonly kind: 'text' | 'number' | 'flag' | 'texts'
  readonly doc: string
  readonly value?: string
  readonly required?: true
  /** Acceptable words, for `text`. */
  readonly words?: readonly string[]
  /** Bounds, for `number`: a whole number. */
  readonly min?: number
  readonly max?: number
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

interface ValueOf {
  readonly text: string
  readonly number: number
  readonly flag: boolean
  readonly texts: readonly string[]
}

type IsSure<Spec extends OptionSpec> = Spec extends { required: true } | { kind: 'flag' | 'texts' } ? true : false

/** What a command gets of its options: flags and lists always have a value, others may be missing. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: IsSure<Specs[Name]> extends true
    ? ValueOf[Specs[Name]['kind']]
    : ValueOf[Specs[Name]['kind']] | undefined
}

/** A subcommand; a name of several words (`sim vendor`) is a group's member. Options are named as on the command line. */
export interface CommandSpec<Specs extends OptionSpecs = OptionSpecs> {
  readonly name: string
  readonly summary: string
  readonly options: Specs
  /** Names of arguments without `--`, all needed. */
  readonly arguments?: readonly string[]
}

/** The outcome of parsing: values to run with, a text that was asked for, or what is wrong (exit code 2). */
export type Parsed<Specs extends OptionSpecs> =
  | { readonly kind: 'run'; readonly values: OptionValues<Specs>; readonly arguments: readonly string[] }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly message: string }

/** `--config`, `--set`: for every command that reads the configuration. */
export const configOptions = {
  config: { kind: 'text', value: 'FILE', doc: 'settings, YAML (config/default.yaml lists them all)' },
  set: { kind: 'texts', value: 'PATH=VALUE', doc: 'one setting, such as log.level=debug; may be repeated' },
} as const satisfies OptionSpecs

/** Understood by every command. */
export const commonOptions = {
  json: { kind: 'flag', doc: 'print for programs' },
  help: { kind: 'flag', doc: 'print this' },
} as const satisfies OptionSpecs

/** Finds the command that `argv` begins with, the longest name first, and what is left of `argv`. */
export function findCommand<Command extends CommandSpec>(
  commands: readonly Command[],
  program: string,
  argv: readonly string[],
):
  | { readonly command: Command; readonly rest: readonly string[] }
  | { readonly wrong: string }
  | { readonly help: string } {
  const byLength = [...commands].sort((a, b) => b.name.length - a.name.length)
  const command = byLength.find(({ name }) => name.split(' ').every((word, i) => argv[i] === word))
  if (command !== undefined) return { command, rest: argv.slice(command.name.split(' ').length) }
  const asked = argv.slice(0, argv[1]?.startsWith('-') === false ? 2 : 1)
  const first = argv[0]
  const group = commands.filter(({ name }) => name.startsWith(`${first ?? ''} `))
  const list = programUsage(group.length > 0 ? group : commands, program)
  if (first === undefined) return { wrong: `a command is missing\n\n${list}` }
  if (first === '--help' || first === '-h' || first === 'help') return { help: list }
  if (group.length > 0 && (argv.includes('--help') || argv.includes('-h'))) return { help: list }
  const meant =
    nearest(
      asked.join(' '),
      commands.map(({ name }) => name),
    ) ??
    nearest(
      first,
      commands.map(({ name }) => name),
    )
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`
  return { wrong: `there is no command "${asked.join(' ')}"${hint}\n\n${list}` }
}

/** Parses what follows the command's name. */
export function parseCommand<const Specs extends OptionSpecs>(
  command: CommandSpec<Specs>,
  program: string,
  argv: readonly string[],
): Parsed<Specs> {
  const specs: OptionSpecs = { ...command.options, ...commonOptions }
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { kind }]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }]),
    ),
  })
  const values: Record<string, unknown> = {}
  const positionals: string[] = []
  const wrong = (message: string): Parsed<Specs> => ({
    kind: 'wrong',
    message: `${message}\nTry: ${program} ${command.name} --help`,
  })
  for (const [name, { kind }] of Object.entries(specs)) {
    if (kind === 'flag') values[name] = false
    if (kind === 'texts') values[name] = []
  }
  if (argv.includes('-h') || argv.includes('--help')) return { kind: 'help', text: commandUsage(command, program) }
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined
    if (spec === undefined) {
      const meant = nearest(token.name, Object.keys(specs))
      return wrong(`unknown option ${token.rawName}${meant === undefined ? '' : `; did you mean --${meant}?`}`)
    }
    const mistake = readOption(token.name, spec, token.value, token.inlineValue === true, values)
    if (mistake !== undefined) return wrong(mistake)
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.required === true && values[name] === undefined)
      return wrong(`option --${name} ${placeholder(spec)} is missing: ${spec.doc}`)
  }
  const wanted = command.arguments ?? []
  if (positionals.length > wanted.length) return wrong(`unexpected argument "${positionals[wanted.length] ?? ''}"`)
  if (positionals.length < wanted.length) return wrong(`argument ${wanted[positionals.length] ?? ''} is missing`)
  return { kind: 'run', values: values as OptionValues<Specs>, arguments: positionals }
}

/** Puts an option's value into `values`; returns what is wrong with it, if anything. */
function readOption(
  name: string,
  spec: OptionSpec,
  value: string | undefined,
  isInline: boolean,
  values: Record<string, unknown>,
): string | undefined {
  if (spec.kind === 'flag') {
    if (value !== undefined) return `option --${name} takes no value`
    values[name] = true
    return undefined
  }
  // "--config --json": the value was forgotten. One that begins with "-" is written with "=".
  if (value === undefined || (!isInline && value.startsWith('-') && value.length > 1)) {
    return `option --${name} needs a value: --${name} ${placeholder(spec)}`
  }
  if (spec.kind === 'texts') {
    ;(values[name] as string[]).push(value)
    return undefined
  }
  if (values[name] !== undefined) return `option --${name} is given twice`
  if (spec.kind === 'number') {
    const number = /^-?\d+$/.test(value) ? Number(value) : NaN
    const min = spec.min ?? 0
    const max = spec.max ?? Number.MAX_SAFE_INTEGER
    if (!(number >= min && number <= max)) {
      const bounds = spec.max === undefined ? `of ${min} or more` : `from ${min} to ${max}`
      return `option --${name} expects a whole number ${bounds}, not "${value}"`
    }
    values[name] = number
    return undefined
  }
  if (value === '') return `option --${name} needs a value: --${name} ${placeholder(spec)}`
  if (spec.words !== undefined && !spec.words.includes(value)) {
    return `option --${name} expects one of ${spec.words.join(', ')}, not "${value}"`
  }
  values[name] = value
  return undefined
}

function placeholder(spec: OptionSpec): string {
  return spec.value ?? spec.words?.join('|') ?? (spec.kind === 'number' ? 'N' : 'TEXT')
}

/** All commands, a line each. */
function programUsage(commands: readonly CommandSpec[], program: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [`Usage: ${program} COMMAND [options]`, '', 'Commands:', ...lines, '', `More: ${program} COMMAND --help`].join(
    '\n',
  )
}

/** One command with its options. */
export function commandUsage(command: CommandSpec, program: string): string {
  const specs = Object.entries<OptionSpec>({ ...command.options, ...commonOptions })
  const left = specs.map(([name, spec]) => (spec.kind === 'flag' ? `--${name}` : `--${name} ${placeholder(spec)}`))
  const width = Math.max(...left.map((text) => text.length))
  const lines = specs.map(
    ([, spec], i) => `  ${(left[i] ?? '').padEnd(width)}  ${spec.doc}${spec.required === true ? ' (needed)' : ''}`,
  )
  const usage = [program, command.name, ...(command.arguments ?? []), '[options]'].join(' ')
  return [`Usage: ${usage}`, '', command.summary, '', 'Options:', ...lines].join('\n')
}

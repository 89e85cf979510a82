// `smswitch check-config`: every mistake in the settings and in the directory at once, or a summary. It starts nothing.
import { ConfigError, describeMistake } from '../config/mistake.js'
import { loadConfig } from '../config/load.js'
import { redact } from '../config/redact.js'
import type { Config } from '../config/settings.js'
import { describeObjectMistake } from '../directory/change-whole.js'
import { describeDirectoryMistake, type DirectoryMistake } from '../directory/mistake.js'
import type { Directory } from '../directory/resolve.js'
import { readSipCertificate } from '../sip-certificate.js'
import { readWebhookAuthority } from '../webhook-authority.js'
import { configOptions, type CommandSpec, type OptionValues } from './args.js'
import { CommandFailure, exitCodes, type Output } from './output.js'
import { DirectoryError, readDirectory } from './read-directory.js'
import { checkNumberProvider } from './read-number-provider.js'
import { readProviders } from './read-providers.js'
import { readTenDlcRules } from './read-tables.js'

const options = {
  ...configOptions,
  directory: { kind: 'text', value: 'FILE', doc: 'accounts, vendors, policies (directory.path)' },
} as const satisfies CommandSpec['options']

/** One mistake of either file, for programs. `origin` is there where it is no file's. */
interface CheckedMistake {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly origin?: string
  readonly key: string
  readonly value?: unknown
  readonly expected: string
}

/** What is wrong with the settings, the directory or both. */
class CheckFailure extends CommandFailure {
  readonly mistakes: readonly CheckedMistake[]

  constructor(lines: readonly string[], mistakes: readonly CheckedMistake[]) {
    super('invalidConfig', `${mistakes.length} mistake(s):\n${lines.map((line) => `  ${line}`).join('\n')}`)
    this.name = 'CheckFailure'
    this.mistakes = mistakes
  }
}

export const checkConfigCommand = {
  name: 'check-config',
  summary: 'Checks the settings and the directory, and names every mistake at once.',
  options,
  async run(values: OptionValues<typeof options>, output: Output): Promise<number> {
    check(values, process.env, output)
    return exitCodes.done
  },
}

function check(values: OptionValues<typeof options>, env: NodeJS.ProcessEnv, output: Output): void {
  const lines: string[] = []
  const mistakes: CheckedMistake[] = []
  const set = [...values.set]
  if (values.directory !== undefined) set.push(`directory.path=${values.directory}`)
  const config = attempt<Config>(
    () => loadConfig({ ...(values.config !== undefined && { file: values.config }), set, env }),
    lines,
    mistakes,
  )
  // Which directory is meant is only known from good settings or from the command line.
  const path = values.directory ?? config?.directory.path
  const tenDlc = config && attempt(() => readTenDlcRules(config.tenDlc), lines, mistakes)
  const directory =
    path === undefined ? undefined : attempt<Directory>(() => readDirectory(path, env, tenDlc), lines, mistakes)
  if (path === undefined) lines.push('the directory was not looked at: name it with --directory FILE')
  const file = config?.lookup.file ?? ''
  const providers = attempt(() => readProviders(file, env), lines, mistakes)
  if (providers !== undefined && file !== '' && directory !== undefined)
    for (const { key, value } of unknownProviders(directory, new Set(providers.map(({ name }) => name)))) {
      const expected = `the name of a provider in ${file}`
      lines.push(`${path}: ${key}: expects ${expected}, not ${JSON.stringify(value)}`)
      mistakes.push({ ...(path !== undefined && { file: path }), key, value, expected })
    }
  if (config !== undefined) attempt(() => checkNumberProvider(config), lines, mistakes)
  for (const read of config === undefined ? [] : [readSipCertificate(config), readWebhookAuthority(config)]) {
    if (read.kind !== 'wrong') continue
    const { key, value, expected } = read
    lines.push(`${key}: expects ${expected}, not ${JSON.stringify(value)}`)
    mistakes.push({ key, value, expected })
  }
  if (config === undefined || directory === undefined || mistakes.length > 0) throw new CheckFailure(lines, mistakes)
  const { accounts, connections, policies, tariffs, tenDlc: registry, warnings = [] } = directory
  const rates = tariffs.reduce((sum, tariff) => sum + tariff.rates.length, 0)
  const counts = {
    accounts: accounts.length,
    connections: connections.length,
    policies: policies.length,
    tariffs: tariffs.length,
    rates,
    ...(registry !== undefined && { brands: registry.brands.length, campaigns: registry.campaigns.length }),
  }
  const counted = Object.entries(counts).map(([what, count]) => `${count} ${what}`)
  const warned = warnings.map((warning) => `\nwarning: ${describeObjectMistake(warning)}`).join('')
  output.print(`ok: ${values.config ?? 'default settings'} and ${path} (${counted.join(', ')})${warned}`, {
    ok: true,
    ...(warnings.length > 0 && { warnings }),
    ...(values.config !== undefined && { config: values.config }),
    directory: path,
    ...counts,
    settings: redact(config),
  })
}

function* unknownProviders(
  { policies }: Directory,
  known: ReadonlySet<string>,
): Generator<{ readonly key: string; readonly value: string }> {
  for (const { id, hlr } of policies)
    for (const value of hlr?.providers ?? []) if (!known.has(value)) yield { key: `policy ${id}: hlr.providers`, value }
}

/** The result, or undefined with what is wrong added to both lists. */
function attempt<T>(read: () => T, lines: string[], mistakes: CheckedMistake[]): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const mistake of error.mistakes) {
        lines.push(describeMistake(mistake))
        const { origin, ...rest } = mistake
        if (origin.kind === 'file')
          mistakes.push({ file: origin.file, line: origin.line, column: origin.column, ...rest })
        else if (origin.kind === 'environment') mistakes.push({ origin: `environment ${origin.name}`, ...rest })
        else mistakes.push({ origin: origin.kind === 'commandLine' ? `--set ${origin.argument}` : 'default', ...rest })
      }
    } else if (error instanceof DirectoryError) {
      for (const mistake of error.mistakes as readonly DirectoryMistake[]) {
        lines.push(describeDirectoryMistake(mistake))
        const { path: key, ...rest } = mistake
        mistakes.push({ key, ...rest })
      }
    } else if (error instanceof CommandFailure) {
      lines.push(error.message)
      mistakes.push({ key: '', expected: error.message })
    } else throw error
    return undefined
  }
}

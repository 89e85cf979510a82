// Defaults, file, environment and command line → one frozen Config, or all mistakes at once. The only reader of the environment.
import { readFileSync } from 'node:fs'
import convict from 'convict'
import { nearest } from '../lib/nearest.js'
import { ConfigError, type Mistake, type Origin } from './mistake.js'
import { envName, isSetting, leaves, type Setting, type SettingTree } from './setting.js'
import { crossChecks, settings, type Config } from './settings.js'
import { yamlValues, type GivenValue } from './yaml-values.js'

/** Where values come from; later ones win: default < file < environment < set. */
export interface ConfigSources {
  /** A YAML file; none means defaults. */
  readonly file?: string
  /** `path=value`, as after `--set`. */
  readonly set?: readonly string[]
  /** Usually process.env; only SMSWITCH_… is looked at. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

const byPath: ReadonlyMap<string, Setting<unknown>> = new Map(leaves(settings))
const byEnvName: ReadonlyMap<string, string> = new Map([...byPath.keys()].map((path) => [envName(path), path]))

// What Kubernetes puts into every container beside a service named smswitch; none of our names look like it.
const isServiceLink = (name: string, text: string): boolean =>
  /_SERVICE_(HOST|PORT)|_PORT_\d+_(TCP|UDP)/.test(name) || /^(tcp|udp):\/\//.test(text)

// Of the commands that call the API: whoever has it in the shell starts the switch from the same one.
const OF_COMMANDS = ['SMSWITCH_TOKEN', 'SMSWITCH_AUTH_ID', 'SMSWITCH_AUTH_TOKEN']

/**
 * Reads, checks and freezes the configuration.
 * @throws ConfigError with every mistake in every source, with its file, line, key and what is expected
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const mistakes: Mistake[] = []
  const given: GivenValue[] = [
    ...fromFile(sources.file, mistakes),
    ...fromEnvironment(sources.env ?? {}),
    ...fromCommandLine(sources.set ?? [], mistakes),
  ]
  const origins = new Map<string, Origin>()
  const values = convict<Record<string, unknown>>(convictSchema(settings), { env: {}, args: [] })
  for (const { path, value, origin } of given) {
    const setting = byPath.get(path)
    if (setting === undefined) {
      mistakes.push({ origin, key: path, expected: unknownKey(path) })
    } else if (!setting.accepts(value)) {
      mistakes.push({
        origin,
        key: path,
        expected: setting.expected,
        value: setting.sensitive === true ? '[redacted]' : value,
      })
    } else {
      values.set(path, value)
      origins.set(path, origin)
    }
  }
  const config = values.getProperties() as unknown as Config
  for (const { key, expected, holds } of crossChecks) {
    if (!holds(config))
      mistakes.push({ origin: origins.get(key) ?? { kind: 'default' }, key, expected, value: values.get(key) })
  }
  const lineOf = ({ origin }: Mistake): number => (origin.kind === 'file' ? origin.line : Infinity)
  if (mistakes.length > 0) throw new ConfigError(mistakes.sort((a, b) => lineOf(a) - lineOf(b) || 0))
  values.validate({ allowed: 'strict' })
  return deepFreeze(config)
}

function fromFile(file: string | undefined, mistakes: Mistake[]): readonly GivenValue[] {
  if (file === undefined) return []
  let source: string
  try {
    source = readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    mistakes.push({
      origin: { kind: 'file', file, line: 0, column: 0 },
      key: '',
      expected: `a file that can be read (${why})`,
    })
    return []
  }
  const read = yamlValues(source, file, settings)
  mistakes.push(...read.mistakes)
  return read.given
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): GivenValue[] {
  const given: GivenValue[] = []
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('SMSWITCH_') || text === undefined || OF_COMMANDS.includes(name)) continue
    const path = byEnvName.get(name)
    if (path === undefined && isServiceLink(name, text)) continue
    const value = path === undefined ? text : byPath.get(path)?.fromText(text)
    given.push({ path: path ?? name, value, origin: { kind: 'environment', name } })
  }
  return given
}

function fromCommandLine(set: readonly string[], mistakes: Mistake[]): GivenValue[] {
  const given: GivenValue[] = []
  for (const argument of set) {
    const equals = argument.indexOf('=')
    const origin: Origin = { kind: 'commandLine', argument }
    if (equals < 1) {
      mistakes.push({ origin, key: '', expected: 'path=value, such as log.level=debug' })
      continue
    }
    const path = argument.slice(0, equals)
    const text = argument.slice(equals + 1)
    given.push({ path, value: byPath.get(path)?.fromText(text) ?? text, origin })
  }
  return given
}

function unknownKey(path: string): string {
  const group = [...byPath.keys()].filter((known) => known.startsWith(`${path}.`))
  if (group.length > 0) return `one setting of the group, such as ${group[0] ?? ''}`
  const candidates = path.startsWith('SMSWITCH_') ? byEnvName.keys() : byPath.keys()
  const meant = nearest(path, candidates)
  return `a known setting${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

function convictSchema(tree: SettingTree): convict.Schema<Record<string, unknown>> {
  const schema: Record<string, unknown> = {}
  for (const [key, node] of Object.entries(tree)) {
    schema[key] = isSetting(node)
      ? {
          doc: node.doc,
          default: node.default,
          sensitive: node.sensitive ?? false,
          format: (value: unknown) => {
            if (!node.accepts(value)) throw new Error(`expects ${node.expected}`)
          },
        }
      : convictSchema(node)
  }
  return schema as convict.Schema<Record<string, unknown>>
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object)
  return Object.freeze(value)
}

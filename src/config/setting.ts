// What one setting is: its default, what it accepts, how text becomes its value. The settings themselves are in settings.ts.

/** One leaf of the configuration. */
export interface Setting<T> {
  readonly default: T
  readonly doc: string
  /** What is accepted, as the end of "expects …". */
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
  /** The value that text from the environment or the command line stands for; what is not acceptable comes back as text. */
  readonly fromText: (text: string) => unknown
  /** Never printed. */
  readonly sensitive?: boolean
}

/** Groups of settings, to any depth. */
export interface SettingTree {
  readonly [key: string]: Setting<unknown> | SettingTree
}

/** The type of the configuration that a tree of settings describes. */
export type ValuesOf<Tree> =
  Tree extends Setting<infer Value> ? Value : { readonly [Key in keyof Tree]: ValuesOf<Tree[Key]> }

const asNumber = (text: string): unknown => (/^-?\d+$/.test(text) ? Number(text) : text)
const asText = (text: string): unknown => text

/** A whole number within bounds; the unit is in the setting's name. */
export function whole(
  value: number,
  doc: string,
  bounds: { readonly min?: number; readonly max?: number } = {},
): Setting<number> {
  const min = bounds.min ?? 1
  const max = bounds.max ?? Number.MAX_SAFE_INTEGER
  return {
    default: value,
    doc,
    expected: bounds.max === undefined ? `a whole number of ${min} or more` : `a whole number from ${min} to ${max}`,
    accepts: (given) => typeof given === 'number' && Number.isSafeInteger(given) && given >= min && given <= max,
    fromText: asNumber,
  }
}

/** A TCP port to listen on; 0 lets the system choose. */
export function port(value: number, doc: string): Setting<number> {
  return { ...whole(value, doc, { min: 0, max: 65535 }), expected: 'a port number from 0 (any free one) to 65535' }
}

/** Text of `minLength` (1) to `maxLength` characters without control characters. */
export function text(
  value: string,
  doc: string,
  options: { readonly minLength?: number; readonly maxLength?: number; readonly sensitive?: boolean } = {},
): Setting<string> {
  const minLength = options.minLength ?? 1
  const maxLength = options.maxLength ?? 4096
  return {
    default: value,
    doc,
    expected: `text of ${minLength} to ${maxLength} characters`,
    accepts: (given) =>
      typeof given === 'string' &&
      given.length >= minLength &&
      given.length <= maxLength &&
      !/[\0-\x1f\x7f]/.test(given),
    fromText: asText,
    ...(options.sensitive === true ? { sensitive: true } : {}),
  }
}

/** True or false. */
export function flag(value: boolean, doc: string): Setting<boolean> {
  return {
    default: value,
    doc,
    expected: 'true or false',
    accepts: (given) => typeof given === 'boolean',
    fromText: (given) => (given === 'true' ? true : given === 'false' ? false : given),
  }
}

/** One of a few words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  value: NoInfer<Word>,
  doc: string,
): Setting<Word> {
  return {
    default: value,
    doc,
    expected: `one of ${words.join(', ')}`,
    accepts: (given) => words.some((word) => word === given),
    fromText: asText,
  }
}

/** Tells a leaf from a group. */
export function isSetting(node: Setting<unknown> | SettingTree): node is Setting<unknown> {
  return typeof node['accepts'] === 'function'
}

/** The environment variable of a setting: `smpp.server.maxPduBytes` → `SMSWITCH_SMPP_SERVER_MAX_PDU_BYTES`. */
export function envName(path: string): string {
  return `SMSWITCH_${path
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`
}

/** The unit that a setting's name ends with, empty for counts and words. */
export function unitOf(path: string): string {
  if (path.endsWith('Ms')) return 'milliseconds'
  if (/Bytes(PerPeer)?$/.test(path)) return 'bytes'
  if (path.endsWith('Seconds')) return 'seconds'
  if (path.endsWith('PerSecond')) return 'per second'
  return ''
}

/** Every setting of a tree with its path, in order. */
export function* leaves(tree: SettingTree, prefix = ''): Generator<readonly [path: string, setting: Setting<unknown>]> {
  for (const [key, node] of Object.entries(tree)) {
    if (isSetting(node)) yield [prefix + key, node]
    else yield* leaves(node, `${prefix}${key}.`)
  }
}

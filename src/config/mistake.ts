// What is wrong with a configuration, said so that it can be put right: where, which key, what value, what was expected.

/** Where a value was given. */
export type Origin =
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'commandLine'; readonly argument: string }
  | { readonly kind: 'default' }

/** One mistake. `key` is empty when the file as a whole is meant. */
export interface Mistake {
  readonly origin: Origin
  readonly key: string
  readonly value?: unknown
  readonly expected: string
}

/** All mistakes of one load, never only the first. */
export class ConfigError extends Error {
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(describeMistake).join('\n'))
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return origin.line === 0 ? origin.file : `${origin.file}:${origin.line}:${origin.column}`
    case 'environment':
      return `environment ${origin.name}`
    case 'commandLine':
      return `--set ${origin.argument}`
    case 'default':
      return 'default'
  }
}

/** One line: `gateway.yaml:3:9: smpp.server.port: expects a port number …, not 99999`. */
export function describeMistake(mistake: Mistake): string {
  const where = [describeOrigin(mistake.origin), mistake.key].filter((part) => part !== '').join(': ')
  const not = 'value' in mistake ? `, not ${shown(mistake.value)}` : ''
  return `${where}: expects ${mistake.expected}${not}`
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing'
  return json.length > 80 ? `${json.slice(0, 77)}…` : json
}

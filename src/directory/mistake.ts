// What is wrong in a directory file, said so that it can be put right. Secrets never appear in it.

export interface DirectoryMistake {
  readonly file: string
  /** From 1; 0 where the file as a whole is meant. */
  readonly line: number
  readonly column: number
  /** Such as `vendors[0].connections[1].port`; '' for the file as a whole. */
  readonly path: string
  /** What was written, left out where it is missing, a secret or an unknown key's. */
  readonly value?: unknown
  readonly expected: string
}

const SHOWN_MAX = 80

/** One line: `demo.yaml:3:9: accounts[0].maxBinds: expects a whole number from 1 to 10000, not -1`. */
export function describeDirectoryMistake(mistake: DirectoryMistake): string {
  const place = mistake.line === 0 ? mistake.file : `${mistake.file}:${mistake.line}:${mistake.column}`
  const where = mistake.path === '' ? place : `${place}: ${mistake.path}`
  if (!('value' in mistake)) return `${where}: expects ${mistake.expected}`
  const json = JSON.stringify(mistake.value) ?? 'nothing'
  const shown = json.length > SHOWN_MAX ? `${json.slice(0, SHOWN_MAX - 1)}…` : json
  return `${where}: expects ${mistake.expected}, not ${shown}`
}

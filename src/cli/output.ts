// What a command says: for people as text, for programs as JSON; what went wrong on standard error. It decides nothing.

/** A way out of the process; process.stdout and process.stderr fit. */
export interface TextSink {
  write(text: string): unknown
}

/** Exit codes of every command (docs/errors.md). */
export const exitCodes = { done: 0, failed: 1, wrongUsage: 2 } as const

/** An expected failure of a command, with a code for programs. */
export class CommandFailure extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'CommandFailure'
    this.code = code
  }
}

export interface Output {
  readonly json: boolean
  /** Prints one result: `forPeople` as a line or lines, or `forPrograms` as one line of JSON. */
  print(forPeople: string, forPrograms: unknown): void
  /** Prints what went wrong. Lists that an error carries as `mistakes` are kept for programs. */
  fail(error: unknown): void
}

export function createOutput(options: {
  readonly json: boolean
  readonly out: TextSink
  readonly err: TextSink
}): Output {
  const { json, out, err } = options
  return {
    json,
    print(forPeople, forPrograms) {
      out.write(`${json ? JSON.stringify(forPrograms) : forPeople}\n`)
    },
    fail(error) {
      const message = error instanceof Error ? error.message : String(error)
      if (!json) {
        err.write(`smswitch: ${message}\n`)
        return
      }
      const mistakes = property(error, 'mistakes')
      err.write(
        `${JSON.stringify({ error: { code: codeOf(error), message, ...(Array.isArray(mistakes) ? { mistakes } : {}) } })}\n`,
      )
    },
  }
}

function codeOf(error: unknown): string {
  const code = property(error, 'code')
  if (typeof code === 'string') return code
  return property(error, 'mistakes') === undefined ? 'failed' : 'invalidConfig'
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** Rows under a heading, in columns; the last column is left ragged. */
export function textTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const all = [head, ...rows.map((row) => row.map(String))]
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)))
  return all
    .map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  '))
    .join('\n')
}

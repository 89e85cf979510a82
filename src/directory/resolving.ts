// What all who resolve rows share: which fields are known to be wrong, where mistakes go, what must be unique. It knows no kind of row.

import type { RuleMistake } from '../phone/rule.js'
import { compileTranslator } from '../phone/translator.js'
import { dialingFields, type DialingRow } from './dialing-columns.js'
import { directionOf } from './dialing.js'
import type { Environment } from './substitute.js'
import type { TenDlcRules } from './tendlc.js'

export interface Surroundings {
  /** For `${NAME}` and passwordEnv. */
  readonly env: Environment
  /** The content of a passwordFile; throws where it cannot be read. */
  readonly readSecret: (path: string) => string
  /** Changes when the content of a file does; left out: files are read each time. */
  readonly stampOf?: (path: string) => string
  /** A command_status by its name, such as ESME_RMSGQFUL. */
  readonly statusByName: (name: string) => number | undefined
  /** Left out: the tables as shipped, and messages wait at a cap. */
  readonly tenDlc?: TenDlcRules
}

/** `value` is left out of what may hold a secret. */
export interface RowMistake {
  readonly pointer: string
  readonly value?: unknown
  readonly expected: string
}

/** Rows looked at between two yields: about a millisecond. */
export const ROWS_SLICE = 100

/** One directory being resolved. */
export interface Resolving {
  readonly surroundings: Surroundings
  readonly mistakes: RowMistake[]
  /** What is only unwise. */
  readonly warnings: RowMistake[]
  /** False for a field that was found wrong before: it is looked at no more. */
  readonly isRight: (pointer: string) => boolean
  /** True where nothing at or below it was found wrong before. */
  readonly isWhollyRight: (pointer: string) => boolean
  /** Says of each value that was there before where that was. */
  unique(what: string): (value: unknown, pointer: string) => void
  /** Says of a field that is given and names nothing what it should name. */
  refer(value: string | undefined, pointer: string, known: ReadonlySet<string>, what: string): void
  /** Says every mistake in number translation rules. */
  checkDialing(dialing: DialingRow | undefined, pointer: string): void
}

export function createResolving(wrong: ReadonlySet<string>, surroundings: Surroundings): Resolving {
  const mistakes: RowMistake[] = []
  const isRight = wrong.size === 0 ? () => true : (pointer: string): boolean => !wrong.has(pointer)
  const ruleMistakes = new Map<string, readonly RuleMistake[]>()
  return {
    surroundings,
    mistakes,
    warnings: [],
    isRight,
    isWhollyRight: (pointer) => ![...wrong].some((one) => one === pointer || one.startsWith(`${pointer}/`)),
    unique(what) {
      const seen = new Map<unknown, string>()
      return (value, pointer) => {
        if (!isRight(pointer)) return
        const first = seen.get(value)
        if (first === undefined) seen.set(value, pointer)
        else mistakes.push({ pointer, value, expected: `${what} that is not used twice (first at ${dotted(first)})` })
      }
    },
    refer(value, pointer, known, what) {
      if (value === undefined || !isRight(pointer) || known.has(value)) return
      mistakes.push({ pointer, value, expected: `the id of ${what}` })
    },
    checkDialing(dialing, pointer) {
      if (typeof dialing !== 'object' || dialing === null || !isRight(pointer)) return
      for (const field of dialingFields) {
        const rules = dialing[field]
        const at = `${pointer}/${field}`
        if (rules === undefined || !isRight(at) || listOf(rules).some((_, index) => !isRight(`${at}/${index}`)))
          continue
        const direction = directionOf(field)
        const key = JSON.stringify([direction, rules])
        let found = ruleMistakes.get(key)
        if (found === undefined) {
          const compiled = compileTranslator(rules, direction)
          ruleMistakes.set(key, (found = compiled.kind === 'mistakes' ? compiled.mistakes : []))
        }
        for (const { text, position, what, expected } of found) {
          const place = typeof rules === 'string' ? at : `${at}/${rules.indexOf(text)}`
          mistakes.push({ pointer: place, value: text, expected: `${expected} (character ${position + 1}: ${what})` })
        }
      }
    },
  }
}

/** A list's entries, none where something else stands. */
export function listOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : []
}

/** The entries of a list that are mappings, whatever stands there: the schema's mistakes are told elsewhere. */
export function* rows<T extends object>(
  list: readonly T[] | undefined,
  at: string,
): Generator<readonly [row: T, pointer: string, index: number]> {
  if (!Array.isArray(list)) return
  const entries: readonly unknown[] = list
  for (const [index, entry] of entries.entries())
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry))
      yield [entry as T, `${at}/${index}`, index]
}

/** `/vendors/0/id` → `vendors[0].id`. */
export function dotted(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, step) => (/^[0-9]+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`), '')
}

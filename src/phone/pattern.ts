// Finds a pattern in a number in bounded time, whatever the pattern: the built-in engine only where it can try few ways.
import { RE2JS } from 're2js'
import { scanPattern } from './pattern-scan.js'
import { NUMBER_MAX_LENGTH, type Slip } from './rule.js'

/**
 * Above it a pattern goes to the linear engine. A way is at most one walk over the number, so that the built-in engine
 * never takes more than this times 41 steps. It makes several in the time of one of the linear engine.
 */
export const FEW_WAYS = 2048
/** Instructions of the linear engine, which takes at most this times 41 steps for one search. */
const PROGRAM_MAX = 512

/** What was found: the whole, then each group, '' or undefined where it took no part. */
export interface Found extends ReadonlyArray<string | undefined> {
  readonly index: number
}

export interface Pattern {
  readonly groups: number
  /** What every match is, where the pattern is `^` and characters. */
  readonly literalPrefix: string | undefined
  readonly engine: 'builtIn' | 'linear'
  /** No search in a number of up to 40 characters takes more steps. */
  readonly stepsMax: number
  /** The first match that begins at `from` or later. */
  find(number: string, from: number): Found | undefined
}

export type PatternResult =
  { readonly kind: 'pattern'; readonly pattern: Pattern } | { readonly kind: 'slip'; readonly slip: Slip }

/** Compiles a pattern. Mistakes and what would be too costly are values. */
export function compilePattern(text: string, options: { readonly ignoreCase: boolean }): PatternResult {
  const scanned = scanPattern(text)
  if (scanned.kind === 'slip') return scanned
  const { source, groups, ways } = scanned
  const literalPrefix = options.ignoreCase ? undefined : scanned.literalPrefix
  if (ways <= FEW_WAYS) {
    const stepsMax = ways * (NUMBER_MAX_LENGTH + 1)
    const find = builtIn(source, options.ignoreCase)
    return { kind: 'pattern', pattern: { groups, literalPrefix, engine: 'builtIn', stepsMax, find } }
  }
  const program = linear(source, options.ignoreCase)
  const size = program?.programSize() ?? Infinity
  if (program === undefined || size > PROGRAM_MAX) {
    const what = 'the pattern is too large: its repetitions multiply'
    return { kind: 'slip', slip: { at: 0, what, expected: 'fewer or smaller counts in { }' } }
  }
  const stepsMax = size * (NUMBER_MAX_LENGTH + 1)
  const find = (number: string, from: number): Found | undefined => findLinear(program, groups, number, from)
  return { kind: 'pattern', pattern: { groups, literalPrefix, engine: 'linear', stepsMax, find } }
}

function builtIn(source: string, ignoreCase: boolean): Pattern['find'] {
  const expression = new RegExp(source, ignoreCase ? 'gi' : 'g')
  return (number, from) => {
    expression.lastIndex = from
    return expression.exec(number) ?? undefined
  }
}

function linear(source: string, ignoreCase: boolean): RE2JS | undefined {
  try {
    return RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
  } catch {
    // All that is left for it to refuse after our own reading is size.
    return undefined
  }
}

function findLinear(program: RE2JS, groups: number, number: string, from: number): Found | undefined {
  // Most rules match few numbers, and a plain no costs a tenth of a search for the place.
  if (from === 0 && !program.test(number)) return undefined
  const matcher = program.matcher(number)
  if (!matcher.find(from)) return undefined
  const found: (string | undefined)[] = []
  for (let group = 0; group <= groups; group++) found.push(matcher.group(group) ?? undefined)
  return Object.assign(found, { index: matcher.start() })
}

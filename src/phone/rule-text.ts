// Written rules: `s/^00//; dialing national=0 countryCode=44; strip 3; add 100` → rules, and back. It applies none.
import { nearest } from '../lib/nearest.js'
import { readDialing } from './dialing-text.js'
import { NUMBER_MAX_LENGTH, type Rule, type RuleMistake, type Slip, type SubstituteRule, type Word } from './rule.js'

/** A rule with its place: which text of the list it is in, and where in it. */
export interface WrittenRule {
  readonly rule: Rule
  /** Which rule of the set, from 0; those that could not be read are counted. */
  readonly index: number
  readonly text: string
  readonly position: number
  /** Where the replacement of a substitution begins in the text. */
  readonly replacementAt: number
}

export interface WrittenRules {
  readonly rules: readonly WrittenRule[]
  readonly mistakes: readonly RuleMistake[]
}

/** One text, or a list of texts; each may hold several rules with `;` or line ends between them. */
export type RuleSource = string | readonly string[]

const DELIMITERS = '/|#,@~%'
const kinds = ['dialing', 'strip', 'add'] as const
const forms = 's/…/…/, "dialing …", "strip 3", "strip prefix 00" or "add 44"'

type Read =
  | { readonly rule: Rule; readonly end: number; readonly replacementAt?: number }
  | { readonly slip: Slip; readonly end: number }

/** Reads rules; what can be read of them, and all mistakes of all texts. */
export function readRules(source: RuleSource): WrittenRules {
  const rules: WrittenRule[] = []
  const mistakes: RuleMistake[] = []
  let index = 0
  for (const text of typeof source === 'string' ? [source] : source) {
    let at = afterSpace(text, 0)
    while (at < text.length) {
      const read = readOne(text, at)
      if ('slip' in read) mistakes.push(mistake(index, text, read.slip))
      else rules.push({ rule: read.rule, index, text, position: at, replacementAt: read.replacementAt ?? at })
      index++
      at = afterSpace(text, read.end)
    }
  }
  return { rules, mistakes }
}

/** A rule as text that reads as the same rule. */
export function ruleText(rule: Rule): string {
  switch (rule.kind) {
    case 'substitute':
      return `s/${betweenSlashes(rule.pattern)}/${betweenSlashes(rule.replacement)}/${rule.global ? 'g' : ''}${rule.ignoreCase ? 'i' : ''}${rule.last ? 'l' : ''}`
    case 'strip':
      return `strip ${rule.digits}${lastWord(rule)}`
    case 'stripPrefix':
      return `strip prefix ${rule.prefix}${lastWord(rule)}`
    case 'add':
      return `add ${rule.prefix}${lastWord(rule)}`
    case 'dialing': {
      const fields = [
        ['international', rule.international.join()],
        ['national', rule.national.map((prefix) => (prefix === '' ? 'none' : prefix)).join()],
        ['countryCode', rule.countryCode ?? ''],
        ['nationalLengths', rule.nationalLengths.join()],
        ['areaCode', rule.areaCode ?? ''],
        ['localLengths', rule.localLengths.join()],
      ]
      const written = fields.flatMap(([name, value]) => (value === '' ? [] : [`${name ?? ''}=${value ?? ''}`]))
      return `${['dialing', ...written].join(' ')}${rule.last ? '' : ' goOn'}`
    }
  }
}

function lastWord({ last }: Rule): string {
  return last ? ' last' : ''
}

function mistake(rule: number, text: string, { at, what, expected }: Slip): RuleMistake {
  return { rule, position: at, text, what, expected }
}

function afterSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && (text[at] === ';' || (text[at] as string) <= ' ')) at++
  return at
}

function readOne(text: string, at: number): Read {
  const delimiter = text[at + 1]
  if (text[at] === 's' && delimiter !== undefined && DELIMITERS.includes(delimiter)) return readSubstitution(text, at)
  const end = endOfRule(text, at)
  const [first, ...rest] = words(text, at, end)
  const name = first?.text ?? ''
  if (name === 'dialing') return { ...readDialing(rest, end), end }
  if (name === 'strip') return { ...readStrip(rest, end), end }
  if (name === 'add') return { ...readAdd(rest, end), end }
  const meant = nearest(name, kinds)
  const slip = { at, what: `${JSON.stringify(name)} is no rule`, expected: meant === undefined ? forms : `"${meant}"` }
  return { slip, end }
}

function endOfRule(text: string, from: number): number {
  const found = text.slice(from).search(/[;\r\n]/)
  return found === -1 ? text.length : from + found
}

function words(text: string, from: number, end: number): Word[] {
  return [...text.slice(from, end).matchAll(/[^\s]+/g)].map((match) => ({ text: match[0], at: from + match.index }))
}

function readSubstitution(text: string, start: number): Read {
  const delimiter = text[start + 1] as string
  const middle = closing(text, start + 2, delimiter)
  if (middle === undefined) return unclosed(text, start, `${delimiter} after the pattern`)
  const closed = closing(text, middle + 1, delimiter)
  if (closed === undefined) return unclosed(text, start, `${delimiter} after the replacement`)
  let end = closed + 1
  let flags = ''
  while (end < text.length && /\w/.test(text[end] as string)) {
    const flag = text[end] as string
    if (!'gil'.includes(flag) || flags.includes(flag)) {
      const slip = {
        at: end,
        what: `flag ${flag}`,
        expected: 'each once: g (all matches), i (any case), l (last rule)',
      }
      return { slip, end: endOfRule(text, end) }
    }
    flags += flag
    end++
  }
  const after = endOfRule(text, end)
  if (text.slice(end, after).trim() !== '') {
    return { slip: { at: end, what: 'something after the rule', expected: '; before the next rule' }, end: after }
  }
  const rule: SubstituteRule = {
    kind: 'substitute',
    pattern: text.slice(start + 2, middle),
    replacement: text.slice(middle + 1, closed),
    global: flags.includes('g'),
    ignoreCase: flags.includes('i'),
    last: flags.includes('l'),
  }
  return { rule, end: after, replacementAt: middle + 1 }
}

function closing(text: string, from: number, delimiter: string): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === delimiter) return at
    else if (text[at] === '\n') return undefined
  }
  return undefined
}

function unclosed(text: string, start: number, expected: string): Read {
  const line = text.slice(start).search(/[\r\n]/)
  const end = line === -1 ? text.length : start + line
  return { slip: { at: end, what: 'the rule does not end', expected }, end }
}

/** After another delimiter a slash is a character like others; between slashes it needs its \. */
function betweenSlashes(text: string): string {
  return text.replace(/\\.|\//g, (part) => (part === '/' ? '\\/' : part))
}

type Ending = { readonly rule: Rule } | { readonly slip: Slip }

function readStrip(rest: readonly Word[], end: number): Ending {
  const [what, prefix] = rest
  if (what?.text === 'prefix') {
    const slip = wrongPrefix(prefix, end) ?? wrongEnding(rest.slice(2))
    return slip === undefined
      ? { rule: { kind: 'stripPrefix', prefix: prefix?.text ?? '', last: rest.length > 2 } }
      : { slip }
  }
  const digits = /^\d{1,3}$/.test(what?.text ?? '') ? Number(what?.text) : 0
  if (digits < 1 || digits > NUMBER_MAX_LENGTH) {
    const found = what === undefined ? 'nothing to strip' : `"${what.text}" is no count`
    return { slip: { at: what?.at ?? end, what: found, expected: `1 to ${NUMBER_MAX_LENGTH}, or "prefix 00"` } }
  }
  const slip = wrongEnding(rest.slice(1))
  return slip === undefined ? { rule: { kind: 'strip', digits, last: rest.length > 1 } } : { slip }
}

function readAdd(rest: readonly Word[], end: number): Ending {
  const slip = wrongPrefix(rest[0], end) ?? wrongEnding(rest.slice(1))
  return slip === undefined ? { rule: { kind: 'add', prefix: rest[0]?.text ?? '', last: rest.length > 1 } } : { slip }
}

function wrongPrefix(word: Word | undefined, end: number): Slip | undefined {
  if (word !== undefined && /^[0-9+*#]+$/.test(word.text) && word.text.length <= NUMBER_MAX_LENGTH) return undefined
  const what = word === undefined ? 'the prefix is missing' : `"${word.text}" is no prefix`
  return { at: word?.at ?? end, what, expected: 'digits, +, * and #' }
}

function wrongEnding([first, second]: readonly Word[]): Slip | undefined {
  const wrong = first === undefined || first.text === 'last' ? second : first
  return wrong && { at: wrong.at, what: `"${wrong.text}" after the rule`, expected: 'nothing, or "last"' }
}

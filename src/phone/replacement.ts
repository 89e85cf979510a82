// Reads the replacement of a substitution rule and fills it in: `$1` and `\1` both, as the field writes it.
import type { Found } from './pattern.js'
import { NUMBER_MAX_LENGTH, type Slip } from './rule.js'

/** Texts and numbers of groups, in order; 0 is the whole match. */
export type Replacement = readonly (string | number)[]

export type ReplacementResult =
  { readonly kind: 'replacement'; readonly parts: Replacement } | { readonly kind: 'slip'; readonly slip: Slip }

/** Reads a replacement for a pattern of so many groups. */
export function readReplacement(text: string, groups: number): ReplacementResult {
  const parts: (string | number)[] = []
  const slip = (at: number, what: string, expected: string): ReplacementResult => ({
    kind: 'slip',
    slip: { at, what, expected },
  })
  let literal = ''
  let at = 0
  while (at < text.length) {
    const next = text[at] as string
    const reference = /^(?:[$\\](\d+)|\$\{(\d+)\}|\$(&))/.exec(text.slice(at))
    if (reference !== null) {
      const [written, bare, braced] = reference
      // `\10` is group 1 and a 0 to sed, group 10 to Perl and Python.
      if (bare !== undefined && bare.length > 1) {
        return slip(at, `${written} may mean two things`, `\${${bare[0] ?? ''}}${bare.slice(1)} or \${${bare}}`)
      }
      const group = Number(bare ?? braced ?? 0)
      if (group > groups) {
        const has = groups === 0 ? 'the pattern has no group' : `the pattern has ${groups} group(s)`
        return slip(at, `${written}, but ${has}`, 'the number of a group, which is written ( ) without \\')
      }
      if (literal !== '') parts.push(literal)
      literal = ''
      parts.push(group)
      at += written.length
      continue
    }
    if (next === '$') return slip(at, '$ without a number', '$1, ${1} or $&, or \\$ for a $')
    if (next === '&') return slip(at, '& may mean two things', '$& for the whole match, \\& for a &')
    if (next === '\\') {
      const escaped = text[at + 1]
      if (escaped === undefined) return slip(at, '\\ stands at the end', 'a character after it, or \\\\')
      if (/[A-Za-z]/.test(escaped)) return slip(at, `\\${escaped} is not read`, '\\1, or the character without \\')
      at++
    }
    const character = text[at] as string
    if (character <= ' ' || character > '~') {
      return slip(at, `${JSON.stringify(character)} is in no number`, 'digits, +, #, * and such')
    }
    literal += character
    at++
  }
  if (literal !== '') parts.push(literal)
  if (parts.reduce<number>((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0) > NUMBER_MAX_LENGTH)
    return slip(
      NUMBER_MAX_LENGTH,
      'the replacement is longer than any number',
      `at most ${NUMBER_MAX_LENGTH} characters`,
    )
  return { kind: 'replacement', parts }
}

/** The replacement for one match. */
export function fillIn(parts: Replacement, found: Found): string {
  let filled = ''
  for (const part of parts) filled += typeof part === 'string' ? part : (found[part] ?? '')
  return filled
}

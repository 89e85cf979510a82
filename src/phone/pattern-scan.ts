// Reads the pattern of a substitution rule: what is accepted means the same in Perl, RE2 and JavaScript. It matches nothing.
import { NUMBER_MAX_LENGTH, type Slip } from './rule.js'

const PATTERN_MAX_LENGTH = 256
/** RE2's own bound. */
const REPEAT_MAX = 1000

/** A pattern that both engines read alike. */
export interface ScannedPattern {
  readonly kind: 'scanned'
  readonly source: string
  readonly groups: number
  /** The text that every match begins the number with, where the pattern is nothing but `^` and characters. */
  readonly literalPrefix: string | undefined
  /**
   * How many ways a backtracking engine may try on the longest number; Infinity where repeated groups make it
   * exponential.
   */
  readonly ways: number
}

export type Scan = ScannedPattern | { readonly kind: 'slip'; readonly slip: Slip }

const posixClasses: Readonly<Record<string, string>> = {
  digit: '0-9',
  alpha: 'A-Za-z',
  alnum: 'A-Za-z0-9',
  lower: 'a-z',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
}

const CLASS_LETTERS = 'dDwWsS'
const plain = 'characters, ., [ ], ( ), (?: ), |, ^, $, \\d, \\w, \\s and repetitions'

/** What has been read of the pattern, and how wide the search in it can be. */
class Scanner {
  readonly #text: string
  #at = 0
  #out = ''
  #groups = 0
  #slip: Slip | undefined

  constructor(text: string) {
    this.#text = text
  }

  scan(): Scan {
    const first = this.#branch()
    const isBranched = this.#text[this.#at] === '|'
    const ways = first + this.#otherBranches()
    if (this.#slip === undefined && this.#at < this.#text.length) this.#fail(') without (', 'a ( before it, or \\)')
    if (this.#slip !== undefined) return { kind: 'slip', slip: this.#slip }
    // Without ^ a match may begin anywhere. With ^ in one of several branches it may as well.
    const isAnchored = this.#text.startsWith('^') && !isBranched
    const literal = /^\^((?:[0-9A-Za-z#]|\\[^0-9A-Za-z])*)$/.exec(this.#out)
    return {
      kind: 'scanned',
      source: this.#out,
      groups: this.#groups,
      literalPrefix: literal?.[1]?.replace(/\\(.)/g, '$1'),
      ways: ways * (isAnchored ? 1 : NUMBER_MAX_LENGTH + 1),
    }
  }

  /** The branches after the first; gives the ways through them. */
  #otherBranches(): number {
    let ways = 0
    while (this.#slip === undefined && this.#text[this.#at] === '|') {
      this.#copy()
      ways += this.#branch()
    }
    return ways
  }

  #branch(): number {
    let ways = 1
    while (this.#slip === undefined && this.#at < this.#text.length) {
      const next = this.#text[this.#at] as string
      if (next === '|' || next === ')') break
      ways *= this.#piece(next)
    }
    return ways
  }

  /** One thing and its repetition. */
  #piece(next: string): number {
    if (next === '^' || next === '$') {
      this.#copy()
      const after = this.#text[this.#at]
      if (after !== undefined && '*+?{'.includes(after))
        this.#fail(`${after} after ${next} repeats nothing`, `a character before it, or \\${after}`)
      return 1
    }
    let inner = 1
    if (next === '(') inner = this.#group()
    else if (next === '[') this.#charClass()
    else if (next === '\\') this.#escape()
    else if ('*+?'.includes(next)) this.#fail(`${next} repeats nothing`, `a character before it, or \\${next}`)
    else if (next === '{') this.#fail('{ repeats nothing', 'a character before it, or \\{')
    else if (next === ']' || next === '}') this.#emit(`\\${next}`)
    else this.#character(next)
    if (this.#slip !== undefined) return inner
    return this.#repetition(inner, next === '(')
  }

  #group(): number {
    const opened = this.#at
    if (this.#text.startsWith('(?', this.#at)) {
      if (!this.#text.startsWith('(?:', this.#at)) {
        this.#refuseGroup()
        return 1
      }
      this.#copy(3)
    } else {
      this.#groups++
      this.#copy()
    }
    const ways = this.#branch() + this.#otherBranches()
    if (this.#slip !== undefined) return ways
    if (this.#text[this.#at] !== ')') this.#fail('( without )', 'a ) after it, or \\(', opened)
    else this.#copy()
    return ways
  }

  #refuseGroup(): void {
    const rest = this.#text.slice(this.#at)
    const kind = /^\(\?<?[=!]/.exec(rest)?.[0]
    if (kind !== undefined) {
      const side = kind.includes('<') ? 'lookbehind' : 'lookahead'
      this.#fail(
        `${side} ${kind} cannot be matched in bounded time`,
        'a group that is put back: s/^0([0-9]{9})$/61$1/ instead of s/^0(?=[0-9]{9}$)/61/',
      )
    } else if (rest.startsWith('(?>')) this.#fail('(?> ) cannot be matched in bounded time', '(?: )')
    else if (/^\(\?P?[<']/.test(rest)) this.#fail('named groups are not read', '( ) and its number: $1')
    else this.#fail('this kind of group is not read', '( ) or (?: )')
  }

  #escape(): void {
    const escaped = this.#text[this.#at + 1]
    if (escaped === undefined) this.#fail('\\ stands at the end', 'a character after it, or \\\\')
    else if (/[1-9]/.test(escaped)) {
      this.#fail(
        `\\${escaped} in the pattern refers back to a group, which cannot be matched in bounded time`,
        'the group written out again; in the replacement it may be used',
      )
    } else if (escaped === 'k' || escaped === 'g')
      this.#fail(`\\${escaped} refers back to a group`, 'the group written out again')
    else if (/[A-Za-z0-9]/.test(escaped) && !CLASS_LETTERS.includes(escaped)) {
      const instead = escaped === 'A' ? '^' : escaped === 'z' || escaped === 'Z' ? '$' : '\\d, \\w, \\s or a character'
      this.#fail(`\\${escaped} is not read`, instead)
    } else this.#copy(2)
  }

  #charClass(): void {
    const opened = this.#at
    this.#copy(this.#text[this.#at + 1] === '^' ? 2 : 1)
    const first = this.#at
    while (this.#slip === undefined) {
      const next = this.#text[this.#at]
      if (next === undefined) return this.#fail('[ without ]', 'a ] after it, or \\[', opened)
      if (next === ']') {
        if (this.#at === first) return this.#fail('[ ] holds nothing', 'characters in it, or \\] for a ]')
        return this.#copy()
      }
      this.#classMember(next, first)
    }
  }

  #classMember(next: string, first: number): void {
    const posix = /^\[:(\w*):\]/.exec(this.#text.slice(this.#at))
    if (posix !== null) {
      const range = Object.hasOwn(posixClasses, posix[1] ?? '') ? posixClasses[posix[1] ?? ''] : undefined
      if (range === undefined) {
        return this.#fail(`${posix[0]} is not known`, Object.keys(posixClasses).join(', '))
      }
      return this.#emit(range, posix[0].length)
    }
    if (next === '-') {
      if (this.#at === first || this.#text[this.#at + 1] === ']') return this.#emit('\\-')
      return this.#fail('- in the middle of [ ] is no range', '- at its beginning or end, or \\-')
    }
    const from = this.#classCharacter()
    if (this.#slip !== undefined || this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']') return
    if (from === undefined) return this.#fail('a range begins with a class', 'a character, or \\- for a -')
    const hyphen = this.#at
    this.#copy()
    if (this.#at >= this.#text.length) return
    const to = this.#classCharacter()
    if (this.#slip !== undefined) return
    if (to === undefined) this.#fail('a range ends with a class', 'a character, or \\- for a -', hyphen)
    else if (to < from) this.#fail(`the range ${from}-${to} runs backwards`, `${to}-${from}`, hyphen - 1)
  }

  /** One character inside [ ]; undefined where it is a class such as \d. */
  #classCharacter(): string | undefined {
    const next = this.#text[this.#at] as string
    if (next === '\\') {
      const escaped = this.#text[this.#at + 1] ?? ''
      this.#escape()
      return /[A-Za-z0-9]/.test(escaped) ? undefined : escaped
    }
    if (next === '[') this.#emit('\\[')
    else this.#character(next)
    return next
  }

  #character(next: string): void {
    if (next < ' ' || next > '~') this.#fail(`${JSON.stringify(next)} is in no number`, plain)
    else this.#copy()
  }

  #repetition(inner: number, isGroup: boolean): number {
    const next = this.#text[this.#at]
    let least: number
    let most: number
    if (next === '*' || next === '+') [least, most] = [next === '*' ? 0 : 1, Infinity]
    else if (next === '?') [least, most] = [0, 1]
    else if (next === '{') {
      const counted = /^\{(\d{1,6})(?:(,)(\d{0,6}))?\}/.exec(this.#text.slice(this.#at))
      if (counted === null) {
        this.#fail('{ without a count', '{n}, {n,} or {n,m}, or \\{')
        return inner
      }
      least = Number(counted[1])
      most = counted[2] === undefined ? least : counted[3] === '' ? Infinity : Number(counted[3])
      if (most < least || least > REPEAT_MAX || (most !== Infinity && most > REPEAT_MAX)) {
        this.#fail(`the count ${counted[0]} is not possible`, `{n,m} with n <= m <= ${REPEAT_MAX}`)
        return inner
      }
      this.#copy(counted[0].length - 1)
    } else return inner
    this.#copy()
    const lazy = this.#text[this.#at]
    if (lazy === '?') this.#copy()
    else if (lazy === '+') this.#fail('a possessive repetition is not read', 'the repetition without the second +')
    else if (lazy === '*' || lazy === '{') this.#fail('a repetition of a repetition', '( ) around the first')
    if (isGroup && most > 1) return Infinity
    return inner * Math.min(most - least + 1, NUMBER_MAX_LENGTH + 1)
  }

  #copy(count = 1): void {
    this.#emit(this.#text.slice(this.#at, this.#at + count), count)
  }

  /** Writes `out` for the next `read` characters. */
  #emit(out: string, read = 1): void {
    this.#out += out
    this.#at += read
  }

  #fail(what: string, expected: string, at = this.#at): void {
    this.#slip ??= { at, what, expected }
  }
}

/** Reads a pattern; what is refused says where, and what to write instead. */
export function scanPattern(pattern: string): Scan {
  if (pattern.length > PATTERN_MAX_LENGTH) {
    const what = `the pattern has ${pattern.length} characters`
    const expected = `at most ${PATTERN_MAX_LENGTH}; several rules do what one long one does`
    return { kind: 'slip', slip: { at: PATTERN_MAX_LENGTH, what, expected } }
  }
  return new Scanner(pattern).scan()
}

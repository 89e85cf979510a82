// What a number translation rule is, and what can be wrong with one. Plain data: written rules are read elsewhere.

/** The longest number that is translated, and the longest that a rule may make. Longer ones pass as they are. */
export const NUMBER_MAX_LENGTH = 40

interface Ending {
  /** Whether the rules after it are left out once it matched. */
  readonly last: boolean
}

/**
 * How people or peers dial. On the way in it makes E.164: the international prefix is cut, the national one replaced
 * by the country code, a local number gets country and area code. On the way out it does the reverse, with the first
 * prefix of each list.
 */
export interface DialingRule extends Ending {
  readonly kind: 'dialing'
  /** Such as `00`, `011`, or `+` for the way out. */
  readonly international: readonly string[]
  /** Such as `0` or `1`; empty text where national numbers come bare. Needs `countryCode`. */
  readonly national: readonly string[]
  readonly countryCode: string | undefined
  /** Digits that a national number has without its prefix; empty list: any. */
  readonly nationalLengths: readonly number[]
  /** Needs `countryCode` and `localLengths`. */
  readonly areaCode: string | undefined
  /** Digits that a number dialed without area code has. */
  readonly localLengths: readonly number[]
}

/** Cuts the first digits; a number that would be left without any does not match. */
export interface StripRule extends Ending {
  readonly kind: 'strip'
  readonly digits: number
}

/** Cuts a prefix where it is. */
export interface StripPrefixRule extends Ending {
  readonly kind: 'stripPrefix'
  readonly prefix: string
}

/** Puts a prefix before any number. */
export interface AddRule extends Ending {
  readonly kind: 'add'
  readonly prefix: string
}

/** `s/pattern/replacement/`. */
export interface SubstituteRule extends Ending {
  readonly kind: 'substitute'
  readonly pattern: string
  readonly replacement: string
  /** Flag `g`: every match, not only the first. */
  readonly global: boolean
  /** Flag `i`. */
  readonly ignoreCase: boolean
}

export type Rule = DialingRule | StripRule | StripPrefixRule | AddRule | SubstituteRule

/** One mistake in a written rule. */
export interface RuleMistake {
  /** Which rule of the set, from 0. */
  readonly rule: number
  /** Where in `text`, from 0, in UTF-16 units. */
  readonly position: number
  /** What was written: the list member that the rule is in. */
  readonly text: string
  /** What is wrong. */
  readonly what: string
  /** What would be right. */
  readonly expected: string
}

/** A mistake before it is known which rule of which text it is in; `at` counts from where reading began. */
export interface Slip {
  readonly at: number
  readonly what: string
  readonly expected: string
}

/** A word of a written rule, with its place in the text. */
export interface Word {
  readonly text: string
  readonly at: number
}

/** One line: `rule 2, character 5 of "s/^(?=0)/44/": …; expected …`. */
export function describeRuleMistake(mistake: RuleMistake): string {
  const place = `rule ${mistake.rule + 1}, character ${mistake.position + 1} of ${JSON.stringify(mistake.text)}`
  return `${place}: ${mistake.what}; expected ${mistake.expected}`
}

// Dialing rules at work: what people dial → E.164, and E.164 → what people dial. They see digits and nothing else.
import { isE164Shape } from './e164.js'
import type { DialingRule } from './rule.js'

/** The translated number, or undefined where the rule does not match. */
export type Translate = (number: string) => string | undefined

/**
 * To E.164. In order: an international prefix, a national prefix, a local number, a bare national number. Of two
 * prefixes that match the longer one counts.
 */
export function dialedToE164(rule: DialingRule): Translate {
  const { international, national, countryCode = '', nationalLengths, areaCode = '', localLengths } = rule
  const byLength = (a: string, b: string): number => b.length - a.length
  const abroad = [...international].sort(byLength)
  const prefixes = national.filter((prefix) => prefix !== '').sort(byLength)
  const comesBare = national.includes('')
  const isNational = lengthCheck(nationalLengths)
  return (number) => {
    for (const prefix of abroad) {
      if (number.startsWith(prefix) && number.length > prefix.length) return number.slice(prefix.length)
    }
    for (const prefix of prefixes) {
      const left = number.length - prefix.length
      if (left > 0 && isNational(left) && number.startsWith(prefix)) return countryCode + number.slice(prefix.length)
    }
    if (localLengths.includes(number.length)) return countryCode + areaCode + number
    return comesBare && isNational(number.length) ? countryCode + number : undefined
  }
}

/** From E.164, with the first prefix of each list. What is not shaped like E.164 does not match. */
export function e164ToDialed(rule: DialingRule): Translate {
  const { international, national, countryCode, nationalLengths, areaCode, localLengths } = rule
  const isNational = lengthCheck(nationalLengths)
  const nationalPrefix = national[0]
  const internationalPrefix = international[0]
  return (number) => {
    if (!isE164Shape(number)) return undefined
    if (countryCode !== undefined && number.startsWith(countryCode)) {
      const rest = number.slice(countryCode.length)
      if (areaCode !== undefined && rest.startsWith(areaCode)) {
        const local = rest.slice(areaCode.length)
        if (localLengths.includes(local.length)) return local
      }
      if (nationalPrefix !== undefined && rest !== '' && isNational(rest.length)) return nationalPrefix + rest
    }
    return internationalPrefix === undefined ? undefined : internationalPrefix + number
  }
}

function lengthCheck(lengths: readonly number[]): (length: number) => boolean {
  return lengths.length === 0 ? () => true : (length) => lengths.includes(length)
}

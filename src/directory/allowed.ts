// Compiles what an account may send as and where it may send to. A list that is stated lets nothing else pass.

import { PrefixTrie } from '../lib/prefix-trie.js'
import { isE164Shape, placeOf } from '../phone/e164.js'
import { looksLike } from './pattern.js'

type Allows = (address: string) => boolean

/** Undefined for an empty list, which allows everything. */
export function sourcesAllowed(patterns: readonly string[]): Allows | undefined {
  if (patterns.length === 0) return undefined
  const exact = new Set(patterns.filter((pattern) => !/[*?]/.test(pattern)))
  const shapes = patterns.filter((pattern) => !exact.has(pattern))
  return (source) => exact.has(source) || shapes.some((shape) => looksLike(shape, source))
}

/**
 * Countries and leading digits. A number whose country is not known, or that is not shaped like E.164, is in no country. Undefined for
 * an empty list, which allows everything.
 */
export function destinationsAllowed(places: readonly string[]): Allows | undefined {
  if (places.length === 0) return undefined
  const prefixes = [...new Set(places.filter((place) => /^[0-9]/.test(place)))]
  const countries = new Set(places.filter((place) => !/^[0-9]/.test(place)))
  const trie = new PrefixTrie(prefixes.map((prefix) => [prefix, true] as const))
  return (called) => {
    if (trie.longest(called) === true && /^[0-9]+$/.test(called)) return true
    if (countries.size === 0 || !isE164Shape(called)) return false
    const country = placeOf(called)?.country
    return country !== undefined && countries.has(country)
  }
}

// Reads and writes `;name=value` behind a header value. URIs have rules of their own for theirs.
import { noParams, type Param, type Params } from './params.js'
import { bareValueBit, isAll, isBlank, quoted, quotedEnd, tokenBit, unquoted } from './tokens.js'

/** The parameters of text from `at` to its end, blanks anywhere; undefined if it is anything else. RFC 3261 §25.1. */
export function readParams(text: string, at: number): Params | undefined {
  const length = text.length
  let read: Param[] | undefined
  for (;;) {
    while (at < length && isBlank(text.charCodeAt(at))) at++
    if (at >= length) return read ?? noParams
    if (text.charCodeAt(at) !== semicolon) return undefined
    at++
    while (at < length && isBlank(text.charCodeAt(at))) at++
    // `;;` and a `;` at the end say nothing, and phones send them.
    if (at >= length || text.charCodeAt(at) === semicolon) continue
    const start = at
    at = bareEnd(text, at)
    const nameEnd = trimEnd(text, start, at)
    if (!isAll(text, tokenBit, start, nameEnd)) return undefined
    const name = lower(text.slice(start, nameEnd))
    let value: string | undefined
    if (text.charCodeAt(at) === equals) {
      at++
      while (at < length && isBlank(text.charCodeAt(at))) at++
      if (text.charCodeAt(at) === quote) {
        const end = quotedEnd(text, at)
        if (end < 0) return undefined
        value = unquoted(text, at, end)
        at = end
      } else {
        const from = at
        at = bareEnd(text, at)
        const end = trimEnd(text, from, at)
        if (!isAll(text, bareValueBit, from, end)) return undefined
        value = text.slice(from, end)
      }
    }
    read ??= []
    read.push({ name, value })
  }
}

/** `;name=value` of each, a value in quotes where it needs them. */
export function writeParams(params: Params): string {
  let text = ''
  for (const { name, value } of params) {
    text += `;${name}`
    if (value !== undefined) text += isAll(value, bareValueBit) ? `=${value}` : `=${quoted(value)}`
  }
  return text
}

/** Where a name or a value without quotes ends at the latest. */
function bareEnd(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === semicolon || code === equals) return at
  }
  return at
}

function trimEnd(text: string, from: number, to: number): number {
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return to
}

/** Most are in lower case already, and then nothing is made. */
function lower(name: string): string {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code >= 65 && code <= 90) return name.toLowerCase()
  }
  return name
}

const semicolon = 59
const equals = 61
const quote = 34

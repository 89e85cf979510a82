// JSON text as its value, in slices, so that reading a long list need not hold up the event loop. It waits for nothing itself.

/** Characters that are read at once: about half a millisecond. */
const PIECE = 65_536
/** Long values within each other. Nobody writes more; each level costs a look ahead. */
const LONG_DEPTH_MAX = 16

export interface JsonSliceOptions {
  /** Reads one piece; throws for what is no JSON. */
  readonly parse?: (text: string) => unknown
  readonly piece?: number
}

/**
 * What JSON.parse gives, with a yield after each piece.
 * @throws what `parse` throws; SyntaxError for what is no JSON between pieces, and for long values nested too deeply
 */
export function* jsonInSlices(text: string, options: JsonSliceOptions = {}): Generator<void, unknown> {
  const reading: Reading = { text, at: 0, parse: options.parse ?? JSON.parse, piece: options.piece ?? PIECE }
  skipSpace(reading)
  const value = yield* valueOf(reading, 0)
  skipSpace(reading)
  if (reading.at < text.length) throw unexpected(reading)
  return value
}

interface Reading {
  readonly text: string
  readonly parse: (text: string) => unknown
  readonly piece: number
  at: number
}

function* valueOf(reading: Reading, depth: number): Generator<void, unknown> {
  const { text, piece, at } = reading
  const first = text.charCodeAt(at)
  const isLong = endOf(text, at, at + piece) === -1
  if (isLong && depth > LONG_DEPTH_MAX) throw new SyntaxError('long values are nested too deeply')
  if (isLong && first === OPEN_LIST) return yield* listOf(reading, depth)
  if (isLong && first === OPEN_MAPPING) return yield* mappingOf(reading, depth)
  reading.at = endOf(text, at, Infinity)
  return reading.parse(text.slice(at, reading.at))
}

function* listOf(reading: Reading, depth: number): Generator<void, unknown[]> {
  const { text, parse, piece } = reading
  const items: unknown[] = []
  do {
    reading.at++
    skipSpace(reading)
    const from = reading.at
    if (items.length === 0 && text.charCodeAt(from) === CLOSE_LIST) break
    // As many whole items as fit into one piece are read at once.
    let to = -1
    for (let end = endOf(text, from, from + piece); end > reading.at;) {
      to = reading.at = end
      skipSpace(reading)
      if (text.charCodeAt(reading.at) !== COMMA) break
      const comma = reading.at++
      skipSpace(reading)
      end = endOf(text, reading.at, from + piece)
      // What is beyond the piece begins the next; and so does what is no item.
      if (end <= reading.at) reading.at = comma
    }
    if (to === -1) items.push(yield* valueOf(reading, depth + 1))
    else for (const item of parse(`[${text.slice(from, to)}]`) as unknown[]) items.push(item)
    yield
    skipSpace(reading)
  } while (text.charCodeAt(reading.at) === COMMA)
  if (text.charCodeAt(reading.at) !== CLOSE_LIST) throw unexpected(reading)
  reading.at++
  return items
}

function* mappingOf(reading: Reading, depth: number): Generator<void, Record<string, unknown>> {
  const { text, parse } = reading
  const mapping: Record<string, unknown> = {}
  let isFirst = true
  do {
    reading.at++
    skipSpace(reading)
    if (isFirst && text.charCodeAt(reading.at) === CLOSE_MAPPING) break
    isFirst = false
    if (text.charCodeAt(reading.at) !== QUOTE) throw unexpected(reading)
    const from = reading.at
    reading.at = endOf(text, from, Infinity)
    const key = text.slice(from, reading.at)
    skipSpace(reading)
    if (text.charCodeAt(reading.at) !== COLON) throw unexpected(reading)
    reading.at++
    skipSpace(reading)
    const value = yield* valueOf(reading, depth + 1)
    // By way of `parse`, which may refuse names; and as a property of its own, whatever its name.
    for (const name of Object.keys(parse(`{${key}:0}`) as object))
      Object.defineProperty(mapping, name, { value, enumerable: true, writable: true, configurable: true })
    yield
    skipSpace(reading)
  } while (text.charCodeAt(reading.at) === COMMA)
  if (text.charCodeAt(reading.at) !== CLOSE_MAPPING) throw unexpected(reading)
  reading.at++
  return mapping
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_MAPPING = 0x7b
const CLOSE_MAPPING = 0x7d

/**
 * Where the value at `from` ends, as far as quotes and brackets tell; the end of the text for one that does not end. -1 where that is
 * beyond `limit`. What is between is not looked at.
 */
function endOf(text: string, from: number, limit: number): number {
  const until = Math.min(text.length, limit)
  let depth = 0
  for (let at = from; at < until; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at++
        while (at < until && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
        if (at >= until) return limit < text.length ? -1 : text.length
        if (depth === 0) return at + 1
        break
      case OPEN_LIST:
      case OPEN_MAPPING:
        depth++
        break
      case CLOSE_LIST:
      case CLOSE_MAPPING:
        if (depth === 0) return at
        if (--depth === 0) return at + 1
        break
      case COMMA:
      case COLON:
      case 0x20:
      case 0x09:
      case 0x0a:
      case 0x0d:
        if (depth === 0) return at
    }
  }
  return limit < text.length ? -1 : text.length
}

/** RFC 8259 §2. */
function skipSpace(reading: Reading): void {
  for (; ; reading.at++) {
    const code = reading.text.charCodeAt(reading.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
  }
}

function unexpected({ text, at }: Reading): SyntaxError {
  return new SyntaxError(
    at < text.length ? `unexpected ${JSON.stringify(text[at])} at position ${at}` : 'unexpected end of the text',
  )
}

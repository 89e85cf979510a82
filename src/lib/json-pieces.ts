// A value as JSON text in pieces, so that writing a long list need not hold up the event loop. It waits for nothing itself.

/** Entries of a long list in one piece: far below a millisecond for small ones. */
const SLICE = 250

/**
 * The pieces put together are what JSON.stringify gives; long are lists in a list's place or directly in a mapping.
 * @param shown what is written in place of a value that stands under `key`; it is asked for pieces of a list, not for the whole
 */
export function* jsonPieces(
  value: unknown,
  shown: (value: unknown, key: string) => unknown = (same) => same,
  key = '',
): Generator<string> {
  if (isLong(value)) {
    for (let at = 0; at < value.length; at += SLICE) {
      const json = JSON.stringify(shown(value.slice(at, at + SLICE), key))
      yield `${at === 0 ? '[' : ','}${json.slice(1, -1)}`
    }
    yield ']'
  } else if (isMapping(value) && Object.values(value).some(isLong)) {
    let lead = '{'
    for (const [name, child] of Object.entries(value)) {
      if (child === undefined) continue
      yield `${lead}${JSON.stringify(name)}:`
      yield* jsonPieces(child, shown, name)
      lead = ','
    }
    yield '}'
  } else {
    const json = JSON.stringify(shown(value, key)) as string | undefined
    if (json === undefined) throw new RangeError('there is no JSON for this value')
    yield json
  }
}

function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > SLICE
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

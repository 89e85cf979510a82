import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonInSlices } from './json-slices.js'

function read(text: string, piece: number): { readonly value: unknown; readonly slices: number } {
  const reading = jsonInSlices(text, { piece })
  for (let slices = 0; ; slices++) {
    const step = reading.next()
    if (step.done === true) return { value: step.value, slices }
  }
}

/** What both say of a text; undefined for one that is no JSON. */
function attempt(parse: () => unknown): unknown {
  try {
    return { value: parse() }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

describe('JSON in slices', () => {
  const spaced = fc.record({ value: fc.jsonValue({ maxDepth: 4 }), indent: fc.constantFrom(0, 1, '\t') })
  const piece = fc.constantFrom(1, 2, 5, 17, 100)

  it('is what JSON.parse says', () => {
    fc.assert(
      fc.property(spaced, piece, ({ value, indent }, size) => {
        const text = ` ${JSON.stringify(value, undefined, indent)}\n`
        expect(JSON.stringify(read(text, size).value)).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 1000 },
    )
  })

  it('is none where JSON.parse says so', () => {
    const place = fc.nat()
    const wrong = fc.constantFrom('', ',', ']', '}', '[', '{', '"', ':', '\\', ' ', '1', 'x', '\u0001')
    fc.assert(
      fc.property(spaced, place, wrong, fc.nat(3), piece, ({ value, indent }, at, put, cut, size) => {
        const right = JSON.stringify(value, undefined, indent)
        const from = at % (right.length + 1)
        const text = right.slice(0, from) + put + right.slice(from + cut)
        const expected = attempt(() => JSON.parse(text) as unknown)
        expect(JSON.stringify(attempt(() => read(text, size).value))).toBe(JSON.stringify(expected))
      }),
      { numRuns: 5000 },
    )
  })

  it.each(['', '[', '[1', '[1,', '[1,]', '[,1]', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,}', '{a:1}', '[1]]', '1 2', '"', '[1 2]', '["', '{"a":[}'])(
    '%j is none',
    (text) => {
      for (const size of [1, 3, 1000]) expect(() => read(text, size)).toThrow(SyntaxError)
    },
  ) // prettier-ignore

  it('of a long list comes in pieces of one length', () => {
    const rates = Array.from({ length: 20_000 }, (_, n) => ({
      prefix: `44${n}`,
      price: '0.01',
      note: 'a "quoted" [one',
    }))
    const text = JSON.stringify({ name: 'gold', rates, after: true })
    const { value, slices } = read(text, 65_536)
    expect(value).toEqual({ name: 'gold', rates, after: true })
    expect(slices).toBeGreaterThanOrEqual(Math.floor(text.length / 65_536))
  })

  it('keeps names to itself that mean something elsewhere, and has the last of two', () => {
    const long = 'x'.repeat(50)
    const { value } = read(`{"__proto__":{"a":"${long}"},"b":1,"b":2}`, 10)
    expect(Object.keys(value as object)).toEqual(['__proto__', 'b'])
    expect((value as { a?: unknown }).a).toBeUndefined()
    expect((value as { b: unknown }).b).toBe(2)
  })

  it('is refused where long values are nested without end', () => {
    const text = `${'['.repeat(5000)}${']'.repeat(5000)}`
    expect(() => read(text, 1000)).toThrow('nested too deeply')
  })
})

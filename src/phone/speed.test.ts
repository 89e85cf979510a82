// What a translation costs, printed. The bounds are far above what was measured: they catch a change of kind and nothing else.
import { describe, expect, it } from 'vitest'
import { placeOf } from './e164.js'
import { compileTranslator, translate } from './translator.js'

const ROUNDS = 10
const RUNS = 2_000

/** The best of some rounds: what else the machine does is not ours. */
function microsPerRun(work: () => unknown): number {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const from = process.hrtime.bigint()
    for (let i = 0; i < RUNS; i++) work()
    best = Math.min(best, Number(process.hrtime.bigint() - from) / 1000 / RUNS)
  }
  return best
}

function translating(rules: readonly string[], number = '07700900123'): () => string {
  const compiled = compileTranslator(rules, 'in')
  if (compiled.kind === 'mistakes') throw new Error(compiled.mistakes[0]?.what)
  return () => translate(compiled.translator, number, 'e164')
}

describe('the speed of', () => {
  it.each([
    ['three prefixes replaced', 20, translating(['s/^00//', 's/^0/44/', 's/^44770/44771/'])],
    ['a dialing rule', 20, translating(['dialing international=00,011 national=0 countryCode=44'])],
    ['three expressions', 50, translating(['s/[^0-9]//g', 's/^0([1-9]\\d{8,9})$/44$1/', 's/^(44|1)(\\d+)$/$1$2/'])],
    ['an expression in linear time', 200, translating(['s/(\\d\\d)+$/1/'])],
    ['a hostile expression', 2000, translating(['s/(\\d*)*[a-c]?(\\d*)*/1/g'], '1'.repeat(40))],
    ['the place of a number', 10, () => placeOf('447781123456')],
  ] as const)('%s', (what, boundMicros, work) => {
    const micros = microsPerRun(work)
    console.log(`${what}: ${micros.toFixed(3)} µs`)
    expect(micros).toBeLessThan(boundMicros)
  })
})

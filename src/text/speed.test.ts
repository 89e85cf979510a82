// What the hot path costs, printed. The bounds are far above what was measured: they catch a change of kind and nothing else.
import { describe, expect, it } from 'vitest'
import { peerCoding, readDataCoding } from './data-coding.js'
import { decodeContent } from './decode.js'
import { encodeText, segmentCount } from './encode.js'
import { decodeGsm7, encodeGsm7 } from './gsm7.js'
import { packSeptets, unpackSeptets } from './septets.js'
import { transliterate } from './transliterate.js'
import { readUdh } from './udh.js'

const ascii = 'The quick brown fox jumps over the lazy dog. '.repeat(4).slice(0, 160)
const septets = encodeGsm7(ascii) ?? new Uint8Array()
const packed = packSeptets(septets, 0, 'cr')
const peer = { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7' }) }
const udh = Uint8Array.of(5, 0, 3, 1, 2, 1, ...septets.subarray(0, 153))
const wide = Buffer.from('Привет, мир! '.repeat(6).slice(0, 70), 'utf16le').swap16()
const emoji = 'Привет 👨‍👩‍👧‍👦 '.repeat(20)

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

describe('the speed of', () => {
  it.each([
    ['GSM 7 bit decode of 160 septets', 100, () => decodeGsm7(septets)],
    ['GSM 7 bit encode of 160 characters', 100, () => encodeGsm7(ascii)],
    ['unpack of 160 septets', 100, () => unpackSeptets(packed, 0, 'cr')],
    ['pack of 160 septets', 100, () => packSeptets(septets, 0, 'cr')],
    ['segment count of 160 ASCII characters', 100, () => segmentCount(ascii)],
    ['segment count of 480 ASCII characters', 300, () => segmentCount(ascii + ascii + ascii)],
    ['segment count of 360 units with emoji', 5000, () => segmentCount(emoji)],
    ['header with a concatenation', 50, () => readUdh(udh)],
    ['data_coding', 5, () => readDataCoding(8, peer.coding)],
    ['decode of a part with a header', 150, () => decodeContent({ dataCoding: 0, udhi: true, octets: udh }, peer)],
    ['decode of 70 UCS-2 units', 150, () => decodeContent({ dataCoding: 8, udhi: false, octets: wide }, peer)],
    ['encode to one segment', 300, () => encodeText(ascii, peer, { cutting: 'udh8', reference: 1 })],
    ['transliteration of what needs none', 100, () => transliterate(ascii)],
  ] as const)('%s', (what, boundMicros, work) => {
    const micros = microsPerRun(work)
    console.log(`${what}: ${micros.toFixed(3)} µs`)
    expect(micros).toBeLessThan(boundMicros)
  })
})

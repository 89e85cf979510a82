// What the hot path costs, printed; the bounds are twenty times what was measured, to catch a change of kind and nothing else.
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

const RUNS = 20_000

function microsPerRun(work: () => unknown): number {
  for (let i = 0; i < RUNS; i++) work()
  const from = process.hrtime.bigint()
  for (let i = 0; i < RUNS; i++) work()
  return Number(process.hrtime.bigint() - from) / 1000 / RUNS
}

describe('the speed of', () => {
  it.each([
    ['GSM 7 bit decode of 160 septets', 20, () => decodeGsm7(septets)],
    ['GSM 7 bit encode of 160 characters', 20, () => encodeGsm7(ascii)],
    ['unpack of 160 septets', 20, () => unpackSeptets(packed, 0, 'cr')],
    ['pack of 160 septets', 20, () => packSeptets(septets, 0, 'cr')],
    ['segment count of 160 ASCII characters', 20, () => segmentCount(ascii)],
    ['segment count of 480 ASCII characters', 60, () => segmentCount(ascii + ascii + ascii)],
    ['segment count of 360 units with emoji', 1000, () => segmentCount(emoji)],
    ['header with a concatenation', 10, () => readUdh(udh)],
    ['data_coding', 1, () => readDataCoding(8, peer.coding)],
    ['decode of a part with a header', 30, () => decodeContent({ dataCoding: 0, udhi: true, octets: udh }, peer)],
    ['decode of 70 UCS-2 units', 30, () => decodeContent({ dataCoding: 8, udhi: false, octets: wide }, peer)],
    ['encode to one segment', 60, () => encodeText(ascii, peer, { cutting: 'udh8', reference: 1 })],
    ['transliteration of what needs none', 20, () => transliterate(ascii)],
  ] as const)('%s', (what, boundMicros, work) => {
    const micros = microsPerRun(work)
    console.log(`${what}: ${micros.toFixed(3)} µs`)
    expect(micros).toBeLessThan(boundMicros)
  })
})

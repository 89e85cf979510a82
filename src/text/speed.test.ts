// What the hot path costs, printed. The bounds are far above what was measured: they catch a change of kind and nothing else.
import { describe, expect, it } from 'vitest'
import { peerCoding, readDataCoding } from './data-coding.js'
import { decodeContent } from './decode.js'
import { encodeText, segmentCount } from './encode.js'
import { decodeGsm7, encodeGsm7 } from './gsm7.js'
import { leave, leavesUntouched } from './leave.js'
import { packSeptets, unpackSeptets } from './septets.js'
import { toStandard } from './standard.js'
import { transliterate } from './transliterate.js'
import { readUdh } from './udh.js'

const ascii = 'The quick brown fox jumps over the lazy dog. '.repeat(4).slice(0, 160)
const septets = encodeGsm7(ascii) ?? new Uint8Array()
const packed = packSeptets(septets, 0, 'cr')
const peer = { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7' }) }
const udh = Uint8Array.of(5, 0, 3, 1, 2, 1, ...septets.subarray(0, 153))
const wide = Buffer.from('Привет, мир! '.repeat(6).slice(0, 70), 'utf16le').swap16()
const emoji = 'Привет 👨‍👩‍👧‍👦 '.repeat(20)

const target = { text: peer, longMessage: 'udh8', languages: [], transliterate: false } as const
const all = { longMessage: 'udh16', languages: [1, 3], transliterate: true } as const
const standard = (text: string) => {
  const encoded = encodeText(text, peer, { cutting: 'whole', reference: 1 })
  if (encoded.kind !== 'encoded') throw new Error(encoded.kind)
  return { dataCoding: encoded.dataCoding, udhi: false, octets: encoded.segments[0]?.octets ?? new Uint8Array() }
}
const short = standard(ascii)
const threeParts = standard((ascii + ascii + ascii).slice(0, 459))
const threeWide = standard('Привет, мир! '.repeat(15))
const threeEmoji = standard(emoji.slice(0, 180))
const packedPart = { dataCoding: 0, udhi: false, octets: packed }
const packedPeer = { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7Packed' }) }

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
    ['a look at what leaves untouched', 5, () => leavesUntouched(short, target)],
    ['into the standard coding, which it is in', 5, () => toStandard(short, peer)],
    ['into the standard coding from packed septets', 100, () => toStandard(packedPart, packedPeer)],
    ['leaving of three segments in GSM 7 bit', 200, () => leave(threeParts, 'udh8', 7, target)],
    ['the same with all choices', 500, () => leave(threeParts, 'udh8', 7, { ...target, ...all })],
    ['the same towards packed septets', 500, () => leave(threeParts, 'udh8', 7, { ...target, text: packedPeer })],
    ['leaving of three segments in UCS-2', 500, () => leave(threeWide, 'udh8', 7, target)],
    ['leaving of three segments with emoji', 5000, () => leave(threeEmoji, 'udh8', 7, target)],
    ['transliteration of what needs none', 100, () => transliterate(ascii)],
  ] as const)('%s', (what, boundMicros, work) => {
    const micros = microsPerRun(work)
    console.log(`${what}: ${micros.toFixed(3)} µs`)
    expect(micros).toBeLessThan(boundMicros)
  })
})

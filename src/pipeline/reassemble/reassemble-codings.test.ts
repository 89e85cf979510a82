// Parts of senders that code their texts otherwise than the switch: joined as they came, then converted.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../store/memory/memory-store.js'
import type { Alphabet } from '../../text/alphabet.js'
import { encodePlain } from '../../text/charsets.js'
import { peerCoding } from '../../text/data-coding.js'
import { decodeContent, type PeerText } from '../../text/decode.js'
import { encodeGsm7 } from '../../text/gsm7.js'
import { fillBitsAfter, packSeptets } from '../../text/septets.js'
import { standardText } from '../../text/standard.js'
import { reassemblyRig, rulesWith, TIMEOUT_MS, type PartSpec, type ReassemblyRig, type Sent } from './rig.suite.js'

const peerOf = (defaultAlphabet: Alphabet, alphabets: ReadonlyMap<number, Alphabet> = new Map()): PeerText => ({
  coding: peerCoding({ table: 'smpp', defaultAlphabet, alphabets }),
})
const utf8 = peerOf('utf8')
const early = rulesWith({ ack: 'early' })
const told = (sent: readonly Sent[]) => sent.map((one) => one.told.join(', '))
const octets = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

function rigOf(text: PeerText, rules = rulesWith({})): ReassemblyRig {
  const rig = reassemblyRig()
  rig.texts.set('acme', text)
  rig.rules.set('acme', rules)
  return rig
}

/** The texts of what went on, read as the rest of the switch does. */
function textsOf({ accepted }: ReassemblyRig): string[] {
  return accepted.map(({ message }) => {
    const decoded = decodeContent(message.content, standardText)
    return decoded.kind === 'text' ? decoded.text : decoded.kind
  })
}

describe('a message in parts', () => {
  it('whose sender cuts characters of UTF-8 comes together', async () => {
    const rig = rigOf(utf8)
    const all = Buffer.from('Привет, как дела? '.repeat(10))
    const cuts = [all.subarray(0, 133), all.subarray(133, 266), all.subarray(266)]
    const sent = rig.send(...cuts.map((text, i) => ({ part: i + 1, total: 3, text })))
    await rig.settle()
    expect(told(sent)).toEqual(['withheld, accepted 0', 'withheld, accepted 1', 'accepted 2'])
    expect(textsOf(rig)).toEqual([all.toString()])
  })

  it('is kept as it came until it is whole, over a restart too', async () => {
    const rig = rigOf(utf8, early)
    rig.send({ part: 1, text: octets('d0') })
    await rig.settle()
    expect(await rig.store.collected()).toMatchObject([
      { content: { dataCoding: 0, udhi: true, octets: octets('050003070201 d0') } },
    ])
    const next = reassemblyRig({ store: new MemoryStore(rig.store.snapshot()) })
    next.texts.set('acme', utf8)
    next.reassembly.restore(await next.store.collected(), next.clock.monotonicMs())
    next.send({ part: 2, text: octets('96') })
    await next.settle()
    expect(textsOf(next)).toEqual(['Ж'])
    expect(next.accepted[0]!.message.content).toMatchObject({ dataCoding: 8, udhi: false })
  })

  it('of one part is converted', async () => {
    const rig = rigOf(utf8)
    rig.send({ part: 1, total: 1, text: 'é' })
    await rig.settle()
    expect(rig.accepted).toMatchObject([{ message: { content: { dataCoding: 0, udhi: false, octets: octets('05') } } }])
  })
})

describe('what goes by itself is converted by itself', () => {
  it('with its header, where that says more than its place', async () => {
    const rig = rigOf(peerOf('latin1'))
    const content = { dataCoding: 0, udhi: true, octets: octets('06 0504 00010002 e7') }
    rig.send({ changes: { content } })
    await rig.settle()
    expect(rig.accepted).toMatchObject([{ message: { content: { ...content, dataCoding: 3 } } }])
  })

  it('a part whose others never came', async () => {
    const rig = rigOf(utf8, rulesWith({ ack: 'early', incomplete: 'sendAsReceived' }))
    rig.send({ part: 1, text: 'é' }, { part: 1, text: 'é', shape: 'sar' })
    await rig.settle()
    rig.pass(TIMEOUT_MS)
    await rig.settle()
    expect(rig.accepted).toMatchObject([
      { message: { content: { dataCoding: 0, udhi: true, octets: octets('050003070201 05') } } },
      { message: { content: { dataCoding: 0, udhi: false, octets: octets('05') } } },
    ])
  })

  it('is refused where nobody can read it', () => {
    const rig = rigOf({ coding: peerCoding({ table: 'gsm0338', defaultAlphabet: 'gsm7' }) })
    const sent = rig.send({ dataCoding: 0x20 }, { dataCoding: 0x20, shape: 'sar' })
    expect(told(sent)).toEqual(['refused unreadableText', 'refused unreadableText'])
    expect(rig.reassembly.isEmpty).toBe(true)
  })
})

describe('text and other octets in one message', () => {
  const text: PartSpec = { shape: 'sar', part: 1, dataCoding: 8, text: octets('0416') }
  const binary: PartSpec = { shape: 'sar', part: 2, dataCoding: 4, text: octets('01') }

  it('are refused together', async () => {
    const { send, settle, outcomes, reassembly } = reassemblyRig()
    const sent = send(text, binary)
    await settle()
    expect(told(sent)).toEqual(['withheld, refused invalidConcatenation', 'refused invalidConcatenation'])
    expect(outcomes).toEqual(['esme refused'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it.each([true, false])('end where they were acknowledged (already stored: %s)', async (isStored) => {
    const { send, settle, store, abandoned, accepted, reassembly } = rigOf(standardText, early)
    const first = send(text)
    if (isStored) await settle()
    const last = send(binary)
    await settle()
    expect(told([...first, ...last])).toEqual(['accepted 0', 'refused invalidConcatenation'])
    expect(abandoned).toMatchObject([{ parts: [{}], state: 'REJECTED', reason: 'invalidConcatenation' }])
    expect([accepted, await store.collected()]).toEqual([[], []])
    expect(reassembly.isEmpty).toBe(true)
  })
})

it('any text of any sender, cut anywhere and sent in any order, comes together', async () => {
  const senders = fc.constantFrom<readonly [Alphabet, Alphabet, number]>(
    ['utf8', 'utf8', 0],
    ['latin1', 'latin1', 0],
    ['latin1', 'latin1', 0x11],
    ['gsm7', 'ucs2le', 8],
    ['gsm7', 'ucs2', 8],
    ['gsm7Packed', 'gsm7Packed', 0],
    ['gsm7', 'gsm7', 0],
  )
  const char = fc.constantFrom(...'abc €[]çñé\n', 'Ж', '😀', '한')
  const chars = fc.array(char, { minLength: 1, maxLength: 200 }).map((all) => all.join(''))
  let met = 0
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        sender: senders,
        text: chars,
        shape: fc.constantFrom('udh8' as const, 'udh16' as const, 'sar' as const),
        size: fc.integer({ min: 1, max: 120 }),
        order: fc.infiniteStream(fc.nat()),
        ack: fc.constantFrom('early' as const, 'withheld' as const),
      }),
      async ({ sender: [usual, alphabet, dataCoding], text, shape, size, order, ack }) => {
        const isGsm = alphabet === 'gsm7' || alphabet === 'gsm7Packed'
        const all = isGsm ? encodeGsm7(text) : encodePlain(text, alphabet as 'utf8')
        fc.pre(all !== undefined && all.length > size)
        if (all === undefined) return
        const total = Math.ceil(all.length / size)
        fc.pre(total <= 254)
        const fill = shape === 'sar' ? 0 : fillBitsAfter(shape === 'udh8' ? 6 : 7)
        const pieces = Array.from({ length: total }, (_, i) => all.subarray(i * size, (i + 1) * size))
        const parts: PartSpec[] = pieces.map((piece, i) => ({
          part: i + 1,
          total,
          shape,
          dataCoding,
          text: alphabet === 'gsm7Packed' ? packSeptets(piece, fill, 'cr') : piece,
        }))
        const rank = parts.map(() => order.next().value as number)
        parts.sort((a, b) => rank[a.part! - 1]! - rank[b.part! - 1]!)
        const rig = rigOf(peerOf(usual, usual === alphabet ? new Map() : new Map([[dataCoding, alphabet]])), {
          ...rulesWith({ ack }),
        })
        const sent = rig.send(...parts)
        await rig.settle()
        for (const { told: answers } of sent) expect(answers.at(-1)).toMatch(/^accepted/)
        expect(textsOf(rig)).toEqual([text])
        met++
      },
    ),
    { numRuns: 300 },
  )
  expect(met).toBeGreaterThan(100)
})

import { describe, expect, it } from 'vitest'
import { reassemblyRig, rulesWith, type PartSpec, type RigSettings, type Sent } from './rig.suite.js'

const early = rulesWith({ ack: 'early' })
const told = (sent: readonly Sent[]) => sent.map((one) => one.told.join(', '))
const text = (octets: Uint8Array) => Buffer.from(octets).toString('latin1')

function earlyRig(settings: RigSettings = {}) {
  const rig = reassemblyRig(settings)
  rig.rules.set('acme', early)
  return rig
}

describe('the same part again', () => {
  it('withheld: both hear the verdict', async () => {
    const { send, settle, accepted } = reassemblyRig()
    const sent = send({ part: 1 }, { part: 1 }, { part: 2 })
    await settle()
    expect(told(sent)).toEqual(['withheld, accepted 0', 'withheld, accepted 0', 'accepted 1'])
    expect(accepted[0]!.message.parts).toHaveLength(2)
  })

  it('over another session: the part stays while one of them does', async () => {
    const { send, settle, reassembly } = reassemblyRig()
    const [a, b] = [{}, {}]
    const sent = send({ link: a }, { link: b })
    reassembly.linkClosed(a)
    const last = send({ part: 2, link: b })
    await settle()
    expect(told([...sent, ...last])).toEqual(['withheld', 'withheld, accepted 0', 'accepted 1'])
    expect(reassembly.isEmpty).toBe(true)
    send({ link: a }, { link: b })
    reassembly.linkClosed(b)
    expect(reassembly.size('esme').sets).toBe(1)
    reassembly.linkClosed(a)
    expect(reassembly.isEmpty).toBe(true)
  })

  it('acknowledged, or about to be: the same id once it is durable', async () => {
    const { send, settle } = earlyRig()
    const before = send({}, {})
    expect(told(before)).toEqual(['', ''])
    await settle()
    const after = send({})
    expect(told([...before, ...after])).toEqual(['accepted 0', 'accepted 0', 'accepted 0'])
  })

  it('with other content begins a new message; the old one is incomplete', async () => {
    const { send, settle, outcomes, accepted, reassembly } = reassemblyRig()
    const old = send({ part: 1, text: 'old' })
    const fresh = send({ part: 1, text: 'new ' }, { part: 2, text: 'text' })
    await settle()
    expect(told([...old, ...fresh])).toEqual([
      'withheld, refused incompleteMessage',
      'withheld, accepted 1',
      'accepted 2',
    ])
    expect(accepted.map(({ message }) => text(message.content.octets))).toEqual(['new text'])
    expect(outcomes).toEqual(['esme incomplete', 'esme whole'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('after its message was accepted begins another', async () => {
    const { send, settle, reassembly } = reassemblyRig()
    send({ part: 1 }, { part: 2 })
    await settle()
    expect(told(send({ part: 1 }))).toEqual(['withheld'])
    expect(reassembly.size('esme').sets).toBe(1)
  })
})

describe('which parts belong together', () => {
  it.each<[string, PartSpec, boolean]>([
    ['the other part', {}, true],
    ['over another session', { link: {} }, true],
    ['of another account', { from: 'other' }, false],
    ['from another source', { changes: { source: { ton: 5, npi: 0, value: 'Other' } } }, false],
    ['to another number', { to: '447700900124' }, false],
    ['with another reference', { reference: 8 }, false],
    ['with the same reference in 16 bits', { shape: 'udh16' }, false],
    ['with the same reference as SAR', { shape: 'sar' }, false],
    ['from an address written otherwise', { changes: { source: { ton: 0, npi: 1, value: 'Acme' } } }, true],
  ])('%s', (_, other, isSame) => {
    const { send, outcomes, reassembly } = reassemblyRig()
    send({ part: 1 }, { part: 2, ...other })
    expect([reassembly.size('esme').sets, outcomes]).toEqual([isSame ? 0 : 2, []])
  })

  it('those of one vendor, whichever connection they come by', async () => {
    const { send, settle, accepted, reassembly } = reassemblyRig()
    send({ from: 'c1', part: 1 }, { from: 'c2', part: 2 })
    await settle()
    expect(accepted.map(({ kind }) => kind)).toEqual(['mo'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('another total is a mistake, and the set stays', async () => {
    const { send, settle } = reassemblyRig()
    const sent = send({ part: 1, total: 2 }, { part: 3, total: 3 }, { part: 2, total: 2 })
    await settle()
    expect(told(sent)).toEqual(['withheld, accepted 0', 'refused invalidConcatenation', 'accepted 1'])
  })

  it('interleaved sets do not mix', async () => {
    const { send, settle, accepted } = reassemblyRig()
    send(
      { reference: 1, text: 'a' },
      { reference: 2, text: 'b' },
      { reference: 2, part: 2, text: 'B' },
      { reference: 1, part: 2, text: 'A' },
    )
    await settle()
    expect(accepted.map(({ message }) => text(message.content.octets))).toEqual(['bB', 'aA'])
  })
})

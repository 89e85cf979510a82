import { describe, expect, it } from 'vitest'
import type { Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { Content } from '../../message/message.js'
import { judgeOwning } from '../../powerpack/number-changes.js'
import { account as acme, dayMs, owned, Rig } from '../../powerpack/rig.suite.js'
import type { Located } from '../stage.js'
import { Senders } from './sender.js'

const text = (octets: number): Content => ({ dataCoding: 0, udhi: false, octets: new Uint8Array(octets).fill(0x61) })
const unchosen = { ton: 0, npi: 0, value: '' }

interface Asked {
  readonly powerpack?: string
  readonly to?: string
  readonly content?: Content
  readonly network?: Located['network']
  readonly source?: string
  readonly account?: string
  readonly isAcknowledgement?: boolean
}

function setUp(maxQueued = 10) {
  const rig = new Rig()
  const waiting = new Map<string, number>()
  const log: string[] = []
  const senders = new Senders(
    { powerpacks: rig.packs, chance: () => 0, waiting: (number) => waiting.get(number) ?? 0 },
    { maxQueued },
  )
  const located = ({ to = '14155550100', content = text(10), network, ...asked }: Asked = {}): Located =>
    ({
      account: { id: asked.account ?? acme },
      submission: {
        powerpack: asked.powerpack,
        source: asked.source === undefined ? unchosen : { ton: 1, npi: 1, value: asked.source },
        isAcknowledgement: asked.isAcknowledgement,
        ...{ destination: { ton: 1, npi: 1, value: to }, content },
        answer: {
          accepted: (id: MessageId) => log.push(`accepted ${id}`),
          refused: ({ reason }: Failure) => log.push(reason),
        },
      },
      network,
    }) as unknown as Located
  const take = (...all: Located[]) => senders.take(all, rig.nowMs, rig.nowMs)
  const choose = (asked: Asked = {}) => take(located({ powerpack: 'p', ...asked }))[0]?.submission
  const sentToday = (number: string) => rig.packs.sentToday(number, rig.nowMs)
  return { rig, waiting, log, located, take, choose, sentToday }
}

describe('the number of a pool', () => {
  it('is the source of a message that names the pack', () => {
    const { rig, choose, sentToday } = setUp()
    rig.pack('p', ['14155550101'])
    const submission = choose()!
    expect(submission.source).toEqual({ ton: 1, npi: 1, value: '14155550101' })
    expect(submission.chosenSender).toEqual({ number: '14155550101', pack: 'p' })
    expect(submission.chosenRows!.map(({ table, key }) => `${table} ${key}`).toSorted()).toEqual([
      'sent 14155550101',
      'sticky p|14155550100',
    ])
    expect(sentToday('14155550101')).toBe(1)
  })

  it('counts segments', () => {
    const { rig, choose, sentToday } = setUp()
    rig.pack('p', ['14155550101'])
    choose({ content: text(161) })
    expect(sentToday('14155550101')).toBe(2)
  })

  it('is of the type that the operator of the phone wants', () => {
    const { rig, choose } = setUp()
    rig.pack('p', ['14155550101', '18885550101'], { operators: { verizon: 'tollfree' } })
    expect(choose({ network: { mcc: '311', mnc: '480' } })!.source.value).toBe('18885550101')
  })

  it('is taken back when the message is refused, and not when it is accepted', () => {
    const { rig, choose, sentToday, log } = setUp()
    rig.pack('p', ['14155550101'])
    choose()!.answer.refused({ reason: 'noRoute', cause: '' })
    expect(sentToday('14155550101')).toBe(0)
    choose()!.answer.accepted('m1' as MessageId)
    expect(sentToday('14155550101')).toBe(1)
    expect(log).toEqual(['noRoute', 'accepted m1'])
  })

  it('has a queue of a bounded length, with what is on its way to the store', () => {
    const { rig, choose, waiting, log } = setUp(3)
    rig.pack('p', ['14155550101'], { stickySender: false })
    waiting.set('14155550101', 1)
    const first = choose()!
    choose()
    expect(choose()).toBeUndefined()
    expect(log).toEqual(['queueFull'])
    first.answer.refused({ reason: 'noRoute', cause: '' })
    expect(choose()).toBeDefined()
    expect(choose()).toBeUndefined()
  })

  it.each([
    ['nobody', '14155550100', 'noSender'],
    ['p', '14155550199', 'optedOut'],
    ['p', '447700900123', 'countryBarred'],
    ['tollfree', '16045550100', 'tollFreeToCanada'],
  ])('of %s may send nothing to %s: %s', (powerpack, to, reason) => {
    const { rig, choose, log } = setUp()
    rig.pack('p', ['14155550101'])
    rig.pack('tollfree', ['18885550102'])
    rig.packs.optOuts.add(rig.packs.optOutScope('14155550101'), '14155550199', rig.nowMs)
    expect(choose({ powerpack, to })).toBeUndefined()
    expect(log).toEqual([reason])
  })

  it('changes nothing for messages that name no pack', () => {
    const { rig, located, take } = setUp()
    rig.pack('p', ['14155550101'])
    const plain = [located(), located()]
    expect(take(...plain)).toHaveLength(2)
    const [first, second, third] = [located(), located({ powerpack: 'p' }), located()]
    const taken = take(first, second, third)
    expect([taken[0], taken[2]]).toEqual([first, third])
    expect(taken[0]).toBe(first)
    expect(taken[1]!.submission.source.value).toBe('14155550101')
  })

  it('has its turn and is counted where the sender names it himself, in a pool or not', () => {
    const { rig, located, take, sentToday } = setUp()
    rig.pack('p', ['14155550101'])
    rig.done(judgeOwning(rig.packs.book, [owned('14155550102')]))
    const sent = take(
      located({ source: '14155550101', content: text(161) }),
      located({ source: '14155550102' }),
      located({ source: '14155550101', isAcknowledgement: true }),
      located({ source: '14155550101', account: 'other' }),
      located({ source: '14155550199' }),
    )
    expect(sent.map(({ submission: { chosenSender } }) => chosenSender)).toEqual([
      { number: '14155550101', pack: 'named' },
      { number: '14155550102', pack: 'named' },
      { number: '14155550101', pack: 'ack' },
      undefined,
      undefined,
    ])
    expect([sentToday('14155550101'), sentToday('14155550102')]).toEqual([3, 1])
    for (const { submission } of sent) rig.keep(submission.chosenRows ?? [])
    const rebuilt = rig.rebuilt()
    expect([rebuilt.sentToday('14155550101', rig.nowMs), rebuilt.sentToday('14155550102', rig.nowMs)]).toEqual([3, 1])
    sent[0]!.submission.answer.refused({ reason: 'noRoute', cause: '' })
    expect(sentToday('14155550101')).toBe(1)
  })

  it('has the same queue where the sender names it himself', () => {
    const { rig, choose, waiting, log } = setUp(2)
    rig.pack('p', ['14155550101'])
    waiting.set('14155550101', 1)
    const plain = { powerpack: undefined, source: '14155550101' } as unknown as Asked
    expect(choose(plain)).toBeDefined()
    expect([choose(plain), choose()]).toEqual([undefined, undefined])
    expect(log).toEqual(['queueFull', 'queueFull'])
  })

  it('goes on being the one that a phone hears from where the sender names it himself', () => {
    const { rig, choose } = setUp()
    rig.pack('p', ['14155550101', '14155550102'])
    const first = choose()!.source.value
    const other = first === '14155550101' ? '14155550102' : '14155550101'
    rig.nowMs += 14 * dayMs
    choose({ powerpack: undefined, source: first } as unknown as Asked)
    choose({ powerpack: undefined, source: other } as unknown as Asked)
    rig.nowMs += 14 * dayMs
    expect(rig.choose('p', '14155550100')).toMatchObject({ number: first, isSticky: true })
    rig.nowMs += 15 * dayMs + 1
    expect(rig.choose('p', '14155550100')).toMatchObject({ isSticky: false })
  })

  it('leaves a batch that names none as it is', () => {
    const { located } = setUp()
    const batch = [located(), located()]
    const senders = new Senders({ powerpacks: new Rig().packs, chance: () => 0, waiting: () => 0 }, { maxQueued: 1 })
    expect(senders.take(batch, 0, 0)).toBe(batch)
  })
})

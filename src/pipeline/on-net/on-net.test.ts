// Messages that stay in the network, through the whole pipeline over a real directory: whom they go to, what they cost, why not.
import { describe, expect, it } from 'vitest'
import { moLane, undecidedLane, vendorLane } from '../../delivery/lane-key.js'
import { compileDirectory } from '../../directory/compile.js'
import { describeDirectoryMistake } from '../../directory/mistake.js'
import { parseDirectory } from '../../directory/parse.js'
import type { Account } from '../../directory/snapshot.js'
import type { MoDelivery, SegmentDelivery } from '../../message/delivery.js'
import type { Failure } from '../../message/failure.js'
import { createIdSource } from '../../message/id-source.js'
import type { AccountId, ConnectionId, MessageId, VendorId } from '../../message/ids.js'
import { receiptRequestOf } from '../../message/receipt.js'
import { Books } from '../../money/books.js'
import type { Recorder } from '../../store/contracts/recorder.js'
import { StoreError } from '../../store/contracts/store.js'
import type { Unit } from '../../store/contracts/unit.js'
import { authorizing } from '../authorize/rig.suite.js'
import { whyNotPassing } from '../may-pass.js'
import { resumeMoPipeline } from '../mo-pipeline.js'
import { onward, type OnwardPorts } from '../pipeline.js'
import { inOnePiece, type Assembly, type Submission } from '../stage.js'

const NOW = 1_000_000
const WALL = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const DAY = Math.floor(WALL / 86_400_000)

const secrets = `secrets: { MD5: '0123456789abcdef0123456789abcdef' }`
const hash = `scrypt$16384$8$1$${Buffer.alloc(16, 1).toString('base64')}$${Buffer.alloc(32, 2).toString('base64')}`
const text = `
currency: EUR
customers: [{ id: acme }, { id: blocked, active: false }]
products:
  - { id: retail, tariff: sale }
  - { id: sms-only, tariff: sale, services: [sms] }
  - { id: poor, tariff: none }
  - { id: forbidding, tariff: forbidden }
tariffs:
  - { id: sale, rates: [{ prefix: '', price: '0.02' }, { destination: ONNET, price: '0.001' }] }
  - { id: none, rates: [{ prefix: '', price: '0.02' }] }
  - { id: forbidden, rates: [{ destination: ONNET, price: '0', forbidden: true }] }
  - { id: cost, rates: [{ prefix: '44', price: '0.01' }] }
accounts:
  - { id: alice, domain: sip.example.com, numbers: ['12025550101'], sip: { user: alice, ${secrets} } }
  - { id: bob, domain: sip.example.com, customer: acme, product: retail, sip: { user: bob, ${secrets} } }
  - { id: gone, active: false, domain: sip.example.com, sip: { user: gone, ${secrets} } }
  - { id: app, systemId: app, password: "${hash}", numbers: ['40404'] }
${[
  ['chat-less', 'acme', 'sms-only'],
  ['priceless', 'acme', 'poor'],
  ['forbidden', 'acme', 'forbidding'],
  ['blocked', 'blocked', 'retail'],
]
  .map(([id, customer, product]) => {
    const sip = `sip: { user: ${id}, ${secrets} }`
    return `  - { id: ${id}, domain: sip.example.com, customer: ${customer}, product: ${product}, ${sip} }`
  })
  .join('\n')}
vendors: [{ id: v, connections: [{ id: k, host: h, systemId: s, password: p, tariff: cost }] }]
policies:
  - { id: here, match: { domain: sip.example.com }, transport: sip }
  - { id: numbers, match: { called: '1202555*' }, transport: sip }
  - { id: out, match: { domain: sms.example.com } }
  - { id: rest, match: { domain: sms.local } }
`

function rig(paidIn = 1_000_000, room = 1000, changes: Partial<Pick<Recorder, 'offer'>> = {}) {
  const parsed = parseDirectory(text, 'd.yaml', { env: {}, readSecret: () => '', statusByName: () => undefined })
  if (parsed.kind === 'mistakes') throw new Error(parsed.mistakes.map(describeDirectoryMistake).join('\n'))
  const directory = compileDirectory(parsed.directory)
  const paid = { customer: 'acme', heldMicros: 0, chargedMicros: 0, paidInMicros: paidIn }
  const books = new Books([paid, { ...paid, customer: 'blocked' }], [])
  const units: Unit[] = []
  const answers: string[] = []
  const going: (MoDelivery | SegmentDelivery)[] = []
  const offer: Recorder['offer'] = (unit, listener) => {
    units.push(unit)
    listener.durable(unit)
  }
  const ports: OnwardPorts = {
    ...authorizing(books),
    recorder: { offer, ...changes } as Recorder,
    ids: createIdSource(0, 1, () => 2),
    laneOf: (route: readonly ConnectionId[], account) => vendorLane(route, 0, account),
    laneOfUndecided: undecidedLane,
    laneOfMo: moLane,
    moRoom: ({ id }: Account) => room - going.filter(({ lane }) => lane === moLane(id)).length,
    accepted: (delivery) => void going.push(delivery),
    directory: () => directory,
  }
  const options = { defaultValidityMs: 48 * HOUR, maxValidityMs: 96 * HOUR, offlineMs: 72 * HOUR }
  let made = 0
  const submission = (from: string, to: string, more: Partial<Submission> = {}): Submission => {
    const name = `${made++}`
    return {
      sender: { kind: 'account', account: from as AccountId },
      link: {},
      source: { ton: 5, npi: 0, value: from },
      destination: { ton: 1, npi: 1, value: to },
      asSent: undefined,
      domain: 'sip.example.com',
      content: { dataCoding: 0, udhi: false, octets: Uint8Array.of(65) },
      sar: undefined,
      serviceType: '',
      protocolId: 0,
      priority: 0,
      replyPath: false,
      receiptRequest: receiptRequestOf(1),
      tlvs: [],
      userMessageReference: -1,
      validityMs: undefined,
      scheduleMs: 0,
      answer: {
        accepted: (id: MessageId) => void answers.push(`${name} ${id}`),
        refused: ({ reason }: Failure) => void answers.push(`${name} ${reason}`),
        withheld: () => undefined,
        readmitted: () => undefined,
      },
      ...more,
    }
  }
  const run = (batch: readonly Submission[], assembly: Assembly = inOnePiece): void =>
    onward(
      batch.map((one) => {
        const { sender } = one
        const account = sender.kind === 'account' ? directory.account(sender.account) : undefined
        if (account === undefined) throw new Error('nobody sends it')
        return { submission: one, account, assembly }
      }),
      { directory, ports, options, nowMs: NOW, wallMs: WALL },
    )
  return { directory, books, units, answers, going, ports, options, submission, run }
}

describe('a message that stays in the network', () => {
  it('waits in the lane of whom it goes to, as its sender’s, and its price is held', () => {
    const { run, submission, going, units, books } = rig()
    run([submission('bob', 'alice')])
    const [delivery] = going
    expect(delivery).toMatchObject({
      kind: 'mo',
      lane: 'm:alice',
      message: { direction: 'mt', account: 'bob', destination: { value: 'alice' } },
      bill: { customer: 'acme', policy: 'here', units: 1, state: 'held', price: { baseMicros: 1000 } },
      expiresAtMs: NOW + 72 * HOUR,
    })
    const move = { customer: 'acme', account: 'bob', day: DAY, heldMicros: 1000, chargedMicros: 0, units: 1 }
    expect(units).toMatchObject([{ kind: 'accepted', move }])
    expect(units[0]).not.toHaveProperty('transaction')
    expect(books.of('acme').heldMicros).toBe(1000)
  })

  it('goes to whose number it is, from any domain whose policy says so, and also to who only binds', () => {
    const { run, submission, going } = rig()
    run([
      submission('bob', '12025550101', { domain: 'sms.local' }),
      submission('app', '12025550101', { domain: '' }),
      submission('alice', '40404'),
      submission('alice', 'bob', { domain: '' }),
    ])
    expect(going.map(({ kind, lane, bill }) => [kind, lane, bill === undefined])).toEqual([
      ['mo', 'm:alice', false],
      ['mo', 'm:alice', true],
      ['mo', 'm:app', true],
      ['mo', 'm:bob', true],
    ])
  })

  it('leaves those to vendors as they are', () => {
    const { run, submission, going, answers } = rig()
    run([
      submission('bob', '447700900123', { domain: 'sms.example.com' }),
      submission('bob', 'alice'),
      submission('bob', '447700900124', { domain: 'sms.example.com' }),
      submission('bob', '33123', { domain: 'sms.example.com' }),
    ])
    expect(going.map(({ kind, lane }) => `${kind} ${lane}`)).toEqual([
      'mo m:alice',
      'segment v:k|bob',
      'segment v:k|bob',
    ])
    expect(answers.at(1)).toBe('3 noRoute')
  })

  it('waits no longer than offline users may, nor than it is valid', () => {
    const { run, submission, going } = rig()
    run([
      submission('alice', 'bob', { validityMs: HOUR }),
      submission('alice', 'bob', { validityMs: 95 * HOUR, scheduleMs: HOUR }),
    ])
    expect(going.map(({ expiresAtMs }) => (expiresAtMs - NOW) / HOUR)).toEqual([1, 73])
    expect(going[1]?.dueMs).toBe(NOW + HOUR)
  })

  it('in parts is one, and is paid for by all of them', () => {
    const { run, submission, going } = rig()
    const part = { id: 'p' as MessageId, receiptRequest: receiptRequestOf(1), userMessageReference: -1 }
    run([submission('bob', 'alice')], { id: 'p' as MessageId, shape: 'udh8', parts: [part, part], collected: [] })
    expect(going).toMatchObject([{ bill: { units: 2 }, message: { parts: [part, part] } }])
  })

  it('has its transaction in the unit that makes it durable', () => {
    const { run, submission, units } = rig()
    const transaction = { key: 'z9hG4bK1|host|MESSAGE', expiresAtMs: NOW + 32_000 }
    run([
      submission('bob', 'alice', { transaction }),
      submission('bob', '447700900123', { domain: 'sms.example.com', transaction }),
    ])
    expect(units).toMatchObject([{ transaction }, { transaction }])
  })

  it.each([
    ['to nobody', 'bob', 'nobody', 'unknownUser'],
    ['to a name of another domain', 'bob', 'alice', 'noPolicy', 'sip.example.org'],
    ['to who is not active', 'bob', 'gone', 'unknownUser'],
    ['without a price', 'priceless', 'alice', 'noPrice'],
    ['that is forbidden', 'forbidden', 'alice', 'noPrice'],
    ['of a product without the service', 'chat-less', 'alice', 'notPermitted'],
    ['of a blocked customer', 'blocked', 'alice', 'customerBlocked'],
  ])('%s is refused, as it is before a part of it is taken', (_, from, to, reason, domain = 'sip.example.com') => {
    const { run, submission, answers, going, books, directory, ports } = rig()
    const one = submission(from, to, { domain })
    expect(whyNotPassing(directory, ports, one, WALL)?.reason).toBe(reason)
    run([one])
    expect(answers).toEqual([`0 ${reason}`])
    expect(going).toEqual([])
    expect(books.of('acme').heldMicros).toBe(0)
  })

  it('that the balance does not cover is refused', () => {
    const { run, submission, answers } = rig(1999)
    run([submission('bob', 'alice'), submission('bob', 'alice')])
    expect(answers).toEqual(['1 insufficientFunds', '0 0000000100000000'])
  })

  it('is refused when as many wait for that account as may, those of its batch counted', () => {
    const { run, submission, answers, going, directory, ports } = rig(1_000_000, 2)
    run([...['alice', 'alice', 'alice', 'bob'].map((to) => submission('bob', to))])
    expect(going.map(({ lane }) => lane)).toEqual(['m:alice', 'm:alice', 'm:bob'])
    expect(answers[0]).toBe('2 queueFull')
    const part = submission('bob', 'alice')
    expect(whyNotPassing(directory, ports, part, WALL)?.reason).toBe('queueFull')
    expect(whyNotPassing(directory, ports, submission('bob', 'bob'), WALL)).toBeUndefined()
  })

  it('that the store refuses costs nothing', () => {
    const { run, submission, answers, books } = rig(1_000_000, 10, {
      offer: (unit, listener) => listener.refused(unit, new StoreError('full', 'full')),
    })
    run([submission('bob', 'alice')])
    expect(answers).toEqual(['0 systemError'])
    expect(books.of('acme').heldMicros).toBe(0)
  })
})

describe('a message from a phone', () => {
  it('goes to the SIP user that has the number, for as long as such a one may be offline', () => {
    const { submission, going, ports, options } = rig()
    const sender = { kind: 'vendor', vendor: 'v' as VendorId, connection: 'k' as ConnectionId } as const
    const together = ['12025550101', '40404'].map((to) => ({
      submission: submission('x', to, { sender, domain: '' }),
      assembly: inOnePiece,
    }))
    resumeMoPipeline(together, ports, options, NOW, WALL)
    expect(going).toMatchObject([
      { lane: 'm:alice', message: { direction: 'mo', account: 'alice' }, expiresAtMs: NOW + 72 * HOUR },
      { lane: 'm:app', message: { direction: 'mo', account: 'app' }, expiresAtMs: NOW + 48 * HOUR },
    ])
  })
})

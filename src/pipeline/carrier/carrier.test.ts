import { describe, expect, it } from 'vitest'
import type { Account, Policy, Snapshot } from '../../directory/snapshot.js'
import { FakeClock } from '../../lib/fake-clock.js'
import type { AccountId } from '../../message/ids.js'
import type { Failure } from '../../message/failure.js'
import type { Located, Permitted } from '../stage.js'
import { Carrier } from './carrier.js'
import type { NetworkResult, Networks } from './carrier-ports.js'
import { UndecidedNumbers } from './undecided-numbers.js'

const directory = {} as Snapshot
const tMobile: NetworkResult = { kind: 'network', network: { mcc: '310', mnc: '260' } }
const nobodyKnows: NetworkResult = { kind: 'unknown', text: 'test' }
const down: NetworkResult = { kind: 'unreachable', text: 'hlr1: no connection' }

type OnFailure = 'prefix' | 'refuse' | 'retry'

/** One that knows what it is told, and answers what it is told while somebody waits for it. */
class FakeNetworks implements Networks {
  readonly answers = new Map<string, NetworkResult>()
  readonly asked: string[][] = []
  readonly #waiting = new Map<string, (result: NetworkResult) => void>()
  readonly #clock: FakeClock

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  known(number: string): NetworkResult | undefined {
    return this.answers.get(number)
  }

  within(numbers: Iterable<string>, waitMs: number, told: Parameters<Networks['within']>[2]): void {
    const missing = new Set(numbers)
    this.asked.push([...missing])
    for (const number of missing)
      this.#waiting.set(number, (result) => {
        if (missing.delete(number)) told.inTime(number, result)
      })
    this.#clock.after(waitMs, () => {
      const late = [...missing]
      missing.clear()
      told.late(late)
    })
  }

  answer(number: string, result: NetworkResult): void {
    this.#waiting.get(number)!(result)
  }
}

/** The order of messages to one number shows in their names. */
const named = (permitted: Permitted, name: string): Permitted => ({
  ...permitted,
  submission: { ...permitted.submission, serviceType: name },
})
const names = (batch: readonly Located[]): string[] => batch.map(({ submission }) => submission.serviceType)

function rig(changes: { readonly room?: number; readonly isOff?: boolean } = {}) {
  const clock = new FakeClock()
  const networks = new FakeNetworks(clock)
  const log: string[] = []
  const later: Located[][] = []
  const directories: Snapshot[] = []
  const undecided = new UndecidedNumbers()
  const carrier = new Carrier(
    {
      networksFor: () => (changes.isOff === true ? undefined : networks),
      undecidedRoom: () => changes.room ?? 10,
      proceed: (batch, from) => {
        directories.push(from)
        later.push([...batch])
      },
      undecided,
      events: { onLocated: (outcome) => log.push(outcome) },
    },
    { waitMs: 20 },
  )
  const message = (called: string, onFailure?: OnFailure): Permitted => {
    const refused = ({ reason }: Failure): unknown => log.push(`${called} ${reason}`)
    return {
      submission: { destination: { ton: 1, npi: 1, value: called }, answer: { refused } },
      account: { id: 'acme' as AccountId } as Account,
      assembly: {},
      policy: { id: 'p', hlr: onFailure && { onFailure } } as Policy,
    } as unknown as Permitted
  }
  return { clock, networks, log, later, directories, carrier, message, undecided }
}

const words = (batch: readonly Located[]): string[] =>
  batch.map(({ submission, network, isUndecided = false }) =>
    [submission.destination.value, network?.mnc ?? '-', isUndecided ? 'undecided' : 'decided'].join(' '),
  )

describe('the carrier stage', () => {
  it('costs nothing where no policy asks', () => {
    const { carrier, message, log } = rig()
    const batch = [message('1'), message('2')]
    expect(carrier.take(batch, directory)).toBe(batch)
    expect(log).toEqual([])
  })

  it('lets the digits decide where lookups are off', () => {
    const { carrier, message, log } = rig({ isOff: true })
    expect(words(carrier.take([message('1', 'refuse')], directory))).toEqual(['1 - decided'])
    expect(log).toEqual([])
  })

  it('goes on at once with what is known, and keeps the order', () => {
    const { carrier, message, networks, log } = rig()
    networks.answers.set('1', tMobile)
    networks.answers.set('3', nobodyKnows)
    const batch = [message('1', 'refuse'), message('2'), message('3', 'refuse')]
    expect(words(carrier.take(batch, directory))).toEqual(['1 260 decided', '2 - decided', '3 - decided'])
    expect(log).toEqual(['network', 'unknown'])
    expect(networks.asked).toEqual([])
  })

  it('lets one that waits hold up nobody, and accepts it undecided when the answer is late', () => {
    const { carrier, message, networks, clock, later, log } = rig()
    networks.answers.set('1', tMobile)
    const going = carrier.take([message('9', 'refuse'), message('1', 'refuse'), message('8', 'prefix')], directory)
    expect(words(going)).toEqual(['1 260 decided'])
    expect(carrier.waiting).toBe(2)
    networks.answer('8', tMobile)
    expect(later.map(words)).toEqual([['8 260 decided']])
    expect(carrier.waiting).toBe(1)
    clock.advance(19)
    expect(later).toHaveLength(1)
    clock.advance(1)
    expect(later.slice(1).map(words)).toEqual([['9 - undecided']])
    expect(log).toEqual(['network', 'network', 'late'])
    expect(carrier.waiting).toBe(0)
  })

  it('keeps the order of messages to one number, also of those that come when it is known', () => {
    const { carrier, message, networks, clock, later, directories } = rig()
    const to = (name: string): Permitted => named(message('9', 'refuse'), name)
    expect(carrier.take([to('first'), named(message('8', 'refuse'), 'slow'), to('second')], directory)).toEqual([])
    clock.advance(15)
    networks.answers.set('9', tMobile)
    expect(carrier.take([to('third')], directory)).toEqual([])
    const changed = {} as Snapshot
    expect(carrier.take([to('fourth')], changed)).toEqual([])
    expect(carrier.waiting).toBe(5)
    networks.answer('9', tMobile)
    expect(later.map(names)).toEqual([['first', 'second', 'third'], ['fourth']])
    expect(directories[0]).toBe(directory)
    expect(directories[1]).toBe(changed)
    expect(names(carrier.take([to('fifth')], changed))).toEqual(['fifth'])
    clock.advance(5)
    expect(later.slice(2).map(names)).toEqual([['slow']])
    expect(networks.asked).toEqual([['9', '8']])
    expect(carrier.waiting).toBe(0)
  })

  it('keeps that order behind one that was accepted undecided, until that is decided, for its account only', () => {
    const { carrier, message, networks, clock, later, undecided } = rig()
    carrier.take([message('9', 'refuse')], directory)
    clock.advance(20)
    networks.answers.set('9', tMobile)
    const other = { ...message('9', 'refuse'), account: { id: 'other' } } as Permitted
    const all = [message('9', 'refuse'), message('8', 'refuse'), other]
    networks.answers.set('8', tMobile)
    expect(words(carrier.take(all, directory))).toEqual(['9 - undecided', '8 260 decided', '9 260 decided'])
    expect(later.map(words)).toEqual([['9 - undecided']])
    undecided.remove('acme', '9')
    expect(words(carrier.take([message('9', 'refuse')], directory))).toEqual(['9 - undecided'])
    for (const _ of [1, 2]) undecided.remove('acme', '9')
    expect(words(carrier.take([message('9', 'refuse')], directory))).toEqual(['9 260 decided'])
  })

  it('waits no more for one that is refused after all', () => {
    const { carrier, message, networks, clock, later, log } = rig()
    carrier.take([message('9', 'refuse')], directory)
    clock.advance(20)
    networks.answers.set('9', tMobile)
    later[0]![0]!.submission.answer.refused({ reason: 'insufficientFunds', cause: 'test' })
    expect(log).toEqual(['late', '9 insufficientFunds'])
    expect(words(carrier.take([message('9', 'refuse')], directory))).toEqual(['9 260 decided'])
  })

  it('lets one that came behind another wait no longer than that', () => {
    const { carrier, message, clock, later } = rig()
    const to = (name: string): Permitted => named(message('9', 'retry'), name)
    carrier.take([to('first')], directory)
    clock.advance(19)
    carrier.take([to('second')], directory)
    clock.advance(1)
    expect(later.map(names)).toEqual([['first', 'second']])
    expect(clock.pending).toBe(0)
  })

  it.each<readonly [OnFailure, readonly string[], string]>([
    ['prefix', ['1 - decided'], 'prefix'],
    ['refuse', [], 'refused; 1 networkUnknown'],
    ['retry', ['1 - undecided'], 'late'],
  ])('judges a failure in time by the policy: %s', (onFailure, going, told) => {
    const { carrier, message, networks, later, log } = rig()
    expect(carrier.take([message('1', onFailure)], directory)).toEqual([])
    networks.answer('1', down)
    expect(later.flatMap(words)).toEqual(going)
    expect(log.join('; ')).toBe(told)
  })

  it.each<readonly [OnFailure, readonly string[], string]>([
    ['prefix', ['1 - decided'], 'prefix'],
    ['refuse', [], 'refused; 1 networkUnknown'],
    ['retry', [], 'refused; 1 networkUnknown'],
  ])('takes no more undecided ones than it may: %s', (onFailure, going, told) => {
    const { carrier, message, clock, later, log } = rig({ room: 0 })
    carrier.take([message('1', onFailure)], directory)
    clock.advance(20)
    expect(later.flatMap(words)).toEqual(going)
    expect(log.join('; ')).toBe(told)
  })

  it('asks once for a batch, for each list of providers', () => {
    const { carrier, message, networks } = rig()
    carrier.take([message('1', 'retry'), message('2', 'retry'), message('1', 'prefix')], directory)
    expect(networks.asked).toEqual([['1', '2']])
  })

  it('accepts what waits when the switch stops, whatever the failure is that it is told', () => {
    const { carrier, message, networks, later } = rig()
    carrier.take([message('1', 'refuse')], directory)
    carrier.stop()
    networks.answer('1', { kind: 'unreachable', text: 'the switch stops' })
    expect(later.map(words)).toEqual([['1 - undecided']])
    expect(words(carrier.take([message('2', 'refuse')], directory))).toEqual(['2 - undecided'])
  })
})

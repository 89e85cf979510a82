import { describe, expect, it } from 'vitest'
import type { Account, Policy, Snapshot } from '../../directory/snapshot.js'
import { FakeClock } from '../../lib/fake-clock.js'
import type { AccountId } from '../../message/ids.js'
import type { Failure } from '../../message/failure.js'
import type { Located, Permitted } from '../stage.js'
import { Carrier } from './carrier.js'
import type { NetworkResult, Networks } from './carrier-ports.js'

const directory = {} as Snapshot
const tMobile: NetworkResult = { kind: 'network', network: { mcc: '310', mnc: '260' } }
const nobodyKnows: NetworkResult = { kind: 'unknown', text: 'test' }
const down: NetworkResult = { kind: 'unreachable', text: 'hlr1: no connection' }

type OnFailure = 'prefix' | 'refuse' | 'retry'

/** One that knows what it is told, and answers in time what is told before the clock passes the wait. */
class FakeNetworks implements Networks {
  readonly answers = new Map<string, NetworkResult>()
  readonly found = new Map<string, NetworkResult>()
  readonly asked: string[][] = []
  readonly #clock: FakeClock

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  known(number: string): NetworkResult | undefined {
    return this.answers.get(number)
  }

  within(numbers: Iterable<string>, waitMs: number, told: Parameters<Networks['within']>[2]): void {
    this.asked.push([...numbers])
    this.#clock.after(waitMs, () => told.inTime(this.found))
  }
}

function rig(changes: { readonly room?: number; readonly isOff?: boolean } = {}) {
  const clock = new FakeClock()
  const networks = new FakeNetworks(clock)
  const log: string[] = []
  const later: Located[][] = []
  const carrier = new Carrier(
    {
      networksFor: () => (changes.isOff === true ? undefined : networks),
      undecidedRoom: () => changes.room ?? 10,
      proceed: (batch, from) => {
        expect(from).toBe(directory)
        later.push([...batch])
      },
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
  return { clock, networks, log, later, carrier, message }
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
    networks.found.set('8', tMobile)
    clock.advance(19)
    expect(later).toEqual([])
    clock.advance(1)
    expect(later.map(words)).toEqual([['9 - undecided', '8 260 decided']])
    expect(log).toEqual(['network', 'late', 'network'])
    expect(carrier.waiting).toBe(0)
  })

  it.each<readonly [OnFailure, readonly string[], string]>([
    ['prefix', ['1 - decided'], 'prefix'],
    ['refuse', [], 'refused; 1 networkUnknown'],
    ['retry', ['1 - undecided'], 'late'],
  ])('judges a failure in time by the policy: %s', (onFailure, going, told) => {
    const { carrier, message, networks, clock, later, log } = rig()
    expect(carrier.take([message('1', onFailure)], directory)).toEqual([])
    networks.found.set('1', down)
    clock.advance(20)
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
    expect(networks.asked).toEqual([['1', '2', '1']])
  })

  it('accepts what waits when the switch stops, whatever the failure is that it is told', () => {
    const { carrier, message, networks, clock, later } = rig()
    carrier.take([message('1', 'refuse')], directory)
    carrier.stop()
    networks.found.set('1', { kind: 'unreachable', text: 'the switch stops' })
    clock.advance(20)
    expect(later.map(words)).toEqual([['1 - undecided']])
    expect(words(carrier.take([message('2', 'refuse')], directory))).toEqual(['2 - undecided'])
  })
})

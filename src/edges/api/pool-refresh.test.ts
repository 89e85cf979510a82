import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../../message/kept.js'
import { healthDefaults } from '../../powerpack/health.js'
import type { MessageEnd } from '../../powerpack/health-report.js'
import { judgeOwning } from '../../powerpack/number-changes.js'
import type { OwnedNumber } from '../../powerpack/owned-number.js'
import { account, chances, owned, Rig } from '../../powerpack/rig.suite.js'
import { NOBODY } from '../../powerpack/stock.js'
import { StoreError } from '../../store/contracts/store.js'
import { ownNumbers } from './inventory-own.js'
import { PoolRefresh, type PoolRefreshOptions } from './pool-refresh.js'
import { PowerpackChanges } from './powerpack-changes.js'

const pack = 'p'
const HOUR_MS = 3_600_000
const delivered: MessageEnd = { state: 'DELIVERED', error: '000', isReported: true }
const lost: MessageEnd = { state: 'UNDELIVERABLE', error: '001', isReported: true }
const refusedAsSource: MessageEnd = { state: 'REJECTED', error: '010', isReported: false }
/** Area codes: 415 and 510 in California, 212 in New York, 604 in British Columbia. */
const pooled = Array.from({ length: 10 }, (_, i) => `1415555010${i}`)
const ill = pooled[0]!

class World {
  readonly rig = new Rig()
  readonly said: string[] = []
  /** What the next commits come to. */
  failure: Error | undefined
  commits = 0
  refresh: PoolRefresh

  readonly #options: PoolRefreshOptions

  constructor(stock: readonly string[], more: Partial<PoolRefreshOptions> = {}, numbers: readonly string[] = pooled) {
    this.#options = { ...healthDefaults, act: 'replace', spamErrors: ['067'], ...more }
    this.rig.pack(pack, numbers)
    this.#stock(stock)
    this.refresh = this.#made()
  }

  /** A new process over the rows that are kept. */
  restart(): void {
    this.rig.packs = this.rig.rebuilt()
    this.refresh = this.#made()
    this.refresh.start()
  }

  end(number: string, end: MessageEnd, times = 1): void {
    for (let i = 0; i < times; i++) this.refresh.ended(number, end)
  }

  /** Numbers at work in the pool. */
  get atWork(): readonly string[] {
    return this.rows.filter(({ quarantine }) => quarantine === undefined).map(({ number }) => number)
  }

  get rows(): readonly OwnedNumber[] {
    return [...(this.rig.packs.book.pool(`pool-${pack}`)?.numbers() ?? [])]
  }

  get history(): readonly string[] {
    return (this.rig.packs.book.pack(pack)?.history ?? []).map(({ what, number, note }) => `${what} ${number}: ${note}`)
  }

  #stock(numbers: readonly string[]): void {
    const rows = numbers.map((number) =>
      owned(number, {
        account: NOBODY,
        country: number.startsWith('1604') ? 'CA' : 'US',
        details: { city: 'Chicago' },
      }),
    )
    this.rig.done(judgeOwning(this.rig.packs.book, rows))
  }

  #made(): PoolRefresh {
    const { book } = this.rig.packs
    const commit = (rows: readonly KeptRow[]): Promise<void> => {
      this.commits++
      if (this.failure !== undefined) return Promise.reject(this.failure)
      this.rig.keep(rows)
      return Promise.resolve()
    }
    return new PoolRefresh(this.#options, {
      book,
      changes: new PowerpackChanges(commit),
      source: ownNumbers(book),
      nowMs: () => this.rig.nowMs,
      events: {
        quarantined: (_, { number, why }) => this.said.push(`quarantined ${number} ${why}`),
        spared: (_, { number }) => this.said.push(`spared ${number}`),
        replaced: (_, number, by) => this.said.push(`replaced ${number} ${by}`),
        noReplacement: (_, number) => this.said.push(`none for ${number}`),
        failed: (number) => this.said.push(`failed ${number}`),
      },
    })
  }
}

describe('a number that is ill', () => {
  it('goes into quarantine, with a line in the history that is kept', async () => {
    const world = new World([], { act: 'quarantine' })
    world.end(ill, lost, 50)
    expect(world.atWork).toContain(ill)
    await world.refresh.step()
    expect(world.said).toEqual([`quarantined ${ill} deliveryRate`])
    expect(world.atWork).not.toContain(ill)
    expect(world.rows).toHaveLength(10)
    world.restart()
    expect(world.atWork).toHaveLength(9)
    expect(world.history).toEqual([`quarantined ${ill}: 0% of 50 delivered`])
    expect(world.rig.packs.book.numbers.quarantinedCount).toBe(1)
  })

  it.each([
    ['of its area code', ['12125550100', '15105550100', '14155550200'], '14155550200'],
    ['else of its region, whatever cities are called', ['12125550100', '15105550100', '16045550100'], '15105550100'],
    ['else of its country', ['16045550100', '12125550100'], '12125550100'],
    ['else by none', ['16045550100'], ''],
    ['of its type', ['18005550100'], ''],
  ])('is replaced by one %s', async (_, stock, by) => {
    const world = new World(stock)
    world.end(ill, refusedAsSource, 3)
    await world.refresh.step()
    const quarantined = `quarantined ${ill} sourceRefused`
    expect(world.said).toEqual([quarantined, by === '' ? `none for ${ill}` : `replaced ${ill} ${by}`])
    expect(world.rows.some(({ number }) => number === by)).toBe(by !== '')
    expect(world.atWork).toHaveLength(by === '' ? 9 : 10)
    world.restart()
    expect(world.atWork).toHaveLength(by === '' ? 9 : 10)
    if (by === '') return
    const { book } = world.rig.packs
    expect(book.numbers.get(by)).toMatchObject({ account, pool: `pool-${pack}` })
    expect(book.numbers.get(ill)).toMatchObject({ account, pool: '', quarantine: undefined })
    expect(world.history.at(-1)).toBe(`replaced ${ill}: ${by}`)
  })

  it('is looked after again an hour later where there was none', async () => {
    const world = new World([])
    world.end(ill, lost, 50)
    await world.refresh.step()
    world.rig.done(judgeOwning(world.rig.packs.book, [owned('14155550200', { account: NOBODY })]))
    world.rig.nowMs += HOUR_MS - 1
    await world.refresh.step()
    expect(world.said).toHaveLength(2)
    world.rig.nowMs += 1
    await world.refresh.step()
    expect(world.said.at(-1)).toBe(`replaced ${ill} 14155550200`)
    await world.refresh.step()
    expect(world.said).toHaveLength(3)
  })

  it('is tried again when the store fails, and costs one number only', async () => {
    const world = new World(['14155550200', '14155550201'])
    world.end(ill, lost, 50)
    world.failure = new StoreError('io', 'no disk')
    await world.refresh.step()
    await world.refresh.step()
    expect(world.said).toEqual([`failed ${ill}`])
    world.failure = undefined
    world.rig.nowMs += 60_000
    await world.refresh.step()
    expect(world.said.slice(1)).toEqual([`quarantined ${ill} deliveryRate`, `replaced ${ill} 14155550200`])
    expect(world.rig.packs.book.numbers.countOf(NOBODY)).toBe(1)
  })

  it('may die between any two steps: after a start it is replaced, by one number', async () => {
    for (const dies of [1, 2, 3]) {
      const world = new World(['14155550200', '14155550201'])
      world.end(ill, lost, 50)
      const keep = world.rig.keep.bind(world.rig)
      let commits = 0
      world.rig.keep = (rows) => {
        // What comes after that is not durable, and what is in memory is gone with the process.
        if (++commits > dies) throw new StoreError('closed', 'the process is gone')
        keep(rows)
      }
      await world.refresh.step()
      world.rig.keep = keep
      world.restart()
      await world.refresh.step()
      const { numbers } = world.rig.packs.book
      expect([dies, world.atWork.length, numbers.countOf(account), numbers.countOf(NOBODY)]).toEqual([dies, 10, 11, 1])
    }
  })

  it('is not judged again in quarantine, nor out of its pool', async () => {
    const world = new World([], { act: 'quarantine' })
    world.end(ill, lost, 500)
    await world.refresh.step()
    world.end(ill, lost, 500)
    world.end('14155559999', lost, 500)
    world.end('Acme', lost, 500)
    await world.refresh.step()
    expect(world.said).toHaveLength(1)
  })

  it('stays where too many of its pool are ill: it may be the vendor', async () => {
    const world = new World([], { act: 'quarantine' })
    for (const number of pooled) world.end(number, lost, 50)
    await world.refresh.step()
    expect(world.atWork).toHaveLength(8)
    expect(world.said.filter((one) => one.startsWith('spared'))).toHaveLength(8)
    const one = new World([], { act: 'quarantine' }, [ill])
    one.end(ill, lost, 50)
    await one.refresh.step()
    expect(one.atWork).toEqual([ill])
    const two = new World([], { act: 'quarantine' }, pooled.slice(0, 2))
    for (const number of pooled.slice(0, 2)) two.end(number, lost, 50)
    await two.refresh.step()
    expect(two.atWork).toHaveLength(1)
  })
})

it('property: whatever ends, pools keep their size and four of five numbers at work; what is well stays', async () => {
  const story = fc.array(fc.tuple(fc.nat(9), fc.nat(100), fc.nat(3 * HOUR_MS)), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(story, fc.nat(20), fc.nat(), async (ends, stocked, seed) => {
      const stock = Array.from({ length: stocked }, (_, i) => `151055501${String(i).padStart(2, '0')}`)
      const world = new World(stock)
      const chance = chances(seed)
      for (const [at, percent, passMs] of ends) {
        const number = world.rows[at]!.number
        for (let i = 0; i < 20; i++) world.end(number, chance() * 100 < percent ? delivered : lost)
        world.rig.nowMs += passMs
        await world.refresh.step()
        expect(world.rows).toHaveLength(10)
        expect(world.atWork.length).toBeGreaterThanOrEqual(8)
      }
      const before = world.rows.map(({ number }) => number).sort()
      world.restart()
      expect(world.rows.map(({ number }) => number).sort()).toEqual(before)
      const { numbers } = world.rig.packs.book
      expect(numbers.countOf(account) + numbers.countOf(NOBODY)).toBe(10 + stocked)
      for (let i = 0; i < 500; i++) world.end(world.atWork[0]!, delivered)
      const { length } = world.said
      await world.refresh.step()
      expect(world.said.slice(length).every((one) => !one.startsWith('quarantined'))).toBe(true)
    }),
    { numRuns: 40 },
  )
})

// The outbox: order, schedule, bounds, restarts; and that no endpoint slows another.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused, settled, timedOut, World } from './webhook-rig.suite.js'
import { defaultWebhookLimits } from './webhook-lines.js'
import type { Attempted } from './webhook-outbox.js'

const said = (world: World, message: string): string[] =>
  world.tries.filter((each) => each.message === message).map(({ say }) => say)

async function started(limits = {}): Promise<World> {
  const world = new World(limits)
  await world.outbox.start()
  return world
}

describe('a webhook', () => {
  it('is told once and gone', async () => {
    const world = await started()
    await world.make('m1', 'queued')
    await settled()
    expect(said(world, 'm1')).toEqual(['queued'])
    expect(world.rows.size).toBe(0)
    expect([world.outbox.waiting, world.outbox.inFlight, world.outbox.endpoints]).toEqual([0, 0, 0])
    expect(world.clock.pending).toBe(0)
  })

  it('is tried again 60, 120 and 240 s after it failed, and then given up', async () => {
    const world = await started()
    world.attempt = () => Promise.resolve(refused)
    await world.make('m1', 'queued')
    await world.pass(500_000)
    const at = world.tries.map(({ atMs }) => atMs)
    expect(at[0]).toBe(0)
    for (const [i, delayMs] of [60_000, 120_000, 240_000].entries()) {
      const waitedMs = at[i + 1]! - at[i]!
      expect(waitedMs).toBeGreaterThanOrEqual(delayMs)
      expect(waitedMs).toBeLessThanOrEqual(delayMs + 500)
    }
    expect(at).toHaveLength(4)
    expect(world.events.at(-1)).toBe('givenUp m1 queued refused')
    expect(world.rows.size).toBe(0)
    expect(world.clock.pending).toBe(0)
  })

  it('follows another schedule where one is set', async () => {
    const world = await started({ retryMs: [1_000, 1_500] })
    world.attempt = () => Promise.resolve(timedOut)
    await world.make('m1', 'queued')
    await settled()
    await world.pass(10_000)
    expect(world.tries.map(({ atMs }) => atMs)).toEqual([0, 1_000, 2_500])
  })

  it('keeps its schedule over a restart', async () => {
    const world = await started()
    world.attempt = () => Promise.resolve(refused)
    await world.make('m1', 'queued')
    await world.pass(61_000)
    expect(world.tries).toHaveLength(2)
    await world.crash()
    await world.pass(100_000)
    expect(world.tries).toHaveLength(2)
    await world.pass(21_000)
    expect(world.tries).toHaveLength(3)
    await world.crash()
    await world.pass(500_000)
    expect(world.tries).toHaveLength(4)
    expect(world.rows.size).toBe(0)
  })

  it('waits for the earlier one of its message, whatever becomes of that, and for no other', async () => {
    const world = await started()
    world.attempt = (_webhook, say) => Promise.resolve(say === 'bad' ? refused : { kind: 'told' })
    await world.make('m1', 'bad')
    await world.make('m1', 'sent')
    await world.make('m2', 'queued')
    await world.make('m1', 'delivered')
    await settled()
    expect(said(world, 'm1')).toEqual(['bad'])
    expect(said(world, 'm2')).toEqual(['queued'])
    await world.pass(430_000)
    expect(said(world, 'm1')).toEqual(['bad', 'bad', 'bad', 'bad', 'sent', 'delivered'])
  })

  it('is not followed by the next of its message before its removal is durable', async () => {
    const world = await started()
    world.commitMs = () => 1_000
    void world.make('m1', 'queued')
    void world.make('m1', 'sent')
    await world.pass(1_000)
    expect(said(world, 'm1')).toEqual(['queued'])
    await world.crash()
    await world.pass(10_000)
    expect(said(world, 'm1')).toEqual(['queued', 'queued', 'sent'])
  })

  it('stays in its place while the store fails', async () => {
    const world = await started()
    await world.make('m1', 'queued')
    await settled()
    world.commitMs = () => 100
    const making = [world.make('m2', 'queued'), world.make('m2', 'sent')]
    world.clock.advance(100)
    await Promise.all(making)
    world.storeFails = true
    await world.pass(3_000)
    expect(said(world, 'm2')).toEqual(['queued'])
    expect(world.events).toContain('storeFailed')
    world.storeFails = false
    await world.pass(3_000)
    expect(said(world, 'm2')).toEqual(['queued', 'sent'])
    expect(world.rows.size).toBe(0)
  })

  it('that cannot be read is removed', async () => {
    const world = new World()
    const { key } = world.row('m1', 'x')
    world.rows.set(key, 'nonsense')
    world.rows.set(`${'0'.repeat(16)}|x`, '0 0 {"account":1}')
    await world.outbox.start()
    await settled()
    expect(world.events.filter((each) => each.startsWith('unreadable'))).toHaveLength(2)
    expect(world.rows.size).toBe(0)
  })

  it('is over at once where it can never be told, and survives what must not happen', async () => {
    const world = await started()
    world.attempt = () => Promise.resolve({ kind: 'over', why: 'account', detail: 'gone' })
    await world.make('m1', 'queued')
    await settled()
    expect(world.events).toEqual(['account', 'givenUp m1 queued account'])
    world.attempt = () => Promise.reject(new Error('bug'))
    await world.make('m2', 'queued')
    await settled()
    expect(world.events.slice(2)).toEqual(['fault Error: bug', 'fault'])
    expect(world.rows.size).toBe(1)
  })
})

describe('the outbox', () => {
  it('holds a few rows of many, and tells all in order', async () => {
    const world = await started({ maxHeldPerEndpoint: 10, maxInFlightPerEndpoint: 1 })
    const open: (() => void)[] = []
    world.attempt = () => new Promise((resolve) => open.push(() => resolve({ kind: 'told' })))
    for (let i = 0; i < 200; i++) await world.make(`m${i % 7}`, String(i))
    expect(world.outbox.waiting).toBe(200)
    for (let i = 0; i < 1000 && world.rows.size > 0; i++) {
      open.shift()?.()
      await settled()
    }
    expect(world.rows.size).toBe(0)
    expect(world.tries).toHaveLength(200)
    for (let m = 0; m < 7; m++) {
      const all = said(world, `m${m}`).map(Number)
      expect(all).toEqual([...all].sort((a, b) => a - b))
    }
  })

  it('finds rows again of which it hears late', async () => {
    const world = await started()
    const [early, late] = [world.row('m1', 'early'), world.row('m2', 'late')]
    await world.commit([early, late])
    world.outbox.added([late])
    await settled()
    world.outbox.added([early])
    await world.make('m1', 'next')
    await settled()
    expect(world.tries.map(({ say }) => say)).toEqual(['late', 'early', 'next'])
    // And is told of one that it has read and told already.
    world.outbox.added([early])
    await settled()
    expect(world.tries).toHaveLength(3)
    expect(world.outbox.waiting).toBe(0)
  })

  it('takes no more than so many rows of an endpoint, and always some', async () => {
    const world = await started({ maxWaiting: 2_000, maxWaitingPerEndpoint: 1_500 })
    world.attempt = () => new Promise(() => {})
    const url = (host: string): string => `http://${host}.example/`
    for (let i = 0; i < 1_500; i++) await world.make(`m${i}`, '', url('a'))
    expect(world.outbox.takes(url('a'))).toBe(false)
    expect(world.outbox.takes(url('b'))).toBe(true)
    for (let i = 0; i < 1_000; i++) await world.make(`m${i}`, '', url('b'))
    expect(world.outbox.takes(url('b'))).toBe(false)
    expect(world.outbox.takes(url('c'))).toBe(true)
    expect(world.events).toEqual([`dropped ${url('a')}`, `dropped ${url('b')}`])
  })

  it('sends no more once it stops, and keeps what became of the rest', async () => {
    const world = await started()
    const open: (() => void)[] = []
    world.attempt = () => new Promise((resolve) => open.push(() => resolve({ kind: 'told' })))
    await world.make('m1', 'queued')
    await world.make('m1', 'sent')
    let isStopped = false
    const stopping = world.outbox.stop().then(() => (isStopped = true))
    await settled()
    expect(isStopped).toBe(false)
    open[0]!()
    await stopping
    expect(said(world, 'm1')).toEqual(['queued'])
    expect([...world.rows.values()].filter((text) => text.includes('sent'))).toHaveLength(1)
    expect(world.rows.size).toBe(1)
    expect(world.clock.pending).toBe(0)
  })

  it('stops where the store fails, and with what the client gave up', async () => {
    const world = await started()
    world.attempt = () => Promise.resolve({ kind: 'told' })
    await world.make('m1', 'queued')
    world.storeFails = true
    await world.make('m2', 'queued').catch(() => {})
    await settled()
    await world.outbox.stop()
    const other = await started()
    let giveUp = (_: Attempted): void => {}
    other.attempt = () => new Promise((resolve) => (giveUp = resolve))
    await other.make('m1', 'queued')
    const stopping = other.outbox.stop()
    giveUp({ kind: 'stopped' })
    await stopping
    expect(other.rows.size).toBe(1)
    expect(other.events).toEqual([])
  })
})

describe('an endpoint that hangs', () => {
  const fast = 'http://fast.example/'

  it('leaves the others their pace', async () => {
    const world = await started({ maxInFlight: 8, maxInFlightPerEndpoint: 4 })
    world.attempt = (webhook) => {
      if (webhook.url === fast) return Promise.resolve({ kind: 'told' })
      return new Promise((resolve) => world.clock.after(8_000, () => resolve(timedOut)))
    }
    // It has been fast, so it is known.
    await world.make('f', 'x', fast)
    await settled()
    for (let host = 0; host < 40; host++)
      for (let i = 0; i < 20; i++) await world.make(`d${host}.${i}`, 'x', `http://dead${host}.example/`)
    await settled()
    for (let second = 0; second < 60; second++) {
      const before = world.tries.filter(({ url }) => url === fast).length
      for (let i = 0; i < 10; i++) await world.make(`f${second}.${i}`, 'x', fast)
      await world.pass(1_000)
      expect(world.tries.filter(({ url }) => url === fast).length - before).toBe(10)
    }
  })

  it('is one of them no more within a second, though it was swift before', async () => {
    const world = await started({ maxInFlight: 8, maxInFlightPerEndpoint: 8 })
    let hangs = false
    world.attempt = (webhook) => {
      if (webhook.url === fast || !hangs) return Promise.resolve({ kind: 'told' })
      return new Promise((resolve) => world.clock.after(8_000, () => resolve(timedOut)))
    }
    const hanging = (host: number): string => `http://h${host}.example/`
    for (let i = 0; i < 8; i++) {
      await world.make(`w${i}`, 'x', fast)
      for (let host = 0; host < 3; host++) await world.make(`w${host}.${i}`, 'x', hanging(host))
    }
    await settled()
    hangs = true
    for (let i = 0; i < 8; i++) await world.make(`h${i}`, 'x', hanging(0))
    await settled()
    expect(world.outbox.inFlight).toBe(8)
    await world.make('f1', 'x', fast)
    await world.pass(1_250)
    expect(said(world, 'f1')).toEqual(['x'])
    for (let i = 0; i < 8; i++) await world.make(`g${i}`, 'x', hanging(1))
    await world.make('f2', 'x', fast)
    await world.pass(1_250)
    expect(said(world, 'f2')).toEqual(['x'])
    // Timeouts have taught how few it takes.
    await world.pass(70_000)
    expect(world.outbox.inFlight).toBeLessThanOrEqual(4)
  })
})

describe('whatever crashes and fails', () => {
  type Step =
    | { readonly do: 'make'; readonly message: number }
    | { readonly do: 'pass'; readonly ms: number }
    | { readonly do: 'crash' }
  const steps = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('make' as const), message: fc.nat(8) }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 30_000 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
    ),
    { minLength: 5, maxLength: 80 },
  )

  it('each message has all it was to be told, at least once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer(), async (all: readonly Step[], seed) => {
        const chance = random(seed)
        const world = await started({ maxHeldPerEndpoint: 3, maxHeld: 5, maxInFlight: 4, maxInFlightPerEndpoint: 2 })
        world.commitMs = () => Math.floor(chance() * 3) * 400
        world.survives = () => chance() < 0.5
        world.attempt = (_webhook) => {
          const outcome = chance()
          const result: Attempted = outcome < 0.6 ? { kind: 'told' } : outcome < 0.8 ? refused : timedOut
          return new Promise((resolve) => world.clock.after(chance() * 8_000, () => resolve(result)))
        }
        const made = new Map<string, number>()
        for (const step of all) {
          if (step.do === 'make') {
            const message = `m${step.message}`
            const next = (made.get(message) ?? 0) + 1
            made.set(message, next)
            void world.make(message, String(next), `http://e${step.message % 3}.example/`)
            await settled()
          } else if (step.do === 'pass') await world.pass(step.ms, 500)
          else await world.crash()
        }
        await world.pass(2_000)
        const owed = world.rows.size
        world.attempt = () => Promise.resolve({ kind: 'told' })
        await world.crash()
        await world.pass(owed * 1_000 + 600_000, 1_000)
        expect(world.rows.size).toBe(0)
        expect(world.outbox.waiting).toBe(0)
        expect([...world.everKept].filter((key) => !world.triedKeys.has(key))).toEqual([])
        for (const message of made.keys()) {
          const told = said(world, message).map(Number)
          expect(told).toEqual([...told].sort((a, b) => a - b))
        }
        expect(world.events.filter((each) => /^(fault|unreadable|dropped)/.test(each))).toEqual([])
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})

/** mulberry32. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('the defaults', () => {
  it('are those of the API', () => {
    expect(defaultWebhookLimits.retryMs).toEqual([60_000, 120_000, 240_000])
  })
})

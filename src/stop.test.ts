import { expect, it } from 'vitest'
import { FakeClock } from './lib/fake-clock.js'
import { stopInOrder, type StopStep } from './stop.js'

const never = new Promise<void>(() => undefined)

function rig() {
  const clock = new FakeClock()
  const log: string[] = []
  const step = (name: string, atMostMs: number, work: () => Promise<unknown>): StopStep => ({
    name,
    atMostMs,
    run: () => {
      log.push(`${name} at ${clock.monotonicMs()}`)
      return work()
    },
    late: () => log.push(`${name} left`),
  })
  const ports = { clock, timers: clock, onSlow: (name: string, afterMs: number) => log.push(`${name} slow ${afterMs}`) }
  return { clock, log, step, ports }
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
  clock.advance(ms)
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

it('runs the steps in order and says that all ended', async () => {
  const { clock, log, step, ports } = rig()
  const steps = [step('a', 100, () => Promise.resolve()), step('b', 100, () => Promise.resolve())]
  expect(await stopInOrder(steps, 1000, ports)).toBe(true)
  expect(log).toEqual([`a at ${clock.monotonicMs()}`, `b at ${clock.monotonicMs()}`])
})

it('leaves behind what does not end, each in its bound, all in the grace and a last moment', async () => {
  const { clock, log, step, ports } = rig()
  const startMs = clock.monotonicMs()
  const stopped = stopInOrder(
    [step('a', 700, () => never), step('b', 9000, () => never), step('c', 9000, () => never)],
    1000,
    ports,
  )
  await pass(clock, 700)
  await pass(clock, 500)
  await pass(clock, 500)
  expect(await stopped).toBe(false)
  expect(log.map((line) => line.replace(/at (.*)/, (_, at: string) => `at +${Number(at) - startMs}`))).toEqual([
    'a at +0',
    'a slow 700',
    'a left',
    'b at +700',
    'b slow 500',
    'b left',
    'c at +1200',
    'c slow 500',
    'c left',
  ])
})

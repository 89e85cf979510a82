// Three campaigns of 75 segments a second on an account of 100: 225 a second are accepted and 100 a second leave, counted at the vendor.
import { expect } from 'vitest'
import type { SimEsme } from '../../src/sim/esme.js'
import { startScenario, type Row, type Scenario } from './scenario.js'

/** A brand `B1` of the best band with these campaigns; phones of 1212 are AT&T's, of 1213 Verizon's. */
export function registry(campaigns: readonly Row[], brand: Row = {}): Row {
  return {
    brands: [{ id: 'B1', ein: '12-3456789', trustScore: 80, ...brand }],
    campaigns: campaigns.map((campaign) => ({ brand: 'B1', useCase: 'declared', ...campaign })),
    carrierOverrides: {
      numbers: [
        { number: '1212', carrier: 'att' },
        { number: '1213', carrier: 'verizon' },
      ],
    },
  }
}

async function submitAll(esme: SimEsme, sources: readonly string[], destination: string, count: number): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      esme.submit({ source: sources[i % sources.length]!, destination, text: `m${i}` }),
    ),
  )
  for (const { status } of answers) expect(status).toBe(0)
}

/** When each came, and how many from whom. */
export function watch({ vendor }: Scenario): { readonly times: number[]; readonly bySource: Map<string, number> } {
  const seen = { times: [] as number[], bySource: new Map<string, number>() }
  vendor.events.on('submit', ({ source }) => {
    seen.times.push(performance.now())
    seen.bySource.set(source, (seen.bySource.get(source) ?? 0) + 1)
  })
  return seen
}

/** How late an arrival may be noticed, s. */
const SEEN_LATE_S = 0.1

export async function threeCampaigns(seconds: number): Promise<void> {
  const numbers = ['12025550101', '12025550102', '12025550103']
  const scenario = await startScenario({
    vendors: [{ receipts: false, keep: 10 }],
    account: { messagesPerSecond: 100 },
    more: registry(numbers.map((number, i) => ({ id: `C${i + 1}`, numbers: [number] }))),
  })
  const seen = watch(scenario)
  const esme = await scenario.bind()
  const startedMs = performance.now()
  const accepted: Promise<void>[] = []
  for (let second = 0; second < seconds; second++) {
    accepted.push(submitAll(esme, numbers, '12135550100', 225))
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, startedMs + (second + 1) * 1000 - performance.now())),
    )
  }
  await Promise.all(accepted)
  const elapsedS = (performance.now() - startedMs) / 1000
  const left = seen.times.length
  // One second's worth is saved up at the start.
  expect(left).toBeLessThanOrEqual(100 * elapsedS + 101)
  expect(left).toBeGreaterThanOrEqual(0.97 * 100 * elapsedS)
  for (let from = 0, to = 0; to < seen.times.length; to++) {
    while (seen.times[to]! - seen.times[from]! > 5000) from++
    // What left earlier may be seen late: this process has other things to do, too.
    expect(to - from).toBeLessThanOrEqual(100 * (5 + SEEN_LATE_S) + 101)
  }
  // None of the three is left behind.
  for (const number of numbers) expect(seen.bySource.get(number)).toBeGreaterThan(left / 3 - 0.1 * left)
  expect(
    await scenario.daemon.metric('smswitch_limited_waiting_segments', { campaign: 'C1', carrier: 'verizon' }),
  ).toBeGreaterThan(0)
}

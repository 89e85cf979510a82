// The whole lookup against a local provider that answers late, wrongly or not at all. Real sockets and real timers.
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock, systemTimers } from '../lib/clock.js'
import { hlrLookups } from './hlr-lookups.js'
import { Lookup } from './lookup.js'
import { defaultLookupOptions, type LookupEvents, type LookupOptions } from './lookup-ports.js'
import type { LookupResult } from './provider.js'
import { hlrAnswer, json, numberOf, type ProviderServer, startProviderServer } from './provider-server.suite.js'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(changed: Partial<LookupOptions> = {}) {
  const clock = systemClock()
  const credentials = { key: 'key1', secret: 'hush-hush' }
  const server = await startProviderServer({ ...credentials, nowSeconds: () => clock.wallMs() / 1000 })
  ends.push(() => server.close())
  const faults: unknown[] = []
  const nothing = (): void => undefined
  const events: LookupEvents = {
    asked: nothing,
    failed: nothing,
    cache: nothing,
    overloaded: nothing,
    breaker: nothing,
    storeFailed: nothing,
    fault: (error) => faults.push(error),
  }
  const provider = hlrLookups(
    { name: 'hlr1', ...credentials, service: 'hlr', maxConnections: 8, origin: server.origin, plainHttp: true },
    () => clock.wallMs(),
  )
  const options = { ...defaultLookupOptions, maxInFlight: 8, ...changed }
  const lookup = new Lookup([provider], options, { clock, timers: systemTimers(), events })
  ends.push(() => lookup.close())
  return { server, lookup, faults }
}

const numbers = Array.from({ length: 20 }, (_, i) => String(12025550100 + i))

function misbehave(server: ProviderServer): void {
  let turn = 0
  server.answers = (request, response) => {
    const number = numberOf(request)
    const answers: readonly (() => void)[] = [
      () => json(response, 200, hlrAnswer(number)),
      () => void pause(5).then(() => json(response, 200, hlrAnswer(number))),
      () => json(response, 503, {}),
      () => json(response, 200, hlrAnswer('12025559999')),
      () => response.writeHead(200).end('<html>'),
      () => response.writeHead(200).end(' '.repeat(100_000)),
      () => response.socket?.resetAndDestroy(),
      () => json(response, 200, hlrAnswer(number, { connectivity_status: 'INVALID_MSISDN' })),
      () => response.writeHead(200, { 'content-length': '99' }).write('{', () => response.socket?.destroy()),
    ]
    answers[turn++ % answers.length]?.()
  }
}

describe('a lookup over HTTP', () => {
  it('tells everybody, with one request per number at most, however the provider behaves', async () => {
    const breaker = { ...defaultLookupOptions.breaker, minFailures: 1_000_000 }
    const { server, lookup, faults } = await start({ breaker })
    misbehave(server)
    const seen = new Map<LookupResult['kind'], number>()
    for (let round = 0; round < 10; round++) {
      const asked = numbers.flatMap((number) => Array.from({ length: 5 }, () => lookup.lookup(number)))
      for (const { kind } of await Promise.all(asked)) seen.set(kind, (seen.get(kind) ?? 0) + 1)
    }
    expect([...seen.values()].reduce((sum, count) => sum + count)).toBe(1_000)
    expect([...seen.keys()].sort()).toEqual(['garbage', 'network', 'refused', 'unknown', 'unreachable'])
    expect(server.mostPerNumber).toBe(1)
    expect(server.mostAtOnce).toBeLessThanOrEqual(8)
    expect(server.requests.length).toBeLessThan(200)
    for (const number of numbers) expect(['network', 'unknown']).toContain(lookup.known(number)?.kind)
    expect(faults).toEqual([])
  })

  it('a provider that never answers costs each who asks the timeout and no more, and is then left alone', async () => {
    const { server, lookup } = await start({ timeoutMs: 50 })
    server.answers = () => undefined
    const results = await Promise.all(numbers.slice(0, 5).map((number) => lookup.lookup(number)))
    expect(results.map((result) => result.kind)).toEqual(Array.from({ length: 5 }, () => 'timeout'))
    const asked = server.requests.length
    expect(await lookup.lookup(numbers[0] as string)).toMatchObject({
      kind: 'unreachable',
      text: 'hlr1: left alone after many failures',
    })
    expect(server.requests).toHaveLength(asked)
  })

  it('a slow provider does not keep a batch beyond its time', async () => {
    const { server, lookup } = await start()
    let release: () => void = () => undefined
    const isReleased = new Promise<void>((resolve) => (release = resolve))
    server.answers = (request, response) => {
      const number = numberOf(request)
      const answer = (): void => json(response, 200, hlrAnswer(number))
      if (number === numbers[0]) answer()
      else void isReleased.then(answer)
    }
    await lookup.lookup(numbers[0] as string)
    const seen: string[] = []
    await new Promise<void>((resolve) => {
      lookup.within(numbers.slice(0, 2), 20, {
        inTime: (number, result) => seen.push(`${number} ${result.kind}`),
        late: (late) => {
          seen.push(`late ${late.join()}`)
          resolve()
        },
      })
    })
    expect(seen).toEqual([`${numbers[0]} network`, `late ${numbers[1]}`])
    release()
    expect(await lookup.lookup(numbers[1] as string)).toMatchObject({ kind: 'network' })
  })

  it('a stop ends what is out', async () => {
    const { server, lookup } = await start()
    const isAsked = new Promise<void>((resolve) => (server.answers = () => resolve()))
    const result = lookup.lookup(numbers[0] as string)
    await isAsked
    await lookup.close()
    expect(await result).toMatchObject({ kind: 'unreachable', faultOf: 'switch' })
  })
})

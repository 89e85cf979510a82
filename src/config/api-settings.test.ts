// What the settings say is what the rooms take for granted where they are told nothing.
import { expect, it } from 'vitest'
import { apiBounds } from '../edges/api/server.js'
import { defaultApiRate } from '../edges/api/api-ports.js'
import { IDEMPOTENCY_MS } from '../edges/api/idempotency.js'
import { defaultListRate } from '../edges/api/message-routes.js'
import { defaultWebhookOptions } from '../edges/api/webhooks.js'
import { healthDefaults } from '../powerpack/health.js'
import { powerpackDefaults } from '../powerpack/powerpacks.js'
import { parseAddressRanges, parseDelays } from './list-settings.js'
import { loadConfig } from './load.js'

const { api, powerpack } = loadConfig()

it('has the defaults of the API', () => {
  const { requests, requestsMs, lists, listsMs, maxBodyBytes, maxHeadBytes, maxConnections, receiveMs, idleMs } = api
  expect({ requests, windowMs: requestsMs }).toEqual(defaultApiRate)
  expect({ requests: lists, windowMs: listsMs }).toEqual(defaultListRate)
  expect({ maxBodyBytes, maxHeaderBytes: maxHeadBytes, maxConnections, requestMs: receiveMs, idleMs }).toEqual(
    apiBounds,
  )
  expect(api.idempotencyMs).toBe(IDEMPOTENCY_MS)
})

it('has the defaults of webhooks', () => {
  const { timeoutMs, maxAnswerBytes, retryMs, allowed, caFile, ...limits } = api.webhooks
  const { client } = defaultWebhookOptions
  expect({ ...limits, retryMs: parseDelays(retryMs) }).toEqual(defaultWebhookOptions.limits)
  expect({ timeoutMs, maxAnswerOctets: maxAnswerBytes, maxConnections: limits.maxInFlightPerEndpoint }).toEqual(client)
  expect([parseAddressRanges(allowed), caFile]).toEqual([defaultWebhookOptions.allowed, ''])
})

it('has the defaults of powerpacks', () => {
  const { longCodePerSecond, tollFreePerSecond, shortCodePerSecond, health } = powerpack
  expect({
    dayCap: powerpack.dailyPerNumber,
    stickyMs: powerpack.stickyDays * 86_400_000,
    stickyPhones: powerpack.stickyPhones,
    perSecond: { longcode: longCodePerSecond, tollfree: tollFreePerSecond, shortcode: shortCodePerSecond },
  }).toEqual(powerpackDefaults)
  expect({
    minReports: health.minReports,
    minDelivered: health.minDeliveredPercent / 100,
    maxSpam: health.maxSpamPercent / 100,
    maxRefusals: health.maxRefusals,
  }).toEqual(healthDefaults)
})

it('reads lists', () => {
  expect(parseAddressRanges(' 127.0.0.0/8, 10.1.2.3  fd00::/8 ')).toEqual(['127.0.0.0/8', '10.1.2.3', 'fd00::/8'])
  expect(parseDelays('1000, 5000')).toEqual([1000, 5000])
  expect([parseDelays(''), parseAddressRanges('')]).toEqual([[], []])
})

it.each([
  [
    'api.webhooks.allowed=10.0.0.0/33',
    'expects addresses and ranges such as 192.0.2.7 or 10.0.0.0/8, parted by blanks',
  ],
  ['api.webhooks.allowed=10.0.0.1/8', 'expects addresses and ranges'],
  ['api.webhooks.allowed=localhost', 'expects addresses and ranges'],
  ['api.webhooks.retryMs=60000 1.5', 'expects up to 20 whole numbers from 1 to 86400000 in one text, parted by blanks'],
  ['api.webhooks.retryMs=0', 'expects up to 20'],
  ['api.webhooks.maxInFlightPerEndpoint=513', 'expects no more than api.webhooks.maxInFlight'],
  ['api.webhooks.maxHeldPerEndpoint=50001', 'expects no more than api.webhooks.maxHeld'],
  ['api.webhooks.maxWaitingPerEndpoint=1000001', 'expects no more than api.webhooks.maxWaiting'],
  ['powerpack.dailyPerNumber=0', 'expects a whole number from 1 to 65535'],
  ['powerpack.health.act=on', 'expects one of never, quarantine, replace'],
])('refuses %s', (setting, why) => expect(() => loadConfig({ set: [setting] })).toThrow(why))

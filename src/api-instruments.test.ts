import { expect, it } from 'vitest'
import { createApiInstruments } from './api-instruments.js'
import type { Webhook } from './edges/api/webhook-row.js'
import { FakeClock } from './lib/fake-clock.js'
import type { Chosen, NoSender } from './powerpack/sender.js'
import type { EventFields, EventName } from './telemetry/event-catalogue.js'
import type { Log } from './telemetry/log.js'
import { createMetrics } from './telemetry/metrics.js'

function rig() {
  const events: [EventName, object][] = []
  const log: Log = {
    event: <Name extends EventName>(name: Name, fields: EventFields<Name>) => void events.push([name, fields]),
    flush: () => undefined,
  }
  const metrics = createMetrics({ processMetrics: false })
  const clock = new FakeClock()
  const lines = async (): Promise<readonly string[]> =>
    (await metrics.render()).split('\n').filter((line) => /^smswitch_/.test(line) && !/(_bucket.*| 0)$/.test(line))
  return { events, metrics, clock, instruments: createApiInstruments(metrics, log, clock), lines }
}

const webhook: Webhook = {
  account: 'MA',
  purpose: 'status',
  method: 'POST',
  url: 'https://u.example:8443/secret?key=1',
  fields: [],
  madeAtMs: 0,
}

it('requests are counted by the route, not by what clients write', async () => {
  const { instruments, lines } = rig()
  instruments.onAnswer('GET', '/v1/Account/:auth_id/NumberPool/:pool/Number/:number/', 200)
  instruments.onAnswer('BREW', '', 404)
  instruments.onAnswer('GET', '/v1/Account/:auth_id/*', 404)
  expect(await lines()).toEqual([
    'smswitch_api_requests_total{method="GET",route="/NumberPool/{pool}/Number/{number}/",status="200"} 1',
    'smswitch_api_requests_total{method="other",route="none",status="404"} 1',
    'smswitch_api_requests_total{method="GET",route="/*",status="404"} 1',
  ])
})

it('messages are counted by what becomes of them', async () => {
  const { instruments, lines } = rig()
  const { messages, told } = instruments
  messages.accepted()
  messages.refused('noRoute')
  messages.failed()
  told.changed('sent')
  told.changed('delivered')
  told.noNews()
  told.received('optout', true)
  told.received('', false)
  const all = (await lines()).map((line) => line.replace(/^smswitch_/, ''))
  expect(all).toEqual(
    expect.arrayContaining([
      'messages_accepted_total{edge="http"} 1',
      'messages_refused_total{edge="http",reason="noRoute"} 1',
      ...['queued', 'failed', 'sent', 'delivered'].map((state) => `api_messages_total{state="${state}"} 1`),
      'api_messages_total{state="received"} 2',
      'api_receipts_without_news_total{why="same"} 1',
      'api_received_total{intent="optout",listener="told"} 1',
      'api_received_total{intent="other",listener="nobody"} 1',
    ]),
  )
})

it('webhooks are counted; what can come by the thousand is one line a second, without the secrets of a URL', async () => {
  const { instruments, clock, events, lines } = rig()
  const { outbox } = instruments
  outbox.tried('status', 'timeout', 8)
  for (let i = 0; i < 5; i++) outbox.givenUp(webhook, '00', 'timeout', 'timeout')
  clock.advance(1000)
  outbox.givenUp(webhook, '01', 'timeout', 'timeout')
  outbox.dropped(webhook.url)
  outbox.dropped('')
  expect(events.map(([name, fields]) => `${name} ${JSON.stringify(fields)}`)).toEqual([
    'webhook.givenUp {"endpoint":"https://u.example:8443","purpose":"status","messageId":"00","why":"timeout","detail":"timeout","count":1}',
    'webhook.givenUp {"endpoint":"https://u.example:8443","purpose":"status","messageId":"01","why":"timeout","detail":"timeout","count":5}',
    'webhook.dropped {"endpoint":"https://u.example:8443","count":1}',
    'webhook.dropped {"endpoint":"","count":1}',
  ])
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'smswitch_webhook_tries_total{purpose="status",outcome="timeout"} 1',
      'smswitch_webhooks_given_up_total{purpose="status",why="timeout"} 6',
      'smswitch_webhooks_dropped_total 2',
      'smswitch_webhook_seconds_count 1',
    ]),
  )
})

it.each([
  ['14155550100', true, '12125550100', 'how="sticky"'],
  ['14155550100', false, '14155550199', 'how="area"'],
  ['15105550100', false, '14155550199', 'how="region"'],
  ['12125550100', false, '14155550199', 'how="other"'],
])('a choice of %s, sticky: %j, for %s: %s', async (number, isSticky, destination, expected) => {
  const { instruments, lines } = rig()
  const chosen = { kind: 'chosen', number, type: 'longcode', isSticky, kept: [] } as unknown as Chosen
  const wanted = { pack: 'p', destination, service: 'sms', segments: 1, carrier: 'unknown' } as const
  expect(instruments.counted(() => chosen)(wanted, 0, 0, () => 0)).toBe(chosen)
  const none: NoSender = { kind: 'none', reason: 'optedOut', code: 200 }
  instruments.counted(() => none)(wanted, 0, 0, () => 0)
  instruments.countedAgain(() => none)(wanted, 0, 0, () => 0)
  expect(await lines()).toEqual([
    `smswitch_senders_chosen_total{type="longcode",${expected}} 1`,
    'smswitch_senders_none_total{reason="optedOut"} 1',
    'smswitch_senders_chosen_again_total{outcome="none"} 1',
  ])
})

// What is read off the powerpacks and the webhooks at each scrape. Belongs to the composition root.

import type { Dispatcher } from './delivery/dispatcher.js'
import type { WebhookOutbox } from './edges/api/webhook-outbox.js'
import { numberTypes } from './powerpack/number-type.js'
import type { Powerpacks } from './powerpack/powerpacks.js'
import { NOBODY } from './powerpack/stock.js'
import type { Metrics } from './telemetry/metrics.js'

export interface PoolGaugeSources {
  readonly metrics: Metrics
  readonly dispatcher: Dispatcher
  readonly powerpacks: Pick<Powerpacks, 'book' | 'optOuts'>
  /** Left out where the API is not enabled. */
  readonly outbox: WebhookOutbox | undefined
}

export function registerPoolGauges({ metrics, dispatcher, powerpacks, outbox }: PoolGaugeSources): void {
  const { book, optOuts } = powerpacks
  if (outbox !== undefined) {
    metrics.gauge('webhooksWaiting', () => [{ labels: {}, value: outbox.waiting }])
    metrics.gauge('webhooksInFlight', () => [{ labels: {}, value: outbox.inFlight }])
    metrics.gauge('webhookEndpoints', () => [{ labels: {}, value: outbox.endpoints }])
  }
  metrics.gauge('powerpacks', () => [{ labels: {}, value: book.packCount }])
  metrics.gauge('optOuts', () => [{ labels: {}, value: optOuts.size }])
  metrics.gauge('poolNumbers', () => {
    let quarantined = 0
    for (const [, { quarantine }] of book.numbers.from(0)) if (quarantine !== undefined) quarantined++
    return [
      { labels: { state: 'all' }, value: book.numbers.size },
      { labels: { state: 'quarantined' }, value: quarantined },
      { labels: { state: 'nobody' }, value: book.numbers.countOf(NOBODY) },
    ]
  })
  metrics.gauge('numberQueue', () => {
    const byType = new Map(numberTypes.map((type) => [type, 0]))
    for (const { target, waiting } of dispatcher.lanes()) {
      if (target.kind !== 'vendor' || target.sender === undefined) continue
      // One that is gone is chosen again at its turn.
      const type = book.numbers.get(target.sender.number)?.type ?? 'longcode'
      byType.set(type, (byType.get(type) ?? 0) + waiting)
    }
    return [...byType].map(([type, value]) => ({ labels: { type }, value }))
  })
}

// What the HTTP API for applications, its webhooks and the powerpacks tell, put into metrics and log lines. Belongs to the composition
// root; decides nothing.

import type { HttpInventoryPorts } from './edges/api/inventory-http.js'
import type { MessageEvents } from './edges/api/message-ports.js'
import type { OldRowEvents } from './edges/api/old-rows.js'
import type { PoolRefreshEvents } from './edges/api/pool-refresh.js'
import type { ToldEvents } from './edges/api/told-ports.js'
import type { WebhookPorts } from './edges/api/webhooks.js'
import type { OutboxEvents } from './edges/api/webhook-outbox.js'
import type { OnFault } from './http/server.js'
import type { Clock } from './lib/clock.js'
import { nanpAreaOf } from './phone/nanp.js'
import type { Powerpacks } from './powerpack/powerpacks.js'
import type { Chosen } from './powerpack/sender.js'
import { LogPace } from './telemetry/log-pace.js'
import type { EventName } from './telemetry/event-catalogue.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

/** Of anomalies that may come by the thousand, one line in so many ms. */
const LINE_EVERY_MS = 1000
const PREFIX = '/v1/Account/:auth_id'
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

type Choose = Powerpacks['choose']

/** Of the provider that numbers are rented from. */
export interface InventoryEvents {
  readonly failed: HttpInventoryPorts['onFailure']
  /** So many numbers may be rented there for nobody, and could not be given back. */
  readonly unclear: (numbers: number, nextTryMs: number) => void
}

export interface ApiInstruments {
  readonly onAnswer: (method: string, route: string, status: number) => void
  readonly onFault: OnFault
  readonly messages: MessageEvents
  readonly told: ToldEvents
  readonly outbox: OutboxEvents
  readonly replyRefused: WebhookPorts['replyRefused']
  readonly oldRows: OldRowEvents
  readonly refresh: PoolRefreshEvents
  readonly inventory: InventoryEvents
  /** Counts the choices for new messages. */
  readonly counted: (choose: Choose) => Choose
  /** Counts those for messages whose number was gone at their turn, in their place. */
  readonly countedAgain: (choose: Choose) => Choose
}

export function createApiInstruments(metrics: Metrics, log: Log, clock: Clock): ApiInstruments {
  const pace = new LogPace(LINE_EVERY_MS)
  const paced = (event: EventName, key: string, tell: (count: number) => void): void => {
    const count = pace.note(`${event} ${key}`, clock.monotonicMs())
    if (count > 0) tell(count)
  }
  const accepted = metrics.accepted.index('http')
  const queued = metrics.apiMessages.index('queued')
  return {
    onAnswer: (method, route, status) =>
      metrics.apiRequests.count(methods.find((one) => one === method) ?? 'other', routeOf(route), String(status)),
    onFault: (fault) => log.event('api.requestFailed', fault),
    messages: {
      accepted() {
        metrics.accepted.add(accepted, 1)
        metrics.apiMessages.add(queued, 1)
      },
      refused: (reason) => metrics.refused.count('http', reason),
      failed: () => metrics.apiMessages.count('failed'),
    },
    told: {
      changed: (state) => metrics.apiMessages.count(state),
      noNews: () => metrics.apiNoNews.count('same'),
      unknown: () => metrics.apiNoNews.count('noRecord'),
      received(intent, isTold) {
        metrics.apiMessages.count('received')
        metrics.apiReceived.count(intent === '' ? 'other' : intent, isTold ? 'told' : 'nobody')
      },
      storeFailed: (error) => paced('api.storeFailed', '', (count) => log.event('api.storeFailed', { error, count })),
      fault: (error) => paced('api.fault', '', (count) => log.event('api.fault', { error, count })),
    },
    outbox: {
      tried(purpose, outcome, seconds) {
        metrics.webhookTries.count(purpose, outcome)
        metrics.webhookSeconds.record(seconds)
      },
      givenUp({ purpose, url }, messageId, why, detail) {
        metrics.webhooksGivenUp.count(purpose, why)
        const endpoint = originOf(url)
        paced('webhook.givenUp', `${endpoint} ${why}`, (count) =>
          log.event('webhook.givenUp', { endpoint, purpose, messageId, why, detail, count }),
        )
      },
      dropped(url) {
        metrics.webhooksDropped.count()
        const endpoint = originOf(url)
        paced('webhook.dropped', endpoint, (count) => log.event('webhook.dropped', { endpoint, count }))
      },
      unreadable: (key) => paced('webhook.unreadable', '', (count) => log.event('webhook.unreadable', { key, count })),
      storeFailed: (error) =>
        paced('webhook.storeFailed', '', (count) => log.event('webhook.storeFailed', { error, count })),
      fault: (error) => paced('webhook.fault', '', (count) => log.event('webhook.fault', { error, count })),
    },
    replyRefused({ account }, { src: source, dst: destination }, why) {
      metrics.webhookReplies.count()
      paced('webhook.replyRefused', account, (count) =>
        log.event('webhook.replyRefused', { account, source, destination, why, count }),
      )
    },
    oldRows: {
      removed: (what, rows) => metrics.apiRemoved.add(metrics.apiRemoved.index(what), rows),
      roundEnded: (records, requests) => {
        if (records + requests > 0) log.event('api.removed', { records, requests })
      },
      failed: (error) => paced('api.removeFailed', '', (count) => log.event('api.removeFailed', { error, count })),
    },
    refresh: {
      quarantined(powerpack, { number, why, note }) {
        metrics.numbersIll.count(why)
        log.event('powerpack.quarantined', { powerpack, number, why, note })
      },
      spared(powerpack, { number, why, note }) {
        metrics.numbersSpared.count()
        paced('powerpack.spared', powerpack, (count) =>
          log.event('powerpack.spared', { powerpack, number, why, note, count }),
        )
      },
      replaced(powerpack, number, by) {
        metrics.numbersReplaced.count('replaced')
        log.event('powerpack.replaced', { powerpack, number, by })
      },
      noReplacement(powerpack, number, nextTryMs) {
        metrics.numbersReplaced.count('none')
        log.event('powerpack.noReplacement', { powerpack, number, nextTryMs })
      },
      failed(number, error) {
        metrics.numbersReplaced.count('failed')
        log.event('powerpack.refreshFailed', { number, error })
      },
    },
    inventory: {
      failed(what, failure) {
        metrics.numberProviderFailures.count(what)
        paced('inventory.failed', what, (count) => log.event('inventory.failed', { what, failure, count }))
      },
      unclear: (numbers, nextTryMs) => log.event('inventory.unclear', { numbers, nextTryMs }),
    },
    counted: (choose) => (wanted, nowMs, wallMs, chance) => {
      const chosen = choose(wanted, nowMs, wallMs, chance)
      if (chosen.kind === 'chosen') metrics.sendersChosen.count(chosen.type, howOf(chosen, wanted.destination))
      else metrics.sendersNone.count(chosen.reason)
      return chosen
    },
    countedAgain: (choose) => (wanted, nowMs, wallMs, chance) => {
      const chosen = choose(wanted, nowMs, wallMs, chance)
      metrics.sendersAgain.count(chosen.kind)
      return chosen
    },
  }
}

/** As in docs/http-api.md. Other addresses are one: their senders choose them. */
function routeOf(route: string): string {
  if (!route.startsWith(PREFIX)) return 'none'
  return route.slice(PREFIX.length).replace(/:(\w+)/g, '{$1}') || 'none'
}

/** Scheme, host and port: what else is in a URL may be a secret. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : ''
}

function howOf({ number, type, isSticky }: Chosen, destination: string): 'sticky' | 'area' | 'region' | 'other' {
  if (isSticky) return 'sticky'
  const to = type === 'longcode' ? nanpAreaOf(destination) : undefined
  const from = to && nanpAreaOf(number)
  if (to === undefined || from === undefined) return 'other'
  if (to.code === from.code) return 'area'
  return to.region !== '' && to.region === from.region ? 'region' : 'other'
}

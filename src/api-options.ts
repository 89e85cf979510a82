// The settings of the HTTP API and of powerpacks as the edge and the packs take them. Belongs to the composition root.

import { parseAddressRanges, parseDelays, wordsOf } from './config/list-settings.js'
import type { Config } from './config/settings.js'
import type { ApiRate } from './edges/api/api-ports.js'
import type { LookRate } from './edges/api/look-budget.js'
import type { PoolRefreshOptions } from './edges/api/pool-refresh.js'
import type { WebhookOptions } from './edges/api/webhooks.js'
import type { HttpBounds } from './http/server.js'
import type { PowerpackOptions } from './powerpack/powerpacks.js'
import { readWebhookAuthority } from './webhook-authority.js'

const DAY_MS = 86_400_000

export function powerpackOptions({ powerpack }: Config): PowerpackOptions {
  return {
    dayCap: powerpack.dailyPerNumber,
    stickyMs: powerpack.stickyDays * DAY_MS,
    stickyPhones: powerpack.stickyPhones,
    perSecond: {
      longcode: powerpack.longCodePerSecond,
      tollfree: powerpack.tollFreePerSecond,
      shortcode: powerpack.shortCodePerSecond,
    },
  }
}

/** Undefined where nothing is done about numbers whose messages do not arrive. */
export function poolRefreshOptions({ powerpack: { health } }: Config): PoolRefreshOptions | undefined {
  const { act, minReports, minDeliveredPercent, maxSpamPercent, maxRefusals } = health
  if (act === 'never') return undefined
  const shares = { minDelivered: minDeliveredPercent / 100, maxSpam: maxSpamPercent / 100 }
  return { act, minReports, maxRefusals, ...shares, spamErrors: wordsOf(health.spamErrors) }
}

export function apiBoundsOf({ api }: Config): HttpBounds {
  return {
    maxBodyBytes: api.maxBodyBytes,
    maxHeaderBytes: api.maxHeadBytes,
    maxConnections: api.maxConnections,
    requestMs: api.receiveMs,
    idleMs: api.idleMs,
  }
}

export function apiRateOf({ api }: Config): ApiRate {
  return { requests: api.requests, windowMs: api.requestsMs }
}

export function lookRateOf({ api }: Config): LookRate {
  return { rows: api.listRows, windowMs: api.listsMs }
}

export function listRateOf({ api }: Config): ApiRate {
  return { requests: api.lists, windowMs: api.listsMs }
}

/** @throws Error where the certificate authority is none, as other mistakes are told */
export function webhookOptions(config: Config): WebhookOptions {
  const { webhooks } = config.api
  const authority = readWebhookAuthority(config)
  if (authority.kind === 'wrong')
    throw new Error(`${authority.key}: expects ${authority.expected}, not ${JSON.stringify(authority.value)}`)
  const { timeoutMs, maxAnswerBytes: maxAnswerOctets, maxInFlightPerEndpoint: maxConnections } = webhooks
  const { maxInFlight, maxInFlightPerEndpoint, slowMs } = webhooks
  const { maxHeld, maxHeldPerEndpoint, maxWaiting, maxWaitingPerEndpoint } = webhooks
  return {
    client: { timeoutMs, maxAnswerOctets, maxConnections, ca: authority.kind === 'read' ? authority.pem : undefined },
    limits: {
      ...{ maxInFlight, maxInFlightPerEndpoint, slowMs },
      ...{ maxHeld, maxHeldPerEndpoint, maxWaiting, maxWaitingPerEndpoint },
      retryMs: parseDelays(webhooks.retryMs) ?? [],
    },
    allowed: parseAddressRanges(webhooks.allowed) ?? [],
  }
}

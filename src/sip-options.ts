// The settings of SIP as what the edge and its library take. Belongs to the composition root; has the certificate read.

import type { Config } from './config/settings.js'
import { parseSipListeners } from './config/sip-listeners.js'
import type { SipEdgeOptions } from './edges/sip/sip-edge.js'
import { defaultSipUserSettings, type SipUserSettings } from './edges/sip/sip-user-ports.js'
import type { Clock } from './lib/clock.js'
import { readSipCertificate } from './sip-certificate.js'
import {
  defaultTransactionOptions,
  defaultTransactionTimers,
  defaultTransportLimits,
  type TransactionTimers,
} from './sip/index.js'
import { LogPace } from './telemetry/log-pace.js'
import type { Log } from './telemetry/log.js'

/** Who warns where nothing says what we are called. */
const UNNAMED = 'smswitch'
/** Of pages that are refused, one line in so many ms. */
const LINE_EVERY_MS = 1000
/** Nonces in use at a time, about 200 octets each. */
const NONCES = 200_000

/**
 * @param refused told of the origin of a page that may not connect
 * @throws Error where the certificate cannot be read
 */
export function sipEdgeOptions(config: Config, refused: (origin: string) => void): SipEdgeOptions {
  const { sip } = config
  const advertisedHost = sip.advertisedHost === '' ? undefined : sip.advertisedHost
  const retryAfterS = Math.round(sip.retryAfterMs / 1000)
  const all = parseSipListeners(sip.listeners) ?? []
  const certificate = readSipCertificate(config)
  if (certificate.kind === 'wrong') throw new Error(`${certificate.key}: expects ${certificate.expected}`)
  const tls = certificate.kind === 'read' ? { cert: certificate.cert, key: certificate.key } : undefined
  const origins = sip.origins.split(/\s+/).filter((each) => each !== '')
  // What is no browser has no origin, and says what it likes anyway.
  const mayConnect = (origin: string | undefined): boolean => {
    if (origin === undefined || origins.includes(origin)) return true
    refused(origin)
    return false
  }
  const listeners = all.map(({ kind, host, port }) => ({
    ...{ kind, host, port },
    ...(advertisedHost !== undefined && { advertisedHost }),
    ...((kind === 'tls' || kind === 'wss') && tls !== undefined && { tls }),
    ...((kind === 'ws' || kind === 'wss') && origins.length > 0 && { mayConnect }),
  }))
  const limits = {
    ...defaultTransportLimits,
    message: { ...defaultTransportLimits.message, headBytes: sip.maxHeadBytes, bodyBytes: sip.maxBodyBytes },
    connections: sip.maxConnections,
    connectionsPerAddress: sip.maxConnectionsPerAddress,
    firstMessageMs: sip.firstMessageMs,
    messageMs: sip.messageMs,
    idleMs: sip.idleMs,
    pingMs: sip.pingMs,
    outputStallMs: sip.writeStallMs,
  }
  const { maxServer, maxClient } = sip
  const transactions = {
    ...defaultTransactionOptions,
    ...{ timers: timersOf(sip.t1Ms), maxServer, maxClient, retryAfterS },
  }
  const { minExpiresMs, maxExpiresMs, defaultExpiresMs, maxContacts, whenFull, maxUsers } = sip.registration
  return {
    endpoint: { listeners, limits, transactions, ...(advertisedHost !== undefined && { advertisedHost }) },
    registrar: {
      minExpiresS: Math.ceil(minExpiresMs / 1000),
      maxExpiresS: Math.floor(maxExpiresMs / 1000),
      defaultExpiresS: Math.floor(defaultExpiresMs / 1000),
      mostContacts: maxContacts,
      whenFull,
    },
    maxUsers,
    authenticator: { nonceLifetimeMs: sip.nonceMs, nonces: NONCES, defaultDomain: sip.defaultDomain },
    maxOctets: sip.maxBodyBytes,
    agent: advertisedHost ?? UNNAMED,
    retryAfterS,
  }
}

/** What the log says of pages that may not connect: what came, what is allowed, and where that is said. */
export function refusedOrigins({ sip }: Config, clock: Clock, log: Log): (origin: string) => void {
  const pace = new LogPace(LINE_EVERY_MS)
  return (origin) => {
    const count = pace.note('', clock.monotonicMs())
    if (count === 0) return
    log.event('sip.originRefused', {
      origin: origin.slice(0, 200),
      allowed: sip.origins,
      setting: 'sip.origins',
      count,
    })
  }
}

export function sipUserSettings({ sip }: Config): SipUserSettings {
  const { udpMaxBytes, largeOnUdp, maxPieces } = sip
  return { ...defaultSipUserSettings, udpMaxBytes, largeOnUdp, maxPieces }
}

/** RFC 3261 table 4: T2 and T4 are as many round trips as there. */
function timersOf(t1Ms: number): TransactionTimers {
  const { t1Ms: usual, t2Ms, t4Ms } = defaultTransactionTimers
  return { t1Ms, t2Ms: (t2Ms / usual) * t1Ms, t4Ms: (t4Ms / usual) * t1Ms }
}

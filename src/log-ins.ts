// Who may have a password or token looked at, for one edge: the guard that all edges share, with its metric and its event. Belongs to the
// composition root.

import type { LogIns } from './edges/esme/esme-ports.js'
import type { Clock } from './lib/clock.js'
import type { LogInGuard } from './lib/log-in-guard.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

export interface LogInPorts {
  readonly guard: LogInGuard
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly metrics: Pick<Metrics, 'logInsWrong'>
  readonly log: Pick<Log, 'event'>
}

/** @param edge api: the admin server; http: the API of applications */
export function logInsOf(edge: 'esme' | 'api' | 'sip' | 'http', { guard, clock, metrics, log }: LogInPorts): LogIns {
  return {
    mayTry(address, account) {
      if (guard.mayTry(address, account, clock.monotonicMs())) return true
      metrics.logInsWrong.count(edge, 'blocked')
      return false
    },
    wrong(address, account) {
      metrics.logInsWrong.count(edge, 'refused')
      if (guard.wrong(address, account, clock.monotonicMs())) log.event('logIn.blocked', { edge, address, account })
    },
    right(address, account) {
      guard.right(address, account)
    },
  }
}

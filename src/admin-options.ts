// The switch as the admin server asks and changes it: what it is served by, and what of it is told in the log. Belongs to the composition
// root; decides nothing.

import type { Accounting } from './accounting.js'
import type { AdminOptions } from './admin/server.js'
import type { ApiToken } from './admin/tokens.js'
import type { ApiSwitch } from './api-switch.js'
import type { Config } from './config/settings.js'
import type { Core } from './core.js'
import type { Clock } from './lib/clock.js'
import { limitUse } from './limit-use.js'
import type { LiveDirectory } from './live-directory.js'
import { logInsOf, type LogInPorts } from './log-ins.js'
import type { RoutePorts } from './admin/explain-route.js'
import { messageTraces } from './message-traces.js'
import type { Carriers } from './open-carriers.js'
import type { Traces } from './history/traces.js'
import { recordFolder } from './record-files.js'
import type { SipListening } from './sip-switch.js'
import { softphoneOptions } from './softphone-options.js'
import type { KeepsBooks } from './store/contracts/books.js'
import type { Store } from './store/contracts/store.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

export interface AdminOptionPorts {
  readonly config: Config
  readonly live: Pick<LiveDirectory, 'book' | 'pauses' | 'current'>
  readonly store: Pick<KeepsBooks, 'books'> & Pick<Store, 'expiredDeliveries'>
  readonly core: Pick<Core, 'recorder' | 'dispatcher'>
  readonly accounting: Pick<Accounting, 'books'>
  readonly carriers: Pick<Carriers, 'plans' | 'days' | 'limits'>
  /** Undefined where nothing is remembered of single messages. */
  readonly traces: Traces | undefined
  /** Undefined where the HTTP API is not enabled. */
  readonly api: Pick<ApiSwitch, 'book' | 'changes' | 'provider'> | undefined
  readonly standingOf: RoutePorts['standingOf']
  /** Asked at each request: listeners come up after the page of the softphone. */
  readonly sipListening: () => readonly SipListening[]
  readonly readiness: AdminOptions['readiness']
  readonly logIns: LogInPorts
  readonly tokens: readonly ApiToken[]
  /** Of the program, for the document of the API. */
  readonly version: string
  readonly clock: Clock
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly metrics: Metrics
  readonly log: Log
}

export function adminOptions(ports: AdminOptionPorts): AdminOptions {
  const { config, live, store, core, accounting, carriers, traces, api, standingOf, sipListening, readiness } = ports
  const { logIns, tokens, version, clock, nowMs, metrics, log } = ports
  const { recorder, dispatcher } = core
  const directory = live.current
  const wallMs = (): number => clock.wallMs()
  return {
    host: config.admin.host,
    port: config.admin.port,
    metrics,
    readiness,
    onFault: (fault) => log.event('admin.requestFailed', fault),
    ...softphoneOptions(config, sipListening, log),
    api: {
      book: live.book,
      tokens,
      version,
      pauses: live.pauses,
      logIns: { ...logInsOf('api', logIns), retryAfterMs: config.logIn.forgiveMs },
      money: {
        ...{ books: accounting.books, store: store.books, recorder, directory, wallMs },
        recordFolder: recordFolder(config),
      },
      route: { standingOf },
      plans: carriers.plans,
      limits: limitUse({
        ...{ directory, recorder, nowMs, wallMs, days: carriers.days, limiter: carriers.limits.limiter },
        waiting: dispatcher.limited,
        lanes: () => dispatcher.lanes(),
      }),
      traces: messageTraces({ config, traces, dispatcher, store, directory, pauses: live.pauses, nowMs, wallMs }),
      onElsewhere: (by, { key, day, elsewhere, used }) =>
        log.event('cap.elsewhere', { by, day: key, date: day, elsewhere, used }),
      numbers: api && {
        ...{ book: api.book, changes: api.changes, provider: api.provider },
        ...{ perDay: config.powerpack.dailyPerNumber, nowMs },
      },
      onNumbers: (by, count) => log.event('powerpack.numbersChanged', { by, count }),
      onChanged: (change) => log.event('directory.changed', change),
      onPaid: (by, { customer, reference, micros }) => log.event('money.paid', { by, customer, reference, micros }),
    },
  }
}

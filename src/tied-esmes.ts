// The edge that ESMEs bind to, tied to the core: its settings, who may bind, where their messages go, what they are told. Belongs to the
// composition root; decides nothing.

import type { AccountDestinations } from './account-destinations.js'
import type { Config } from './config/settings.js'
import type { Core } from './core.js'
import { createPasswordGate } from './directory/password.js'
import type { Snapshot } from './directory/snapshot.js'
import { EsmeEdge } from './edges/esme/esme-edge.js'
import type { RecentStates } from './edges/esme/recent-states.js'
import type { Clock } from './lib/clock.js'
import { logInsOf, type LogInPorts } from './log-ins.js'
import type { MessageWays } from './message-ways.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

export interface TiedEsmesPorts {
  readonly config: Config
  readonly directory: () => Snapshot
  readonly core: Pick<Core, 'courier' | 'dispatcher'>
  readonly ways: Pick<MessageWays, 'submit' | 'linkClosed' | 'stalled' | 'stallMs'>
  /** What they may ask of. */
  readonly states: RecentStates
  readonly destinations: AccountDestinations
  readonly logIns: LogInPorts
  readonly clock: Clock
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly metrics: Metrics
  readonly log: Log
}

/** Not listening yet. */
export function tieEsmes(ports: TiedEsmesPorts): EsmeEdge {
  const { config, directory, core, ways, states, destinations, logIns, clock, nowMs, metrics, log } = ports
  const { courier, dispatcher } = core
  const { submit, linkClosed, stalled, stallMs } = ways
  const gate = createPasswordGate()
  const { systemId, sendWindow, queryRemembered: _, ...serverSettings } = config.smpp.server
  return new EsmeEdge(
    {
      systemId,
      stallMs,
      refuseAfterMs: config.logIn.refuseAfterMs,
      server: { ...serverSettings, windowSize: sendWindow, now: () => clock.monotonicMs() },
    },
    {
      directory,
      clock,
      metrics,
      log,
      verify: async (account, password) => {
        const verdict = await gate.check(account?.password, password)
        // Not "wrong": the ESME shall try again, not its owner look for another password.
        if (verdict === 'busy') throw new Error('too many binds wait for the check of their password')
        return verdict === 'right'
      },
      logIns: logInsOf('esme', logIns),
      submit,
      linkClosed,
      stalled,
      stateOf: (account, id) => states.stateOf(account, id),
      notified: (delivery, result, more) => courier.notified(delivery, result, more),
      notSent: (delivery) => courier.notSent(delivery),
      addDestination: (receivers) => destinations.add('esme', receivers),
      destinationChanged: (id) => dispatcher.changed(id, nowMs()),
      hasRoom: (id) => dispatcher.hasRoom(id),
    },
  )
}

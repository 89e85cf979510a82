// What the parts of the switch tell, put into metrics and log lines. Belongs to the composition root; decides nothing.

import type { CourierEvents } from './delivery/courier.js'
import { esmeOf } from './delivery/lane-key.js'
import type { Clock } from './lib/clock.js'
import type { ReassemblyEvents } from './pipeline/reassemble/reassembly-contract.js'
import type { CorrelatorPorts } from './receipts/correlator.js'
import type { GroupCommitPorts } from './store/group-commit.js'
import { LogPace } from './telemetry/log-pace.js'
import type { Log } from './telemetry/log.js'
import type { Metrics } from './telemetry/metrics.js'

/** Of anomalies that may come by the thousand, one line in so many ms. */
const LINE_EVERY_MS = 1000

export interface Instruments {
  readonly courier: CourierEvents
  readonly reassembly: Omit<ReassemblyEvents, 'onCollected'>
  readonly onFate: CorrelatorPorts['onFate']
  readonly onCommitted: GroupCommitPorts['onCommitted']
  readonly onCommitFailed: GroupCommitPorts['onFailure']
}

export function createInstruments(metrics: Metrics, log: Log, clock: Clock): Instruments {
  const pace = new LogPace(LINE_EVERY_MS)
  const dropped = (account: string, why: string): void => {
    const count = pace.note(`dropped ${why} ${account}`, clock.monotonicMs())
    if (count > 0) log.event('receipts.dropped', { account, count, why })
  }
  const commitUnits = metrics.commitUnits.index()
  return {
    courier: {
      resent: (connection) => metrics.resends.count(connection),
      ended: (state) => metrics.finals.count(state),
      receiptQueued: () => metrics.receipts.count('queued'),
      receiptDropped: (account) => {
        metrics.receipts.count('droppedByCount')
        dropped(account, 'as many as allowed are waiting')
      },
      receiptEnded: (outcome, delivery) => {
        const { origin, state } = delivery.receipt
        switch (outcome) {
          case 'done':
            metrics.receipts.count('delivered')
            metrics.receiptSeconds.record((clock.wallMs() - origin.acceptedAtMs) / 1000)
            return
          case 'expired':
            metrics.receipts.count('droppedByAge')
            dropped(origin.account, 'too old')
            return
          case 'setAside': {
            metrics.receipts.count('setAside')
            const { account, messageId } = origin
            log.event('receipts.setAside', { account, messageId, status: state, tries: delivery.failures + 1 })
          }
        }
      },
      abandoned: (state) => metrics.finals.count(state),
      moEnded: (outcome, { lane, message, failures }) => {
        // Whom it was for: of what stays in the network the message names its sender.
        const account = esmeOf(lane)
        const { id: messageId } = message
        switch (outcome) {
          case 'done':
            metrics.moEnds.count('delivered')
            return
          case 'expired': {
            metrics.moEnds.count('droppedByAge')
            const count = pace.note(`mo ${account}`, clock.monotonicMs())
            if (count > 0) log.event('mo.dropped', { account, count })
            return
          }
          case 'setAside':
            metrics.moEnds.count('setAside')
            log.event('mo.setAside', { account, messageId, tries: failures + 1 })
        }
      },
      lateAnswerUsed: (connection) => metrics.attempts.count(connection, 'late'),
    },
    reassembly: {
      onOutcome: (peer, outcome) => {
        metrics.reassembly.count(peer, outcome)
        if (outcome !== 'incomplete') return
        const count = pace.note(`incomplete ${peer}`, clock.monotonicMs())
        if (count > 0) log.event('multipart.incomplete', { peer, count })
      },
      onTurnedEarly: (peer) => metrics.turnedEarly.count(peer),
    },
    onFate: (fate, receipt, isEnd) => {
      const { connection, report } = receipt
      if (fate !== 'givenUp') metrics.vendorReceipts.count(connection, fate)
      if (isEnd) metrics.finals.count(report.state)
      if (fate !== 'dropped') return
      const count = pace.note(`unmatched ${connection}`, clock.monotonicMs())
      if (count > 0) log.event('receipts.unmatched', { connection, destination: report.destination, count })
    },
    onCommitted: (units, elapsedMs) => {
      metrics.commits.count()
      metrics.commitUnits.add(commitUnits, units)
      metrics.commitSeconds.record(elapsedMs / 1000)
    },
    onCommitFailed: (error, kept, refused) => {
      metrics.commitFailures.count(error.failure)
      log.event('store.commitFailed', { code: error.failure, units: kept + refused, error })
    },
  }
}

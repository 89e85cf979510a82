// The ways of messages into the switch, from phones and towards them: the ports and options of the pipeline, and the parts that wait for
// others, tied to the core. Belongs to the composition root; decides nothing.

import type { Accounting } from './accounting.js'
import type { Config } from './config/settings.js'
import type { Core } from './core.js'
import { moLane, undecidedLane, vendorLane } from './delivery/lane-key.js'
import type { Snapshot } from './directory/snapshot.js'
import type { RecentStates } from './edges/esme/recent-states.js'
import type { Clock } from './lib/clock.js'
import type { MoDelivery } from './message/delivery.js'
import type { IdSource } from './message/id-source.js'
import type { CandidatePorts } from './pipeline/candidates/candidates.js'
import type { Carrier } from './pipeline/carrier/carrier.js'
import type { LimitedStage } from './pipeline/limited/limited.js'
import { createReassembly } from './pipeline/create-reassembly.js'
import { runMoPipeline } from './pipeline/mo-pipeline.js'
import { proceed, runPipeline, type OnwardPorts, type PipelineInput, type PipelinePorts } from './pipeline/pipeline.js'
import type { Reassembly } from './pipeline/reassemble/reassemble.js'
import type { Located, Submission } from './pipeline/stage.js'

export interface MessageWaysPorts {
  readonly config: Config
  readonly directory: () => Snapshot
  readonly core: Pick<Core, 'recorder' | 'courier' | 'dispatcher' | 'instruments'>
  readonly ids: IdSource
  readonly candidates: CandidatePorts
  readonly carrier: Carrier
  readonly accounting: Accounting
  /** Numbers of pools; left out where there are none. */
  readonly pools: PoolsOfPipeline | undefined
  readonly limited: LimitedStage
  readonly states: RecentStates
  /** One for a phone or an ESME waits in its lane from now on. */
  readonly moAccepted: (delivery: MoDelivery) => void
  readonly clock: Clock
  /** Switch time, ms. */
  readonly nowMs: () => number
}

/** What the pipeline asks of powerpacks. */
export type PoolsOfPipeline = Required<Pick<OnwardPorts, 'senders' | 'renterOf' | 'hasOptedOut'>>

export interface MessageWays {
  readonly reassembly: Reassembly
  /** How long a link may say nothing while its parts wait for others, ms; Infinity where that bounds nothing. */
  readonly stallMs: number
  /** A session, the `link` of its submissions, is over: nothing of it can be answered any more. */
  readonly linkClosed: (link: object) => void
  /** A session sends nothing more because of its parts that are withheld. */
  readonly stalled: (link: object) => void
  /** Towards phones and accounts. */
  readonly submit: (batch: readonly Submission[]) => void
  /** From phones. */
  readonly submitMo: (batch: readonly Submission[]) => void
  /** Takes on those whose networks were asked for, by the directory that they were asked by. */
  readonly proceed: (batch: readonly Located[], ofDirectory: Snapshot) => void
}

export function createMessageWays(ports: MessageWaysPorts): MessageWays {
  const { config, directory, core, ids, candidates, carrier, accounting, pools, limited, states, clock, nowMs } = ports
  const { recorder, courier, dispatcher } = core
  const onward: OnwardPorts = {
    ...{ candidates, carrier, limited, recorder, ids, directory },
    ...pools,
    ...accounting,
    laneOf: (route, account, sender, limited) => vendorLane(route, 0, account, sender, limited),
    laneOfUndecided: undecidedLane,
    laneOfMo: moLane,
    moRoom: ({ id, maxMo = config.receipts.maxMoPerAccount }) => maxMo - dispatcher.waiting(moLane(id)),
    accepted: (delivery) => {
      states.accepted(delivery.message)
      courier.accepted(delivery)
      if (delivery.kind === 'mo') ports.moAccepted(delivery)
    },
  }
  const options = {
    defaultValidityMs: config.delivery.defaultValidityMs,
    maxValidityMs: config.delivery.maxValidityMs,
    maxQueued: config.store.maxQueued,
    offlineMs: config.sip.offlineMs,
  }
  const { stallMs: silenceMs, ...collecting } = config.multipart
  // Its time is over no later than its silence counts: then silence shall say nothing.
  const stallMs = silenceMs < collecting.timeoutMs ? silenceMs : Infinity
  const reassembly = createReassembly(
    {
      ...onward,
      nowMs,
      wallMs: () => clock.wallMs(),
      abandon: (parts, state, error, reason) => courier.abandon(parts, state, error, reason),
      events: {
        ...core.instruments.reassembly,
        onCollected: ({ sender, id }) => {
          if (sender.kind === 'account') states.taken(sender.account, id)
        },
      },
    },
    { ...options, ...collecting },
  )
  const all: PipelinePorts = { ...onward, reassembly }
  const input = (): PipelineInput => ({ nowMs: nowMs(), wallMs: clock.wallMs(), queued: dispatcher.total })
  return {
    ...{ reassembly, stallMs },
    linkClosed: (link) => reassembly.linkClosed(link),
    stalled: (link) => reassembly.stalled(link),
    submit: (batch) => runPipeline(batch, all, options, input()),
    submitMo: (batch) => runMoPipeline(batch, all, options, input()),
    proceed: (batch, ofDirectory) => {
      const times = { nowMs: nowMs(), wallMs: clock.wallMs() }
      proceed(batch, { directory: ofDirectory, ports: onward, options, ...times })
    },
  }
}

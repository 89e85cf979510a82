// Traces of messages as the core tells them and the admin API is asked for them: what limits held, and where a message waits now. Belongs
// to the composition root; decides nothing.

import type { TraceFound, TraceLane, TraceLimit, TracePorts, TraceStep, TraceWaiting } from './admin/trace-ports.js'
import type { Config } from './config/settings.js'
import type { Dispatcher } from './delivery/dispatcher.js'
import { heldSince, sumsOf } from './delivery/lane-holds.js'
import { laneTarget, type LaneTarget } from './delivery/lane-key.js'
import type { LaneLimitPorts } from './delivery/lane-limits.js'
import type { LaneView } from './delivery/lane.js'
import type { Pauses } from './directory/in-slices.js'
import type { Snapshot } from './directory/snapshot.js'
import { messageIdOf } from './edges/api/ids.js'
import { Traces, type Trace, type TraceEntry } from './history/traces.js'
import { limitKindOf } from './limit-instruments.js'
import type { Delivery, MoDelivery, SegmentDelivery } from './message/delivery.js'
import type { FailureReason } from './message/failure.js'
import type { LaneKey, MessageId } from './message/ids.js'
import type { MessageState } from './message/state.js'
import type { Store } from './store/contracts/store.js'
import { tradeCodeOf } from './tendlc/codes.js'

/** What the core tells. But for ends, none of it is told of messages that no limit holds up. */
export interface TraceHooks {
  readonly letGo: NonNullable<LaneLimitPorts['letGo']>
  readonly failed: NonNullable<LaneLimitPorts['failed']>
  /** It is taken out of its lane other than to be sent; with `expired` since its time is over. Before that is recorded. */
  readonly leaves: (delivery: Delivery, lane: LaneView | undefined, why: 'expired' | 'moved', nowMs: number) => void
  /** It failed for good. */
  readonly failedBy: (reason: FailureReason, delivery: SegmentDelivery | MoDelivery) => void
  /** It is over. Told of every message. @param doneAtMs wall time */
  readonly ended: (id: MessageId, state: MessageState, doneAtMs: number) => void
}

/** Undefined where nothing is to be remembered. */
export function createTraces({ trace }: Pick<Config, 'trace'>): Traces | undefined {
  const { messages, entries, maxAgeMs } = trace
  return messages === 0 ? undefined : new Traces({ messages, entries, maxAgeMs })
}

/** Failures that are the doing of limits, and that nothing but the end of the message tells. */
const ofLimits: ReadonlySet<FailureReason> = new Set<FailureReason>(['unregisteredSender', 'rejectedForRate'])

/** @param nowMs switch time */
export function traceHooks(traces: Traces, nowMs: () => number): TraceHooks {
  return {
    letGo: ({ key }, delivery, held) => {
      if (delivery.kind === 'receipt') return
      for (const { limit, fromMs, toMs } of held) traces.held(delivery.message, limit, key, fromMs, toMs)
    },
    failed: ({ key }, delivery, limit, atMs) => {
      if (delivery.kind !== 'receipt') traces.failed(delivery.message, 'dayCapReached', limit, key, atMs)
    },
    leaves: (delivery, lane, why, atMs) => {
      if (lane === undefined || delivery.kind === 'receipt') return
      const held = heldSince(lane.holds, delivery.dueMs, atMs)
      for (const { limit, fromMs, toMs } of held) traces.held(delivery.message, limit, lane.key, fromMs, toMs)
      const by = held.at(-1)?.limit
      if (why === 'expired' && by !== undefined) traces.failed(delivery.message, 'expired', by, lane.key, atMs)
    },
    failedBy: (reason, { message, lane }) => {
      if (ofLimits.has(reason)) traces.failed(message, reason, '', lane, nowMs())
    },
    ended: (id, state, doneAtMs) => traces.ended(id, state, doneAtMs),
  }
}

export interface MessageTracePorts {
  readonly config: Pick<Config, 'trace'>
  /** Undefined where nothing is remembered: what waits is told all the same. */
  readonly traces: Traces | undefined
  readonly dispatcher: Pick<Dispatcher, 'lanes' | 'laneView' | 'holds'>
  readonly store: Pick<Store, 'expiredDeliveries'>
  readonly directory: () => Snapshot
  readonly pauses: Pauses
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
}

/** Rows read at once: about a millisecond. */
const ROWS_AT_ONCE = 200
const ID = /^[0-9a-f]{16}$/i

type WithMessage = SegmentDelivery | MoDelivery

interface Standing {
  readonly delivery: WithMessage
  readonly before: number
}

export function messageTraces(ports: MessageTracePorts): TracePorts {
  const { config, traces, dispatcher, directory, nowMs, wallMs } = ports
  const wallOf = (atMs: number): number => wallMs() + (atMs - nowMs())

  const stepOf = (entry: TraceEntry): TraceStep => {
    const lane = laneOf(laneTarget(entry.lane))
    switch (entry.kind) {
      case 'held': {
        const { kind, limit, fromMs, toMs, heldMs, times } = entry
        return { kind, limit: limitOf(limit), lane, fromMs: wallOf(fromMs), toMs: wallOf(toMs), heldMs, times }
      }
      case 'failed': {
        const { kind, reason, limit, atMs } = entry
        const tables = directory().tenDlc?.tables
        const code = tables && tradeCodeOf(reason, tables)
        return { kind, reason, code, limit: limit === '' ? undefined : limitOf(limit), lane, atMs: wallOf(atMs) }
      }
    }
  }

  const waitingOf = ({ delivery, before }: Standing, lane: LaneView): TraceWaiting => {
    const { dueMs } = delivery
    const { target, held, holds, notBeforeMs } = lane
    const sums = sumsOf(heldSince(holds, dueMs, nowMs()))
    return {
      lane: laneOf(target),
      connections: target.kind === 'vendor' ? target.route : [],
      ...{ dueMs: wallOf(dueMs), before },
      limit:
        held === undefined || dueMs > nowMs()
          ? undefined
          : {
              ...limitOf(held.by),
              sinceMs: wallOf(Math.max(held.sinceMs, dueMs)),
              notBeforeMs: wallOf(notBeforeMs),
            },
      held: [...sums].map(([limit, heldMs]) => ({ limit: limitOf(limit), heldMs })),
    }
  }

  const found = (
    id: MessageId,
    trace: Trace | undefined,
    state: 'waiting' | 'underWay' | 'left' | 'over',
    waiting?: TraceWaiting,
  ): TraceFound => {
    const { entries = [], dropped = 0, end } = trace ?? {}
    return {
      kind: 'trace',
      trace: { message: trace?.id ?? id, state, waiting, steps: entries.map(stepOf), dropped, end },
    }
  }

  const ofStanding = (standing: Standing): TraceFound => {
    const { delivery } = standing
    const { id } = delivery.message
    const trace = traces?.of(id, nowMs())
    const lane = dispatcher.laneView(delivery.lane)
    return lane === undefined || lane.target.kind === 'wait'
      ? found(id, trace, 'underWay')
      : found(id, trace, 'waiting', waitingOf(standing, lane))
  }

  return {
    bounds: { messages: config.trace.messages, maxAgeMs: config.trace.maxAgeMs, sinceWallMs: wallMs() },

    idOf(text) {
      return ID.test(text) ? text.toLowerCase() : messageIdOf(text)
    },

    async trace(text) {
      const id = text as MessageId
      const known = traces?.of(id, nowMs())
      if (known?.end !== undefined) return found(known.id, known, 'over')
      const ready = readyIn(dispatcher.lanes(), id)
      if (ready !== undefined) return ofStanding(ready)
      const { standing, sought, isAll } = await seek(id, ports)
      // Whatever it was read from, it may have gone on since.
      const again = readyIn(dispatcher.lanes(), id)
      if (again !== undefined) return ofStanding(again)
      const trace = traces?.of(id, nowMs())
      if (trace?.end !== undefined) return found(trace.id, trace, 'over')
      if (standing === undefined)
        return trace === undefined ? { kind: 'unknown', sought, isAll } : found(trace.id, trace, 'left')
      const { delivery } = standing
      if (dispatcher.holds(delivery)) return found(delivery.message.id, trace, 'underWay')
      return ofStanding(standing)
    },
  }
}

/** Among those that stand in line in memory. */
function readyIn(lanes: Iterable<Pick<LaneView, 'ready'>>, id: MessageId): Standing | undefined {
  for (const { ready } of lanes) {
    let before = 0
    for (const delivery of ready) {
      if (isOf(delivery, id)) return { delivery, before }
      before++
    }
  }
  return undefined
}

/** In the store, row by row: nobody keeps a list of what waits by its id. */
async function seek(
  id: MessageId,
  { store, pauses, config }: Pick<MessageTracePorts, 'store' | 'pauses' | 'config'>,
): Promise<{ readonly standing: Standing | undefined; readonly sought: number; readonly isAll: boolean }> {
  const { searchRows } = config.trace
  let lane: LaneKey | undefined
  let [before, sought, cursor] = [0, 0, '']
  let untilMs = pauses.nowMs() + pauses.sliceMs
  do {
    const page = await store.expiredDeliveries(cursor, Math.min(ROWS_AT_ONCE, searchRows - sought), Infinity)
    for (const delivery of page.rows) {
      if (delivery.lane !== lane) {
        lane = delivery.lane
        before = 0
      }
      sought++
      if (isOf(delivery, id)) return { standing: { delivery, before }, sought, isAll: false }
      before++
    }
    cursor = page.cursor
    if (pauses.nowMs() < untilMs) continue
    await pauses.pause()
    untilMs = pauses.nowMs() + pauses.sliceMs
  } while (cursor !== '' && sought < searchRows)
  return { standing: undefined, sought, isAll: cursor === '' }
}

function isOf(delivery: Delivery, id: MessageId): delivery is WithMessage {
  if (delivery.kind === 'receipt') return false
  const { message } = delivery
  return message.id === id || message.parts.some((part) => part.id === id)
}

function limitOf(name: string): TraceLimit {
  return { name, kind: limitKindOf(name) }
}

function laneOf(target: LaneTarget): TraceLane {
  const none = { number: undefined, campaign: undefined, carrier: undefined }
  switch (target.kind) {
    case 'vendor': {
      const { account, sender, limited } = target
      const carrier = limited === undefined || limited.campaign === '' ? undefined : limited.carrier
      const campaign = limited === undefined || limited.campaign === '' ? undefined : limited.campaign
      return { account, number: limited?.number ?? sender?.number, campaign, carrier }
    }
    case 'esme':
    case 'undecided':
      return { account: target.account, ...none }
    case 'wait':
      return { account: '', ...none }
  }
}

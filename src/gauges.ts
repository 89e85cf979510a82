// What is read off the parts of the switch at each scrape. Belongs to the composition root: it knows every part.

import type { Dispatcher } from './delivery/dispatcher.js'
import type { LaneView } from './delivery/lane.js'
import type { Snapshot } from './directory/snapshot.js'
import type { EsmeEdge } from './edges/esme/esme-edge.js'
import { aorOf } from './edges/sip/register.js'
import type { AccountId } from './message/ids.js'
import type { Reassembly } from './pipeline/reassemble/reassemble.js'
import { flowKinds } from './sip/index.js'
import type { Correlator } from './receipts/correlator.js'
import type { SipSwitch } from './sip-switch.js'
import type { Store } from './store/contracts/store.js'
import type { GaugeRow, Metrics } from './telemetry/metrics.js'
import type { VendorLink } from './vendor-links.js'

export interface GaugeSources {
  readonly metrics: Metrics
  readonly dispatcher: Dispatcher
  readonly correlator: Correlator
  readonly store: Store
  readonly reassembly: Reassembly
  readonly vendors: Iterable<VendorLink>
  readonly esme: EsmeEdge
  readonly sip: SipSwitch | undefined
  readonly directory: () => Snapshot
  /** Switch time, ms. */
  readonly nowMs: () => number
}

interface Depth {
  waiting: number
  oldestDueMs: number
}

const partPeers = ['esme', 'vendor'] as const

export function registerGauges(sources: GaugeSources): void {
  const { metrics, dispatcher, correlator, store, reassembly, vendors, esme, nowMs } = sources
  const { sip } = sources
  metrics.gauge('sessions', () => [
    ...[...esme.bound()].flatMap(([name, byMode]) => sessions('esme', name, byMode)),
    ...[...vendors].flatMap((vendor) => sessions('vendor', vendor.connection.id, vendor.bound())),
  ])
  metrics.gauge('connections', () => [{ labels: { edge: 'esme' }, value: esme.openSessions }])
  metrics.gauge('unanswered', () =>
    [...vendors].map(({ connection, inFlight }) => ({ labels: { connection: connection.id }, value: inFlight })),
  )
  metrics.gauge('queueDepth', () =>
    [...depths(dispatcher, nowMs())].map(([connection, { waiting }]) => ({ labels: { connection }, value: waiting })),
  )
  metrics.gauge('queueAge', () => {
    const now = nowMs()
    return [...depths(dispatcher, now)].map(([connection, { oldestDueMs }]) => ({
      labels: { connection },
      value: Math.max(0, now - oldestDueMs) / 1000,
    }))
  })
  metrics.gauge('receiptsWaiting', () => waitingByAccount(sources, (lane) => carriedBy(lane) === 'receipts'))
  metrics.gauge('moWaiting', () => waitingByAccount(sources, (lane) => carriedBy(lane) === 'mo'))
  metrics.gauge('undecided', () => waitingByAccount(sources, ({ target }) => target.kind === 'undecided'))
  metrics.gauge('receiptsParked', () => [{ labels: {}, value: correlator.parkedCount }])
  metrics.gauge('reassemblySets', () =>
    partPeers.map((peer) => ({ labels: { peer }, value: reassembly.size(peer).sets })),
  )
  metrics.gauge('reassemblyBytes', () =>
    partPeers.map((peer) => ({ labels: { peer }, value: reassembly.size(peer).bytes })),
  )
  if (sip !== undefined) registerSipGauges(sources, sip)
  metrics.gauge('storeMessages', () => [{ labels: {}, value: dispatcher.total }])
  metrics.gauge('storeFreeBytes', () => {
    const { usedBytes, limitBytes } = store.usage()
    return limitBytes === 0 ? [] : [{ labels: {}, value: limitBytes - usedBytes }]
  })
}

const carriedBy = ({ target }: LaneView): 'receipts' | 'mo' | undefined =>
  target.kind === 'esme' ? target.carries : undefined

/** A series each, but for SIP users: they are too many, and are summed up. */
function waitingByAccount(
  { dispatcher, directory }: GaugeSources,
  isMeant: (lane: LaneView) => boolean,
): readonly { readonly labels: { readonly account: string }; readonly value: number }[] {
  const rows = []
  for (const lane of dispatcher.lanes()) {
    const { target, waiting } = lane
    if ('account' in target && isMeant(lane) && !isPhoneOnly(target.account, directory()))
      rows.push({ labels: { account: target.account }, value: waiting })
  }
  return rows
}

const isSipUser = (id: AccountId, directory: Snapshot): boolean => directory.account(id)?.sip !== undefined

function isPhoneOnly(id: AccountId, directory: Snapshot): boolean {
  const account = directory.account(id)
  return account?.sip !== undefined && account.systemId === undefined
}

function registerSipGauges({ metrics, dispatcher, directory, nowMs }: GaugeSources, sip: SipSwitch): void {
  const { location } = sip.edge
  metrics.gauge('sipUsers', () => [{ labels: {}, value: location.size.users }])
  metrics.gauge('sipBindings', () =>
    flowKinds.map((kind) => ({ labels: { transport: kind }, value: location.countOf(kind) })),
  )
  metrics.gauge('sipFlows', () =>
    flowKinds.flatMap((kind) =>
      kind === 'udp' ? [] : [{ labels: { transport: kind }, value: sip.edge.connectionsOf(kind) }],
    ),
  )
  metrics.gauge('sipTransactions', () => {
    const { server = 0, client = 0 } = sip.edge.endpoint?.held ?? {}
    return [
      { labels: { side: 'server' }, value: server },
      { labels: { side: 'client' }, value: client },
    ]
  })
  metrics.gauge('sipRemembered', () => [{ labels: {}, value: sip.remembered }])
  const waiting = (): readonly { readonly isOffline: boolean; readonly messages: number }[] => {
    const rows = []
    for (const { target, waiting: messages } of dispatcher.lanes()) {
      if (target.kind !== 'esme' || target.carries !== 'mo' || messages === 0) continue
      const account = directory().account(target.account)
      const aor = account && aorOf(account)
      if (aor !== undefined) rows.push({ isOffline: !location.isReachable(aor, nowMs()), messages })
    }
    return rows
  }
  metrics.gauge('sipOffline', () => [{ labels: {}, value: waiting().filter(({ isOffline }) => isOffline).length }])
  metrics.gauge('sipWaiting', () => [{ labels: {}, value: waiting().reduce((sum, { messages }) => sum + messages, 0) }])
  metrics.gauge('sipReceiptsWaiting', () => {
    let value = 0
    for (const { target, waiting: receipts } of dispatcher.lanes()) {
      if (target.kind === 'esme' && target.carries === 'receipts' && isSipUser(target.account, directory()))
        value += receipts
    }
    return [{ labels: {}, value }]
  })
}

function sessions(edge: string, name: string, byMode: ReadonlyMap<string, number>): readonly GaugeRow<'sessions'>[] {
  return [...byMode].map(([mode, value]) => ({ labels: { edge, name, mode }, value }))
}

/** Segments by the connection that their lane prefers. */
function depths(dispatcher: Dispatcher, nowMs: number): ReadonlyMap<string, Depth> {
  const byConnection = new Map<string, Depth>()
  for (const { target, waiting, firstDueMs } of dispatcher.lanes()) {
    const connection =
      target.kind === 'vendor' ? target.route[0] : target.kind === 'wait' ? target.connection : undefined
    if (connection === undefined) continue
    const depth = byConnection.get(connection) ?? { waiting: 0, oldestDueMs: nowMs }
    depth.waiting += waiting
    depth.oldestDueMs = Math.min(depth.oldestDueMs, firstDueMs)
    byConnection.set(connection, depth)
  }
  return byConnection
}

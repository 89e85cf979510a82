// What a stop of the switch does, in order, and how long each step may take. Belongs to the composition root.

import type { Admin } from './admin/server.js'
import type { ApiSwitch } from './api-switch.js'
import type { EsmeEdge } from './edges/esme/esme-edge.js'
import type { CdrExport } from './history/cdr-export.js'
import type { StopStep } from './stop.js'
import type { SipSwitch } from './sip-switch.js'
import type { Store } from './store/contracts/store.js'
import type { GroupCommit } from './store/group-commit.js'
import type { VendorLinks } from './vendor-links.js'

export interface StoppedParts {
  readonly vendors: VendorLinks
  readonly recorder: GroupCommit
  readonly esme: EsmeEdge
  readonly sip: SipSwitch | undefined
  readonly api: ApiSwitch | undefined
  readonly records: CdrExport
  readonly store: Pick<Store, 'close'>
  readonly admin: Admin
}

/** How much of the grace vendors may use to answer; the rest is for what follows from their answers. */
const VENDORS_SHARE = 0.7
/** How long ESMEs may take to answer an unbind. */
const ESME_UNBIND_MS = 2000
/** How long phones may take to answer what they were sent: those that are there do so at once. */
const SIP_DRAIN_MS = 2000
/** How long applications may take to answer what they were told: those that are swift do so at once. */
const TELLING_MS = 2000
/** What is left of that for keeping what they answered. */
const TOLD_KEPT_MS = 500
/** How long what is known may take to reach the disk. */
const LAST_COMMIT_MS = 3000

export function stopSteps(parts: StoppedParts, graceMs: number): readonly StopStep[] {
  const { vendors, recorder, esme, sip, api, records, store, admin } = parts
  return [
    // Vendors first: their last answers and receipts may still reach the ESMEs that are bound.
    {
      name: 'vendors',
      atMostMs: graceMs * VENDORS_SHARE,
      run: () => vendors.stop(),
      late: () => void vendors.abort(),
    },
    { name: 'commit', atMostMs: LAST_COMMIT_MS, run: () => recorder.settled() },
    // It has taken none since the stop began: those that it has are durable, or refused, by now.
    ...(api === undefined ? [] : [{ name: 'API', atMostMs: LAST_COMMIT_MS, run: () => api.answered() }]),
    // Also for them: what vendors said last may still reach those who are registered.
    ...(sip === undefined
      ? []
      : [
          { name: 'SIP', atMostMs: SIP_DRAIN_MS, run: () => sip.drain() },
          { name: 'SIP listeners', atMostMs: LAST_COMMIT_MS, run: () => sip.edge.close() },
        ]),
    {
      name: 'ESMEs',
      atMostMs: ESME_UNBIND_MS,
      run: () => {
        esme.unbind()
        return esme.drained()
      },
    },
    { name: 'listener', atMostMs: LAST_COMMIT_MS, run: () => esme.close() },
    ...(api === undefined
      ? []
      : [{ name: 'webhooks', atMostMs: TELLING_MS, run: () => api.stopTelling(TELLING_MS - TOLD_KEPT_MS) }]),
    {
      name: 'last commit',
      atMostMs: LAST_COMMIT_MS,
      run: () => recorder.settled(),
      late: () => recorder.abandon(),
    },
    { name: 'records', atMostMs: LAST_COMMIT_MS, run: () => records.stop() },
    { name: 'store', atMostMs: LAST_COMMIT_MS, run: () => store.close() },
    { name: 'admin', atMostMs: ESME_UNBIND_MS, run: () => admin.stop() },
  ]
}

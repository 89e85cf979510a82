// Stage 8: where it may go. Vendors that have a rate for the number, as the policy and its plan order them.

import type { Snapshot } from '../../directory/snapshot.js'
import { continueWith, refuse, type Permitted, type Routed, type Stage } from '../stage.js'

export interface CandidatePorts {
  /** Wall time in ms: prices have dates. */
  readonly wallMs: () => number
  /** From 0 to below 1: which of equal connections comes first. */
  readonly chance: () => number
}

/** Without ports prices are those that were asked for last, and of equal connections the first of the file comes first. */
export function findCandidates(directory: Snapshot, ports?: CandidatePorts): Stage<Permitted, Routed> {
  return (batch) => {
    const wallMs = ports?.wallMs()
    return batch.map(({ submission, account, assembly, policy }) => {
      const called = submission.destination.value
      const route = directory.routeFor(policy, called, account, wallMs, undefined, ports?.chance() ?? 0)
      if (route.length === 0)
        return refuse('noRoute', `policy ${policy.id}: no active connection has a rate for ${called}`)
      return continueWith({ submission, account, assembly, policy, route })
    })
  }
}

// Stage 8: where it may go. Vendors that have a rate for the number or its network, as the policy and its plan order them, then
// those that stand back.

import type { Route, Snapshot } from '../../directory/snapshot.js'
import { continueWith, refuse, type Located, type Routed, type Stage } from '../stage.js'

export interface CandidatePorts {
  /** From 0 to below 1: which of equal connections comes first. */
  readonly chance: () => number
  /** The route with those last that are full or rest, in which the message is counted; the same object where none has to. */
  readonly placed: (route: Route, directory: Snapshot) => Route
}

/**
 * Without ports, of equal connections the first of the file comes first, and none stands back.
 * @param wallMs prices have dates; left out: the moment that was asked for last
 */
export function findCandidates(directory: Snapshot, ports?: CandidatePorts, wallMs?: number): Stage<Located, Routed> {
  return (batch) =>
    batch.map(({ submission, account, assembly, policy, network, isUndecided = false }) => {
      const called = submission.destination.value
      const ranked = directory.routeFor(policy, called, account, wallMs, network, ports?.chance() ?? 0)
      // Where the network is to come, a rate of it may be all that there is.
      if (ranked.length === 0 && !isUndecided)
        return refuse('noRoute', `policy ${policy.id}: no active connection has a rate for ${called}`)
      const route = ports === undefined || isUndecided ? ranked : ports.placed(ranked, directory)
      return continueWith({ submission, account, assembly, policy, network, isUndecided, route })
    })
}

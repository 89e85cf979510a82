// Stage 8: where it may go. Vendors that have a rate for the number or its network, as the policy and its plan order them. Nothing is
// counted here: what follows may still refuse it.

import type { Route, Snapshot } from '../../directory/snapshot.js'
import { continueWith, refuse, type Located, type Routed, type Stage } from '../stage.js'

export interface CandidatePorts {
  /** From 0 to below 1: which of equal connections comes first. */
  readonly chance: () => number
  /** The route with those last that are full or rest, in which the message is counted; the same object where none has to. */
  readonly placed: (route: Route, directory: Snapshot) => Route
}

/**
 * Without a chance, of equal connections the first of the file comes first.
 * @param wallMs prices have dates; left out: the moment that was asked for last
 */
export function findCandidates(
  directory: Snapshot,
  ports?: Pick<CandidatePorts, 'chance'>,
  wallMs?: number,
): Stage<Located, Routed> {
  return (batch) =>
    batch.map(({ submission, account, assembly, policy, network, isUndecided = false }) => {
      const called = submission.destination.value
      const route = directory.routeFor(policy, called, account, wallMs, network, ports?.chance() ?? 0)
      // Where the network is to come, a rate of it may be all that there is.
      if (route.length === 0 && !isUndecided) {
        const { id, product } = account
        if (directory.routeFor(policy, called, { product }, wallMs, network).length > 0)
          return refuse(
            'routingLoop',
            `policy ${policy.id}: to ${called} only connections lead that bring what ${id} sends`,
          )
        return refuse('noRoute', `policy ${policy.id}: no active connection has a rate for ${called}`)
      }
      return continueWith({ submission, account, assembly, policy, network, isUndecided, route })
    })
}

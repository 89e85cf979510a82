// Stage 8: where it may go. Vendors that have a rate for the number, cheapest first, as the policy allows.

import type { Snapshot } from '../../directory/snapshot.js'
import { continueWith, refuse, type Permitted, type Routed, type Stage } from '../stage.js'

export function findCandidates(directory: Snapshot): Stage<Permitted, Routed> {
  return (batch) =>
    batch.map(({ submission, account, assembly, policy }) => {
      const route = directory.routeFor(policy, submission.destination.value)
      if (route.length === 0)
        return refuse(
          'noRoute',
          `policy ${policy.id}: no active connection has a rate for ${submission.destination.value}`,
        )
      return continueWith({ submission, account, assembly, policy, route })
    })
}

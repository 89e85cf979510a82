// Who stands back of what may be accepted: after all that can refuse a message, so that those who are refused use up no vendor's
// capacity.

import type { Snapshot } from '../../directory/snapshot.js'
import type { Authorized } from '../stage.js'
import type { CandidatePorts } from './candidates.js'

/** Those that are full or rest come last, in each route; the batch itself where none has to. What has no route yet is not counted. */
export function placeRoutes(
  batch: readonly Authorized[],
  directory: Snapshot,
  ports: Pick<CandidatePorts, 'placed'> | undefined,
): readonly Authorized[] {
  if (ports === undefined) return batch
  let changed: Authorized[] | undefined
  for (let i = 0; i < batch.length; i++) {
    const authorized = batch[i]!
    if (authorized.isUndecided === true) continue
    const route = ports.placed(authorized.route, directory)
    if (route === authorized.route) continue
    changed ??= [...batch]
    changed[i] = { ...authorized, route }
  }
  return changed ?? batch
}

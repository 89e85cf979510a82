// For tests of the courier: one segment that was sent, and the check that everything came to its end.

import { expect } from 'vitest'
import { contentsOf } from '../store/conformance-rows.suite.js'
import { firstOf, makeRig, type Rig } from './rig.suite.js'

/** A rig whose first segment was sent over `a` and is under way. */
export async function oneUnderWay(
  options: Parameters<typeof makeRig>[0] = {},
  changes: Parameters<Rig['submit']>[0] = {},
) {
  const rig = makeRig(options)
  const [vendor, esme] = [rig.addDestination('c:a'), rig.addDestination('a:acme')]
  const { message } = rig.submit(changes)
  await rig.settle()
  return { rig, vendor, esme, message, delivery: firstOf(vendor) }
}

export async function nothingLeft(rig: Rig): Promise<void> {
  await rig.advance(7_200_000)
  const { deliveries, awaiting } = await contentsOf(rig.store)
  expect({ deliveries, awaiting }).toEqual({ deliveries: [], awaiting: [] })
  expect(rig.dispatcher.total).toBe(0)
}

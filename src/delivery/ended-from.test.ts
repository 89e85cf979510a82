import { expect, it } from 'vitest'
import { a, firstOf, makeRig, vendorReceipt } from './rig.suite.js'

function rig() {
  const ends: string[] = []
  const made = makeRig({
    endedFrom: (source, state, error, isReported) => ends.push(`${source} ${state} ${error} ${isReported}`),
  })
  return { ends, rig: made, vendor: made.addDestination('c:a') }
}

it('a report of a vendor ends a message, whether its sender asked for one or not', async () => {
  for (const registered of [0, 1]) {
    const { rig: made, ends, vendor } = rig()
    const { message } = made.submit({ registered })
    await made.settle()
    made.courier.attemptEnded(firstOf(vendor), a, { kind: 'taken', vendorMessageId: 'v1', isAsked: true })
    await made.settle()
    made.correlator.take([vendorReceipt(['v1'], 'ENROUTE')])
    await made.settle()
    made.correlator.take([vendorReceipt(['v1'], 'UNDELIVERABLE', { error: '034' })])
    made.correlator.take([vendorReceipt(['v1'], 'UNDELIVERABLE', { error: '034' })])
    await made.settle()
    expect([registered, ...ends]).toEqual([registered, `${message.source.value} UNDELIVERABLE 034 true`])
  }
})

it('a refusal that is for good ends it without a report', async () => {
  const { rig: made, ends, vendor } = rig()
  const { message } = made.submit({})
  await made.settle()
  made.courier.attemptEnded(firstOf(vendor), a, { kind: 'refused', permanent: true, error: '010' })
  await made.settle()
  expect(ends).toEqual([`${message.source.value} REJECTED 010 false`])
})

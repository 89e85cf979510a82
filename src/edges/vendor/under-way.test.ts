import { expect, it } from 'vitest'
import { deliveryId } from '../../store/conformance-rows.suite.js'
import type { Leaving } from '../../text/leave.js'
import { UnderWay } from './under-way.js'

const leavingOf = (count: number): Leaving => ({
  kind: 'leaving',
  dataCoding: 0,
  segments: Array.from({ length: count }, () => ({ udhi: false, octets: Uint8Array.of(1), sar: undefined })),
  transliterated: 0,
})
const [one, two, three] = [deliveryId(1), deliveryId(2), deliveryId(3)]

it('keeps segments and link until the message rests, the link until it is over', () => {
  const underWay = new UnderWay()
  const link = {}
  const leaving = leavingOf(3)
  underWay.keep(one, leaving)
  underWay.keep(one, leaving)
  underWay.wentOver(one, link)
  expect([underWay.leavingOf(one), underWay.linkOf(one), underWay.segments]).toEqual([leaving, link, 3])
  underWay.rest(one)
  expect([underWay.leavingOf(one), underWay.linkOf(one), underWay.segments]).toEqual([undefined, link, 0])
  underWay.keep(one, leavingOf(2))
  underWay.forget(one)
  underWay.forget(one)
  expect([underWay.size, underWay.segments, underWay.linkOf(one)]).toEqual([0, 0, undefined])
})

it('forgets the oldest beyond so many messages, and beyond so many segments', () => {
  const underWay = new UnderWay(2, 5)
  for (const id of [one, two, three]) underWay.wentOver(id, {})
  expect([one, two, three].map((id) => underWay.linkOf(id) === undefined)).toEqual([true, false, false])
  underWay.keep(two, leavingOf(3))
  underWay.keep(three, leavingOf(3))
  expect([underWay.size, underWay.segments, underWay.leavingOf(two)]).toEqual([1, 3, undefined])
  // More than all there may be: kept alone.
  underWay.keep(one, leavingOf(9))
  expect([underWay.size, underWay.segments]).toEqual([1, 9])
})

import { expect, it } from 'vitest'
import type { ConnectionId } from '../message/ids.js'
import { connectionId, segment, vendorId } from '../store/conformance-rows.suite.js'
import { Unanswered } from './unanswered.js'

const vendor = vendorId('v')
const waiting = (n: number) => ({ ...segment(n), unansweredBy: connectionId('c'), progress: undefined })

it('is found by its number, ours or as the vendor was sent it, also when the rules are others by then', () => {
  let prefix = '100'
  const calledAs = (_: ConnectionId, number: string): string => `${prefix}${number}`
  const unanswered = new Unanswered(10, () => vendor, calledAs)
  const one = waiting(1)
  const { value } = one.message.destination
  unanswered.add(one)
  prefix = ''
  expect(unanswered.onlyFor(vendor, value)).toBe(one)
  expect(unanswered.onlyFor(vendor, `100${value}`)).toBe(one)
  expect(unanswered.onlyFor(vendor, `200${value}`)).toBeUndefined()
  unanswered.remove(one.id)
  expect(unanswered.onlyFor(vendor, value)).toBeUndefined()
  expect(unanswered.onlyFor(vendor, `100${value}`)).toBeUndefined()
  expect(unanswered.size).toBe(0)
})

it('is nobody’s where two wait for one phone', () => {
  const unanswered = new Unanswered(10, () => vendor)
  const [one, two] = [waiting(1), waiting(2)]
  const samePhone = { ...two, message: { ...two.message, destination: one.message.destination } }
  unanswered.add(one)
  unanswered.add(samePhone)
  const { value } = one.message.destination
  expect(unanswered.onlyFor(vendor, value)).toBeUndefined()
  unanswered.remove(one.id)
  expect(unanswered.onlyFor(vendor, value)).toBe(samePhone)
})

it('may be over while its way back into a lane is not durable, which is told once', () => {
  const unanswered = new Unanswered(10, () => vendor)
  const [one, two] = [waiting(1), waiting(2)]
  unanswered.add(one)
  expect(unanswered.endOnItsWay(one.id)).toBe(false)
  unanswered.addOnItsWay(two)
  expect(unanswered.get(two.id)).toBe(two)
  expect(unanswered.endOnItsWay(two.id)).toBe(true)
  expect(unanswered.wasOverOnItsWay(two.id)).toBe(true)
  expect(unanswered.endOnItsWay(two.id)).toBe(false)
  expect(unanswered.wasOverOnItsWay(one.id)).toBe(false)
})

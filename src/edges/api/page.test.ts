// The part of a list that is asked for, with pauses for others.
import { expect, it } from 'vitest'
import { allOf, pageOf, pageWhere } from './page.js'

it('is the part that is asked for, and says how many there are', async () => {
  const all = Array.from({ length: 45 }, (_, index) => index)
  expect(await pageOf(all, {})).toEqual({ objects: all.slice(0, 20), total: 45 })
  expect(await pageOf(all, { limit: 3, offset: 43 })).toEqual({ objects: [43, 44], total: 45 })
  expect(await pageOf(all, { offset: 45 })).toEqual({ objects: [], total: 45 })
  expect(await pageWhere(all, (one) => one % 2 === 1, { limit: 2, offset: 1 })).toEqual({ objects: [3, 5], total: 22 })
})

it('lets others have their turn in a long one', async () => {
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const { total } = await pageOf(new Array(40_000).fill(0), {})
  expect([total, turns >= 9]).toEqual([40_000, true])
  turns = 0
  const { length } = await allOf(new Array(40_000).fill(0))
  isOver = true
  expect([length, turns >= 9]).toEqual([40_000, true])
})

it('has turns no longer where many are asked for at once', async () => {
  const slices: number[] = []
  let looked = 0
  const each = (): boolean => {
    looked++
    return true
  }
  let isOver = false
  const turn = (): void => {
    slices.push(looked)
    looked = 0
    if (!isOver) setImmediate(turn)
  }
  const all = new Array(20_000).fill(0)
  const pages = Promise.all(Array.from({ length: 50 }, () => pageWhere(all, each, {})))
  // What each looks at before its first pause is over now.
  looked = 0
  setImmediate(turn)
  expect((await pages).every(({ total }) => total === 20_000)).toBe(true)
  isOver = true
  expect(Math.max(...slices)).toBe(4_000)
})

// Output that waits is no stall while it moves.
import { describe, expect, it } from 'vitest'
import { OutputStall } from './output-stall.js'

describe('output', () => {
  it('is stalled since it was first seen not to move, and no more once it does', () => {
    const stall = new OutputStall()
    const rows: [nowMs: number, written: number, waiting: number, stalledMs: number][] = [
      [0, 100, 0, 0],
      [1000, 200, 100, 0],
      [2000, 200, 100, 1000],
      // More to send is no progress; less that waits is.
      [3000, 300, 200, 2000],
      [4000, 300, 150, 0],
      [5000, 300, 150, 1000],
      [6000, 300, 0, 0],
      [7000, 300, 0, 0],
    ]
    for (const [nowMs, written, waiting, stalledMs] of rows)
      expect(stall.stalledMs(nowMs, written, waiting)).toBe(stalledMs)
  })
})

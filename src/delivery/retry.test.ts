import { expect, it } from 'vitest'
import { resendDelayMs } from './retry.js'

it('the n-th resend comes n steps after the n-th failure, whole steps and fractional ones', () => {
  const delays = (stepMs: number, max: number): (number | undefined)[] =>
    Array.from({ length: max + 2 }, (_, i) => resendDelayMs({ stepMs, max }, i + 1))
  expect(delays(30_000, 3)).toEqual([30_000, 60_000, 90_000, undefined, undefined])
  expect(delays(1_234.5, 3)).toEqual([1_234.5, 2_469, 3_703.5, undefined, undefined])
  expect(delays(30_000, 0)).toEqual([undefined, undefined])
})

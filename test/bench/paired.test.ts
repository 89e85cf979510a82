import { expect, it } from 'vitest'
import { excludesLoss, pairedRatio } from '../../bench/paired.js'

it('the bound of ten pairs is that of Student: t of nine degrees of freedom', () => {
  // Logarithms +0.02 and -0.02 in turns: mean 0, standard deviation 0.021082, times 1.833 over the root of 10.
  const ratios = Array.from({ length: 10 }, (_, index) => Math.exp(index % 2 === 0 ? 0.02 : -0.02))
  const found = pairedRatio(ratios)
  expect(found.mean).toBeCloseTo(1, 10)
  expect(found.least).toBeCloseTo(Math.exp(-0.01222), 5)
})

it.each<readonly [string, readonly number[], boolean]>([
  ['equal builds', [1.01, 0.99, 1.0, 1.02, 0.98], true],
  ['a loss of 3 %, measured well', [0.97, 0.972, 0.968, 0.971, 0.969], true],
  ['a loss of 6 %', [0.94, 0.941, 0.939, 0.94, 0.942], false],
  ['equal builds, measured badly', [1.2, 0.8, 1.1, 0.9, 1.0], false],
  ['a single pair', [1.0], false],
])('%s', (_, ratios, excluded) => {
  expect(excludesLoss(pairedRatio(ratios), 0.05)).toBe(excluded)
})

it('a gain and the same loss cancel out', () => {
  expect(pairedRatio([2, 0.5]).mean).toBeCloseTo(1, 10)
})

// What pairs of measurements say about a ratio: its mean and how low it may be. Pure.

export interface PairedRatio {
  readonly pairs: number
  /** Geometric mean of head over base. */
  readonly mean: number
  /** With 95 % certainty the ratio is not below this: one-sided, Student's t on the logarithms. 0 for fewer than two pairs. */
  readonly least: number
}

/** One-sided 95 % quantiles of Student's t for 1, 2, 3 … degrees of freedom. */
const t95 = [
  6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.74,
  1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697,
] as const
const t95OfMany = 1.697

/** @param ratios head over base of each pair, above 0 */
export function pairedRatio(ratios: readonly number[]): PairedRatio {
  const logs = ratios.map(Math.log)
  const pairs = logs.length
  const mean = logs.reduce((sum, log) => sum + log, 0) / pairs
  if (pairs < 2) return { pairs, mean: Math.exp(mean), least: 0 }
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (pairs - 1)
  const margin = (t95[pairs - 2] ?? t95OfMany) * Math.sqrt(variance / pairs)
  return { pairs, mean: Math.exp(mean), least: Math.exp(mean - margin) }
}

/** Whether the pairs exclude a loss of this share, e.g. 0.05. */
export function excludesLoss({ least }: PairedRatio, share: number): boolean {
  return least > 1 - share
}

// When to try to connect again: doubling pauses with jitter, so that a vendor that comes back is not met by all binds at once.

export interface BackoffLimits {
  readonly minMs: number
  readonly maxMs: number
}

/**
 * @param failures failed tries in a row, 1 or more
 * @param chance uniform in [0, 1)
 * @returns ms to wait: between half of the doubled pause and the whole of it
 */
export function backoffMs(limits: BackoffLimits, failures: number, chance: number): number {
  const wholeMs = Math.min(limits.maxMs, limits.minMs * 2 ** Math.min(30, failures - 1))
  return Math.round(wholeMs / 2 + (wholeMs / 2) * chance)
}

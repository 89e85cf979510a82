// How long to wait before the next try to connect. Pure.

/**
 * Milliseconds: 1 s, doubled by each failure up to half a minute, and a fifth of it by chance, so that the phones of a switch
 * that started again do not come all at once.
 *
 * @param failures in a row, 1 or more
 * @param chance 0 to 1
 */
export function retryDelayMs(failures: number, chance: number): number {
  const whole = Math.min(30_000, 1000 * 2 ** Math.min(failures - 1, 10))
  return Math.round(whole * (0.8 + 0.2 * chance))
}

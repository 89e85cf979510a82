// Money as the API writes it: decimal text with five decimals, never rounded. Pure.

import { MICROS } from '../../money/amount.js'

/** 4500 → `"0.00450"`. A micro-unit that five decimals can't show is a sixth one: 4505 → `"0.004505"`. */
export function priceText(micros: number): string {
  const size = Math.abs(micros)
  const rest = size % MICROS
  const decimals = String(rest).padStart(6, '0')
  const shown = decimals.endsWith('0') ? decimals.slice(0, 5) : decimals
  return `${micros < 0 ? '-' : ''}${(size - rest) / MICROS}.${shown}`
}

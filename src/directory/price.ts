// Prices as whole millionths of the base currency: money is never a float.

export const MICROS = 1_000_000

/** `"0.0045"` → 4500. The text must match the rate schema's pattern: at most 9 and 6 digits, so the result is safe. */
export function microsOf(price: string): number {
  const dot = price.indexOf('.')
  if (dot === -1) return Number(price) * MICROS
  return Number(price.slice(0, dot)) * MICROS + Number(price.slice(dot + 1).padEnd(6, '0'))
}

/** 4500 → `"0.0045"`. */
export function priceText(micros: number): string {
  const whole = Math.floor(micros / MICROS)
  const rest = micros % MICROS
  if (rest === 0) return String(whole)
  let decimals = String(rest).padStart(6, '0')
  while (decimals.endsWith('0')) decimals = decimals.slice(0, -1)
  return `${whole}.${decimals}`
}

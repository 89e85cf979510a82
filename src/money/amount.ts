// Amounts of money as whole micro-units: millionths of a currency, safe up to 2^53-1. It knows no rates of exchange.

/** Micro-units in one unit of a currency. */
export const MICROS = 1_000_000
/** The largest amount there is, either way: about nine billion. What is larger is refused, never rounded. */
export const AMOUNT_MAX = Number.MAX_SAFE_INTEGER
/** The highest price of one unit of a message: a million. Keeps products of prices exact. */
export const PRICE_MAX = 1_000_000 * MICROS

const decimal = /^(-?)([0-9]{1,10})(?:\.([0-9]{1,6})0*)?$/

/** `"0.0045"` → 4500, `"-1.5"` → -1500000; undefined for what is no decimal number, finer than a micro-unit or too large. */
export function parseAmount(text: string): number | undefined {
  const [, sign, whole, fraction = ''] = decimal.exec(text) ?? []
  if (whole === undefined) return undefined
  const micros = Number(whole) * MICROS + Number(fraction.padEnd(6, '0'))
  if (micros > AMOUNT_MAX) return undefined
  return sign === '-' && micros !== 0 ? -micros : micros
}

/** 4500 → `"0.0045"`. */
export function formatAmount(micros: number): string {
  const size = Math.abs(micros)
  const sign = micros < 0 ? '-' : ''
  const rest = size % MICROS
  const whole = (size - rest) / MICROS
  if (rest === 0) return `${sign}${whole}`
  let decimals = String(rest).padStart(6, '0')
  while (decimals.endsWith('0')) decimals = decimals.slice(0, -1)
  return `${sign}${whole}.${decimals}`
}

/** True for a whole number of micro-units that is exact. */
export function isAmount(micros: number): boolean {
  return Number.isSafeInteger(micros)
}

/** @throws RangeError for what is no exact amount: for compiling, where it is a mistake and no refusal */
export function checkedAmount(micros: number, what: string): number {
  if (!isAmount(micros)) throw new RangeError(`${what} is no whole number of micro-units up to 2^53-1: ${micros}`)
  return micros
}

/** @throws RangeError for what is no price of one unit of a message: 0 to PRICE_MAX */
export function checkedPrice(micros: number, what: string): number {
  if (!isAmount(micros) || micros < 0 || micros > PRICE_MAX)
    throw new RangeError(`${what} is no price from 0 to ${formatAmount(PRICE_MAX)}: ${micros}`)
  return micros
}

/** Undefined where the sum is too large to be exact: the message is refused. */
export function sumOf(a: number, b: number): number | undefined {
  const sum = a + b
  return isAmount(sum) ? sum : undefined
}

/** What so many units cost; undefined where that is too large to be exact: the message is refused. */
export function costOf(priceMicros: number, units: number): number | undefined {
  // A product beyond 2^53 may be rounded, but never to below it.
  const cost = priceMicros * units
  return isAmount(cost) ? cost : undefined
}

/** The shape of ISO 4217: three capital letters. Which ones are in use is not checked. */
export function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text)
}

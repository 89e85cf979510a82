// Classes of characters by RFC 3261 §25.1, as one table of bits over ASCII. Decides nothing about headers.

export const tokenBit = 1
const digitBit = 2
/** Alphanumeric, `-`, `.` and `_` (seen in the wild): host names and IPv4. */
export const hostBit = 4
export const hexBit = 8
/** May stand in a parameter value without quotes: token, and what hosts add. */
export const bareValueBit = 16

const alpha = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const digits = '0123456789'

function classTable(): Uint8Array {
  const table = new Uint8Array(128)
  const mark = (chars: string, bits: number) => {
    for (let i = 0; i < chars.length; i++) table[chars.charCodeAt(i)]! |= bits
  }
  mark(alpha + digits + "-.!%*_+`'~", tokenBit | bareValueBit)
  mark(digits, digitBit)
  mark(alpha + digits + '-._', hostBit)
  mark(digits + 'abcdefABCDEF', hexBit)
  mark('[]:', bareValueBit)
  return table
}

/** Bits of each ASCII character. */
const classes: Uint8Array = classTable()

/** Whether all of text[from, to) are of the class, and there is at least one. */
export function isAll(text: string, bit: number, from = 0, to = text.length): boolean {
  if (from >= to) return false
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code > 127 || (classes[code]! & bit) === 0) return false
  }
  return true
}

/** Space or tab; folding is gone before anything looks. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** text[from, to) without blanks at its ends. */
export function trimmed(text: string, from = 0, to = text.length): string {
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

/** The number that text[from, to) is in digits, leading zeros welcome; -1 if it is none or above `max`. */
export function decimal(text: string, max: number, from = 0, to = text.length): number {
  if (from >= to) return -1
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
    // Checked at each step, so that a thousand digits never leave the safe integers.
    if (value > max) return -1
  }
  return value
}

/** Past the closing quote of the quoted string that opens at `from`; -1 if it never closes. */
export function quotedEnd(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i + 1
  }
  return -1
}

/** What stands in the quotes of text[from, to), escapes undone. */
export function unquoted(text: string, from: number, to: number): string {
  const inner = text.slice(from + 1, to - 1)
  if (inner.indexOf('\\') < 0) return inner
  let plain = ''
  for (let i = 0; i < inner.length; i++) {
    if (inner.charCodeAt(i) === 92 && i + 1 < inner.length) i++
    plain += inner[i]
  }
  return plain
}

/** A quoted string of any text. Line ends cannot be quoted (RFC 3261 §25.1) and become blanks. */
export function quoted(text: string): string {
  let inner = ''
  for (const char of text) {
    if (char === '"' || char === '\\') inner += `\\${char}`
    else inner += char === '\r' || char === '\n' ? ' ' : char
  }
  return `"${inner}"`
}

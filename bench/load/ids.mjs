// Message ids as a vendor gives them, written into one buffer that is used again. Random parts are real: an index sees no order.
import { randomFillSync } from 'node:crypto'
import { bumpDigits } from './wire.mjs'

const HEX = Buffer.from('0123456789abcdef', 'latin1')

/** A source of ids: `advance()`, then read `bytes` up to `length`. Throws for an unknown form. */
export function messageIds(form) {
  switch (form) {
    case 'decimal':
      return decimalIds()
    case 'hex':
      return hexIds()
    case 'uuid':
      return uuidIds()
    default:
      throw new RangeError(`id format ${form}: decimal, hex or uuid`)
  }
}

function decimalIds() {
  // Starts where the clock is, so that a sink started again gives no id twice.
  const bytes = Buffer.from(String(Date.now() % 1e9).padStart(9, '1') + '00000000', 'latin1')
  const digits = bytes.length
  return { bytes, length: digits, advance: () => bumpDigits(bytes, 0, digits) }
}

function hexIds() {
  let value = (Date.now() % 0x10000) * 0x10000000
  const bytes = Buffer.alloc(12)
  return {
    bytes,
    length: 12,
    advance() {
      value++
      let low = value % 0x1000000
      let high = Math.floor(value / 0x1000000)
      for (let i = 11; i >= 6; i--, low >>= 4) bytes[i] = HEX[low & 15]
      for (let i = 5; i >= 0; i--, high >>= 4) bytes[i] = HEX[high & 15]
    },
  }
}

const PAIRS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]

function uuidIds() {
  const random = Buffer.alloc(16 * 1024)
  let at = random.length
  const bytes = Buffer.from('00000000-0000-4000-8000-000000000000', 'latin1')
  return {
    bytes,
    length: 36,
    advance() {
      if (at === random.length) {
        randomFillSync(random)
        at = 0
      }
      for (let i = 0; i < PAIRS.length; i++) {
        const octet = random[at++]
        bytes[PAIRS[i]] = HEX[octet >> 4]
        bytes[PAIRS[i] + 1] = HEX[octet & 15]
      }
      bytes[14] = 52 // version 4
      bytes[19] = HEX[8 | (random[at - 1] & 3)] // RFC 4122 variant
    },
  }
}

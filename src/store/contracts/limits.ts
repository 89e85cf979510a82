// What a row's key may hold, the same for every backend. Breaking a limit is a bug of the caller, so these throw; no I/O.

import type { Move, Payment } from '../../message/bill.js'

/** Times in keys are 48 bits wide: year 10889. */
export const MAX_DUE_MS = 2 ** 48 - 1
const MAX_ID_BYTES = 64
/** A lane, or a vendor and one of its message ids, in UTF-8. Leaves room in LMDB's longest key (1,978 octets). */
const MAX_KEY_TEXT_BYTES = 1800

/**
 * The due time as stores keep it: whole milliseconds, rounded down, so that what is due is never hidden by its fraction.
 * @throws RangeError below 0 or above 2^48-1
 */
export function wholeDueMs(dueMs: number): number {
  const whole = Math.floor(dueMs)
  if (!(whole >= 0 && whole <= MAX_DUE_MS)) throw new RangeError(`due time ${dueMs} is not in 0–${MAX_DUE_MS}`)
  return whole
}

/** @throws RangeError for a lane key that is empty, too long or has a NUL in it */
export function checkLane(lane: string): void {
  if (lane === '' || lane.includes('\0')) throw new RangeError('a lane key must be text without NUL')
  checkLength(lane)
}

/** @throws RangeError for a vendor that is empty or has a NUL, or either being too long; an empty vendor message id is a peer's fault, not ours */
export function checkVendorKey(vendor: string, vendorMessageId: string): void {
  checkKeyText('a vendor id', vendor)
  checkLength(vendorMessageId)
}

/** @throws RangeError for an id that is empty, longer than 64 or not ASCII */
export function checkDeliveryId(id: string): void {
  if (!isAscii(id)) throw new RangeError(`a delivery id must be 1–${MAX_ID_BYTES} ASCII characters`)
}

/** @throws RangeError for an id that is empty, longer than 64, not ASCII, or begins with NUL */
export function checkMessageId(id: string): void {
  if (!isAscii(id) || id.charCodeAt(0) === 0)
    throw new RangeError(`a message id must be 1–${MAX_ID_BYTES} ASCII characters and not begin with NUL`)
}

/** Days in keys are 32 bits wide. */
const MAX_DAY = 2 ** 32 - 1

/** @throws RangeError for a customer or account that is empty, too long or has a NUL in it, for no day, for money that is not whole */
export function checkMove(move: Move): void {
  checkKeyText('a customer', move.customer)
  checkKeyText('an account', move.account)
  if (!(Number.isInteger(move.day) && move.day >= 0 && move.day <= MAX_DAY))
    throw new RangeError(`day ${move.day} is not in 0–${MAX_DAY}`)
  if (!(Number.isSafeInteger(move.heldMicros) && Number.isSafeInteger(move.chargedMicros)))
    throw new RangeError(`money moves in whole micro-units, not ${move.heldMicros} and ${move.chargedMicros}`)
  if (!Number.isSafeInteger(move.units)) throw new RangeError(`${move.units} units are not whole`)
}

/** @throws RangeError for a customer as in a move, for a reference that is empty or too long, for money or a time that has no place */
export function checkPayment(payment: Payment): void {
  checkKeyText('a customer', payment.customer)
  if (payment.reference === '') throw new RangeError('a payment must have a reference')
  checkLength(payment.reference)
  if (!Number.isSafeInteger(payment.micros)) throw new RangeError(`${payment.micros} are not whole micro-units`)
  wholeDueMs(payment.atMs)
}

/** @throws RangeError for a text that is empty, too long or has a NUL in it */
export function checkKeyText(name: string, text: string): void {
  if (text === '' || text.includes('\0')) throw new RangeError(`${name} must be text without NUL`)
  checkLength(text)
}

/** 1 to `max` characters from blank to tilde? A loop: a regular expression costs three times as much, once for each message. */
export function isPrintable(text: string, max: number): boolean {
  const { length } = text
  if (length === 0 || length > max) return false
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}

function isAscii(id: string): boolean {
  const { length } = id
  if (length === 0 || length > MAX_ID_BYTES) return false
  for (let i = 0; i < length; i++) if (id.charCodeAt(i) >= 0x80) return false
  return true
}

function checkLength(text: string): void {
  // Half of the limit each, at no more than three octets a UTF-16 unit: no need to encode in order to know.
  if (text.length * 3 > MAX_KEY_TEXT_BYTES / 2 && Buffer.byteLength(text) > MAX_KEY_TEXT_BYTES / 2)
    throw new RangeError(`a key of more than ${MAX_KEY_TEXT_BYTES / 2} octets: ${text.slice(0, 40)}…`)
}

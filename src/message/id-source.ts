// Makes ids from a durable epoch and a counter, never from the clock, so that no restart and no clock step repeats one.

import type { DeliveryId, MessageId } from './ids.js'

const COUNTER_LIMIT = 0x1_0000_0000
const EPOCH_LIMIT = 0x100_0000
const COUNTER_DIGITS = 8
const TAIL_DIGITS = 3
const TAIL_BITS = 4 * TAIL_DIGITS
const TAIL_MASK = 2 ** TAIL_BITS - 1
/** The last digits of ids in words, so that none is put into words for a message. */
const tails: readonly string[] = Array.from({ length: 2 ** TAIL_BITS }, (_, tail) => hex(tail, TAIL_DIGITS))

export interface IdSource {
  /** The next id; ids of one source sort in the order they were made. */
  next(): MessageId
  nextDelivery(): DeliveryId
}

/**
 * @param partition 0–255, the state partition that owns what gets these ids (two hex digits of the id)
 * @param epoch 0–2^24-1, taken durably from the store once per start
 * @param counterLimit how many ids one epoch gives; less than 2^32 only in tests
 * @param nextEpoch asked for when the 32-bit counter is used up; it must be durable already
 */
export function createIdSource(
  partition: number,
  epoch: number,
  nextEpoch: () => number,
  counterLimit = COUNTER_LIMIT,
): IdSource {
  let prefix = prefixOf(partition, epoch)
  let counter = 0
  /** The prefix and the digits that change once in so many ids. */
  let head = ''
  const next = (): string => {
    if (counter === counterLimit) {
      prefix = prefixOf(partition, nextEpoch())
      counter = 0
    }
    const tail = counter & TAIL_MASK
    if (tail === 0) head = prefix + hex(counter >>> TAIL_BITS, COUNTER_DIGITS - TAIL_DIGITS)
    counter++
    return head + tails[tail]!
  }
  return { next: () => next() as MessageId, nextDelivery: () => next() as DeliveryId }
}

function prefixOf(partition: number, epoch: number): string {
  if (!Number.isInteger(partition) || partition < 0 || partition > 255)
    throw new RangeError(`partition ${partition} is not 0–255`)
  if (!Number.isInteger(epoch) || epoch < 0 || epoch >= EPOCH_LIMIT)
    throw new RangeError(`epoch ${epoch} is not 0–${EPOCH_LIMIT - 1}`)
  return hex(partition, 2) + hex(epoch, 6)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

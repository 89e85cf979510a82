// Why no number of a pool sends a message, in the switch's words. One table; the API's codes are in sender.ts.
import type { FailureReason } from '../message/failure.js'
import type { NoSenderReason } from './sender.js'

export const failureOfNoSender: Readonly<Record<NoSenderReason, FailureReason>> = {
  invalidDestination: 'invalidDestination',
  unknownPack: 'noSender',
  noNumber: 'noSender',
  optedOut: 'optedOut',
  tollFreeToCanada: 'tollFreeToCanada',
  queuesFull: 'queueFull',
  countryBarred: 'countryBarred',
}

// One delivery under way to the phones of a user, and what their answers come to together. Pure; it sends nothing.

import type { NotifyResult } from '../../delivery/notices.js'
import type { EsmeDelivery } from '../../message/delivery.js'
import type { Letter } from './egress.js'
import type { Over } from './outcomes.js'

/** A delivery that is under way to phones. */
export interface Fork {
  readonly delivery: EsmeDelivery
  readonly letter: Letter
  /** Keys of all ways to the phones that it went to, or waits for. */
  readonly phones: string[]
  /** Legs that have not ended. */
  open: number
  /** Legs are being started: no end of one is that of all. */
  isStarting: boolean
  isSettled: boolean
  /** The first phone's, if any will never take it. */
  over: Over | undefined
  /** Some phone may take it another time: nobody was there, it could not, its connection was lost. */
  isOffline: boolean
  isAgain: boolean
  isLost: boolean
}

/** Its legs are to be started. */
export function newFork(delivery: EsmeDelivery, letter: Letter): Fork {
  return {
    delivery,
    letter,
    phones: [],
    open: 0,
    isStarting: true,
    isSettled: false,
    over: undefined,
    isOffline: false,
    isAgain: false,
    isLost: false,
  }
}

/** What its answers come to where all legs have ended and no phone took it. */
export function resultOf({ isLost, isOffline, isAgain, over }: Fork): NotifyResult {
  if (isLost) return 'lost'
  if (isOffline) return 'later'
  return isAgain || over === undefined ? 'refused' : { state: over.state, error: over.error }
}

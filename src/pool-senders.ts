// What the core asks of the powerpacks about messages that wait already. Belongs to the composition root.

import type { SenderPorts } from './delivery/sender-turn.js'
import type { Bill } from './message/bill.js'
import { ACKNOWLEDGING, NAMED } from './message/pool-sender.js'
import { segmentsOf } from './money/units.js'
import { usCarrierOf } from './phone/us-carrier.js'
import type { Powerpacks } from './powerpack/powerpacks.js'

export interface PoolSendersPorts {
  readonly powerpacks: Pick<Powerpacks, 'choose' | 'standing' | 'hasOptedOut' | 'perSecond'>
  /** 0 to below 1: decides between equals. */
  readonly chance: () => number
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
}

export interface PoolSenders extends SenderPorts {
  /** Messages a second of a number. */
  readonly perSecond: (number: string) => number
}

export function poolSenders({ powerpacks, chance, nowMs, wallMs }: PoolSendersPorts): PoolSenders {
  return {
    perSecond: (number) => powerpacks.perSecond(number),
    standing: ({ pack, number }, destination) => {
      if (pack === ACKNOWLEDGING) return 'usable'
      if (pack !== NAMED) return powerpacks.standing(pack, number, destination)
      return powerpacks.hasOptedOut(number, destination) ? 'optedOut' : 'usable'
    },
    chooseAgain: ({ message, bill }, { pack }) => {
      const wanted = {
        pack,
        destination: message.destination.value,
        service: 'sms',
        segments: segmentsOf(message.content),
        // It has its place in the store: no queue is too long for it.
        carrier: usCarrierOf(networkOf(bill)),
      } as const
      const chosen = powerpacks.choose(wanted, nowMs(), wallMs(), chance)
      if (chosen.kind === 'none') return chosen.reason
      return { sender: { number: chosen.number, pack }, kept: chosen.kept }
    },
  }
}

function networkOf(bill: Bill | undefined): { readonly mcc: string; readonly mnc: string } | undefined {
  return bill === undefined || bill.mcc === '' ? undefined : { mcc: bill.mcc, mnc: bill.mnc }
}

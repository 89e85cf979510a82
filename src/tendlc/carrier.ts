// The carrier of a destination: by what the operator says, a lookup, receipts, or as the policy for unknown ones has it. Pure.

import { nanpAreaOf } from '../phone/nanp.js'
import type { MobileNetwork } from '../phone/network.js'
import type { CarrierOverrides } from './carrier-overrides.js'
import { carriers, majorCarriers, type Carrier } from './carriers.js'
import type { LearnedCarriers } from './learned-carriers.js'
import type { Tables } from './tables.js'

/** `strict`: an unknown one is charged to every major carrier. `spread`: to one, guessed by their shares. */
export const unknownPolicies = ['strict', 'spread'] as const

export type UnknownPolicy = (typeof unknownPolicies)[number]

/** Who of the carriers a message is charged to, all of them at once, and who said so. */
export interface Charged {
  readonly carriers: readonly Carrier[]
  readonly by: 'operator' | 'lookup' | 'receipts' | 'strict' | 'guess'
}

export interface CarrierSources {
  readonly tables: Tables
  readonly overrides: Pick<CarrierOverrides, 'of'>
  readonly learned: Pick<LearnedCarriers, 'of'>
  readonly unknown: UnknownPolicy
}

export interface Asked {
  /** E.164 without `+`. */
  readonly destination: string
  /** As a lookup answered. */
  readonly network: MobileNetwork | undefined
  /** 0 to below 1: decides a guess. The same for the same message, so that its segments go one way. */
  readonly chance: number
  readonly wallMs: number
}

/** Compiled once for each change of the tables; answers without allocation. */
export class DestinationCarriers {
  readonly #sources: CarrierSources
  readonly #networks: ReadonlyMap<string, Carrier>
  readonly #guesses: readonly { readonly below: number; readonly charged: Charged }[]
  readonly #by: Readonly<Record<'operator' | 'lookup' | 'receipts', Readonly<Record<Carrier, Charged>>>>

  constructor(sources: CarrierSources) {
    this.#sources = sources
    this.#networks = new Map(Object.entries(sources.tables.networks))
    this.#guesses = guessesOf(sources.tables)
    this.#by = { operator: chargedBy('operator'), lookup: chargedBy('lookup'), receipts: chargedBy('receipts') }
  }

  /** @returns undefined for destinations outside the United States, which no carrier's limit concerns */
  of({ destination, network, chance, wallMs }: Asked): Charged | undefined {
    if (nanpAreaOf(destination)?.country !== 'US') return undefined
    const { overrides, learned, unknown } = this.#sources
    const said = overrides.of(destination)
    if (said !== undefined) return this.#by.operator[said]
    if (network !== undefined) return this.#by.lookup[this.carrierOfNetwork(network)]
    const heard = learned.of(destination, wallMs)
    if (heard !== undefined) return this.#by.receipts[heard]
    if (unknown === 'strict') return strict
    return this.#guess(chance)
  }

  #guess(chance: number): Charged {
    const last = this.#guesses.length - 1
    let at = 0
    while (at < last && chance >= this.#guesses[at]!.below) at++
    return this.#guesses[at]!.charged
  }

  /** Of a number of the United States: a network that the tables do not know is a minor one's. */
  carrierOfNetwork({ mcc, mnc }: MobileNetwork): Carrier {
    return this.#networks.get(mcc + mnc) ?? 'minor'
  }
}

const strict: Charged = { carriers: majorCarriers, by: 'strict' }

function chargedBy(by: Charged['by']): Readonly<Record<Carrier, Charged>> {
  return Object.fromEntries(carriers.map((carrier) => [carrier, { carriers: [carrier], by }])) as unknown as Readonly<
    Record<Carrier, Charged>
  >
}

/** Stretches of chance as long as each one's share. */
function guessesOf({ shares }: Tables): readonly { readonly below: number; readonly charged: Charged }[] {
  const guessed = chargedBy('guess')
  const likely = carriers.filter((carrier) => shares[carrier] > 0)
  const all = likely.reduce((sum, carrier) => sum + shares[carrier], 0)
  let sum = 0
  return likely.map((carrier) => ({ below: (sum += shares[carrier]) / all, charged: guessed[carrier] }))
}

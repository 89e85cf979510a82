// The lookups of a switch: one for each list of providers that policies name. They share the providers, each with its breaker, and
// nothing else, since another list may say something else of a number.

import { GuardedProvider } from './guarded-provider.js'
import { Lookup } from './lookup.js'
import type { LookupOptions, LookupPorts } from './lookup-ports.js'
import type { LookupProvider, LookupResult, TableProvider } from './provider.js'
import type { LookupStore } from './stored-answers.js'

export interface LookupsPorts extends Omit<LookupPorts, 'store'> {
  /** Where the answers of a list are kept; undefined for nowhere. */
  readonly storeOf?: ((list: string) => LookupStore | undefined) | undefined
  /** A policy names a provider that is not there: it is taken for one that fails. Told once. */
  readonly unknownProvider: (name: string) => void
}

/** All that are there, in their order. */
const ALL = ''

export class Lookups {
  readonly #providers: ReadonlyMap<string, GuardedProvider | TableProvider>
  readonly #options: LookupOptions
  readonly #ports: LookupsPorts
  readonly #byList = new Map<string, Lookup>()
  /** The list of a policy is one object, as long as its directory is in use. */
  readonly #byNames = new WeakMap<readonly string[], Lookup>()
  readonly #unknown = new Set<string>()

  constructor(providers: readonly LookupProvider[], options: LookupOptions, ports: LookupsPorts) {
    this.#providers = new Map(
      providers.map((one) => [one.name, one.kind === 'table' ? one : new GuardedProvider(one, options, ports)]),
    )
    this.#options = options
    this.#ports = ports
  }

  /** For gauges: sums over all lists. */
  get counts(): Lookup['counts'] {
    const sum = { inFlight: 0, waiting: 0, cached: 0 }
    for (const { counts } of this.#byList.values()) {
      sum.inFlight += counts.inFlight
      sum.waiting += counts.waiting
      sum.cached += counts.cached
    }
    return sum
  }

  /** The lookup that asks these providers in this order; undefined for all that are there. */
  for(names: readonly string[] | undefined): Lookup {
    const known = names === undefined ? this.#byList.get(ALL) : this.#byNames.get(names)
    if (known !== undefined) return known
    const list = names === undefined ? ALL : names.join(',')
    let lookup = this.#byList.get(list)
    if (lookup === undefined) this.#byList.set(list, (lookup = this.#make(names, list)))
    if (names !== undefined) this.#byNames.set(names, lookup)
    return lookup
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byList.values()].map((lookup) => lookup.close()))
    for (const provider of this.#providers.values()) if (provider.kind === 'guarded') provider.close()
  }

  #make(names: readonly string[] | undefined, list: string): Lookup {
    const providers =
      names === undefined ? [...this.#providers.values()] : [...new Set(names)].map((name) => this.#provider(name))
    return new Lookup(providers, this.#options, { ...this.#ports, store: this.#ports.storeOf?.(list) })
  }

  #provider(name: string): GuardedProvider | TableProvider {
    const provider = this.#providers.get(name)
    if (provider !== undefined) return provider
    if (!this.#unknown.has(name)) {
      this.#unknown.add(name)
      this.#ports.unknownProvider(name)
    }
    const nobody: LookupResult = { kind: 'unreachable', text: `${name}: there is no such provider`, faultOf: 'switch' }
    const missing = { kind: 'asked', name, lookup: async () => nobody, close: () => undefined } as const
    return new GuardedProvider(missing, this.#options, this.#ports)
  }
}

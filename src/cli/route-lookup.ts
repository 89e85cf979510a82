// What lookup providers say of one number, for `smswitch route`: tables at once, the others only where that is wanted.
import type { Policy } from '../directory/snapshot.js'
import { systemClock, systemTimers } from '../lib/clock.js'
import { defaultLookupOptions } from '../lookup/lookup-ports.js'
import { Lookups } from '../lookup/lookups.js'
import type { LookupProvider, LookupResult } from '../lookup/provider.js'
import { formatNetwork, type MobileNetwork } from '../phone/network.js'

export interface FoundNetwork {
  readonly network: MobileNetwork | undefined
  readonly words: string
  /** Why the message would be refused. */
  readonly refusal: string | undefined
}

/**
 * @param mayAsk whether providers are asked that cost time and money
 */
export async function findNetwork(
  policy: Policy,
  number: string,
  providers: readonly LookupProvider[],
  mayAsk: boolean,
): Promise<FoundNetwork> {
  const { providers: names, onFailure = 'prefix' } = policy.hlr ?? {}
  const named = providers.filter(({ name }) => names?.includes(name) ?? true)
  const unasked = mayAsk ? [] : named.filter(({ kind }) => kind === 'asked').map(({ name }) => name)
  const result = await ask(mayAsk ? providers : named.filter(({ kind }) => kind === 'table'), names, number, mayAsk)
  if (result?.kind === 'network') {
    const ported = result.ported === undefined ? '' : result.ported ? ', ported' : ', not ported'
    return found(`${formatNetwork(result.network)}${ported}`, result.network)
  }
  if (unasked.length > 0) return found(`in no table; --lookup asks ${unasked.join(', ')}: the digits decide here`)
  if (named.length === 0) return found('there is nobody to ask (--providers FILE): the digits decide')
  if (result === undefined || result.kind === 'unknown') return found('nobody knows: the digits decide')
  const failure = `${result.kind}: ${result.text}`
  switch (onFailure) {
    case 'prefix':
      return found(`${failure}: the digits decide (onFailure: prefix)`)
    case 'refuse':
      return { ...found(failure), refusal: `policy ${policy.id} refuses it, the network being unknown (${failure})` }
    case 'retry':
      return found(`${failure}: it would be accepted and asked for again (onFailure: retry)`)
  }
}

function found(words: string, network?: MobileNetwork): FoundNetwork {
  return { network, words, refusal: undefined }
}

async function ask(
  providers: readonly LookupProvider[],
  names: readonly string[] | undefined,
  number: string,
  mayAsk: boolean,
): Promise<LookupResult | undefined> {
  if (providers.length === 0) return undefined
  const nothing = (): void => undefined
  const events = {
    ...{ asked: nothing, failed: nothing, cache: nothing, overloaded: nothing },
    ...{ breaker: nothing, storeFailed: nothing, fault: nothing },
  }
  const lookups = new Lookups(providers, defaultLookupOptions, {
    ...{ clock: systemClock(), timers: systemTimers(), events },
    unknownProvider: nothing,
  })
  const known = providers.map(({ name }) => name)
  const lookup = lookups.for(mayAsk ? names : names?.filter((name) => known.includes(name)))
  try {
    return mayAsk ? await lookup.lookup(number) : lookup.known(number)
  } finally {
    await lookups.close()
  }
}

// Which policy covers a message, and in words why another does not. By priority; nothing else decides.

import { calledMatcher, domainMatcher } from './pattern.js'
import type { Policy } from './snapshot.js'

/** Domains come from outside: the memory of what they match is thrown away at this many. */
const DOMAINS_REMEMBERED = 1000

interface Matching {
  readonly policy: Policy
  readonly matchesDomain: (lowerCaseDomain: string) => boolean
  /** Undefined when every number matches. */
  readonly matchesCalled: ((called: string) => boolean) | undefined
}

export interface Policies {
  /** By priority, equal ones in the order given. */
  readonly all: readonly Policy[]
  policyFor(domain: string, called: string): Policy | undefined
}

export function createPolicies(given: readonly Policy[]): Policies {
  // Stable: equal priorities keep the order of the file.
  const all = Object.freeze([...given].sort((a, b) => b.priority - a.priority))
  const policiesOf = rememberDomains(all.map(matchingOf))
  return {
    all,
    policyFor(domain, called) {
      for (const { policy, matchesCalled } of policiesOf(domain))
        if (matchesCalled === undefined || matchesCalled(called)) return policy
      return undefined
    },
  }
}

/** Why a policy does not cover a message; undefined where it does. */
export function whyNotCovering(policy: Policy, domain: string, called: string): string | undefined {
  const { matchesDomain, matchesCalled } = matchingOf(policy)
  const { match } = policy
  if (!matchesDomain(domain.toLowerCase())) return `the domain ${domain} does not match ${match.domain}`
  if (matchesCalled !== undefined && !matchesCalled(called)) {
    const isShape = /[*?]/.test(match.called ?? '')
    return isShape ? `${called} does not look like ${match.called}` : `${called} does not begin with ${match.called}`
  }
  return undefined
}

function matchingOf(policy: Policy): Matching {
  const { domain, called } = policy.match
  return { policy, matchesDomain: domainMatcher(domain), matchesCalled: calledMatcher(called) }
}

/** The policies that cover a domain, by priority; nothing comes after one that takes every number. */
function rememberDomains(policies: readonly Matching[]): (domain: string) => readonly Matching[] {
  const remembered = new Map<string, readonly Matching[]>()
  return (domain) => {
    const known = remembered.get(domain)
    if (known !== undefined) return known
    const lowerCase = domain.toLowerCase()
    const matching = policies.filter(({ matchesDomain }) => matchesDomain(lowerCase))
    const last = matching.findIndex(({ matchesCalled }) => matchesCalled === undefined)
    const reachable = last === -1 ? matching : matching.slice(0, last + 1)
    if (remembered.size >= DOMAINS_REMEMBERED) remembered.clear()
    remembered.set(domain, reachable)
    return reachable
  }
}

// Names of lanes. The name says where the lane leads, so that a lane found in the store after a restart explains itself.

import type { SegmentDelivery } from '../message/delivery.js'
import type { AccountId, ConnectionId, LaneKey } from '../message/ids.js'
import type { Limited } from '../message/limited.js'
import type { PoolSender } from '../message/pool-sender.js'

/** Where the deliveries of a lane want to go. */
export type LaneTarget =
  /**
   * To the first of these vendor connections that is up, for one account; where a pool's number sends, for this number of the pool alone;
   * where carriers limit it, for one number, campaign and carrier alone.
   */
  | {
      readonly kind: 'vendor'
      readonly route: readonly ConnectionId[]
      readonly account: AccountId
      readonly sender?: PoolSender | undefined
      readonly limited?: Limited | undefined
    }
  /**
   * To whatever serves the account: receivers that it has bound, or another edge. Receipts and messages from phones have lanes of
   * their own, so that neither waits behind the other or takes its room.
   */
  | { readonly kind: 'esme'; readonly account: AccountId; readonly carries: 'receipts' | 'mo' }
  /** To whoever finds out its network: an account's messages that were accepted before that was known. They have no route yet. */
  | { readonly kind: 'undecided'; readonly account: AccountId }
  /** Nowhere: sent over this connection, never answered, waiting for a receipt until their due time. */
  | { readonly kind: 'wait'; readonly connection: ConnectionId }

const byRoute = new WeakMap<readonly ConnectionId[], Map<string, LaneKey>>()

/** The last lane of each number of a pool: a name that is put together anew is a tree of strings, which costs at each reading. */
const byNumber = new Map<string, { readonly base: LaneKey; readonly pack: string; readonly lane: LaneKey }>()
const NUMBERS_REMEMBERED = 100_000

/**
 * The lane of an account's segments over `route`, beginning at index `hop` and going round: what failed over must not be
 * stranded when the next connection goes down. Routes that are the same array are looked up, not built.
 *
 * @param sender has a lane of its own: one slow number holds up no other
 * @param limited has one too: what one carrier takes slowly holds up nothing for others
 */
export function vendorLane(
  route: readonly ConnectionId[],
  hop: number,
  account: AccountId,
  sender?: PoolSender,
  limited?: Limited,
): LaneKey {
  if (limited !== undefined) {
    const { number, campaign, carrier } = limited
    return `${vendorLane(route, hop, account)}|${number}|${sender?.pack ?? ''}|${campaign}|${carrier}` as LaneKey
  }
  if (sender !== undefined) return laneOfNumber(vendorLane(route, hop, account), sender)
  if (hop > 0) return `v:${[...route.slice(hop), ...route.slice(0, hop)].join(',')}|${account}` as LaneKey
  let byAccount = byRoute.get(route)
  if (byAccount === undefined) {
    byAccount = new Map<string, LaneKey>()
    byRoute.set(route, byAccount)
  }
  let lane = byAccount.get(account)
  if (lane === undefined) byAccount.set(account, (lane = `v:${route.join(',')}|${account}` as LaneKey))
  return lane
}

function laneOfNumber(base: LaneKey, { number, pack }: PoolSender): LaneKey {
  const known = byNumber.get(number)
  if (known !== undefined && known.base === base && known.pack === pack) return known.lane
  const lane = `${base}|${number}|${pack}` as LaneKey
  if (byNumber.size >= NUMBERS_REMEMBERED) byNumber.clear()
  byNumber.set(number, { base, pack, lane })
  return lane
}

/** Of the same message over another route. */
export function laneOver(
  route: readonly ConnectionId[],
  hop: number,
  { lane, message, sender }: Pick<SegmentDelivery, 'lane' | 'message' | 'sender'>,
): LaneKey {
  return vendorLane(route, hop, message.account, sender, limitedIn(lane))
}

/** What its messages are limited by; undefined for nothing, and for lanes to nobody's phone. */
export function limitedIn(lane: LaneKey): Limited | undefined {
  const target = lane.startsWith('v:') ? laneTarget(lane) : undefined
  return target?.kind === 'vendor' ? target.limited : undefined
}

/** Of an account's receipts, but for those of `echoLane` and `recordLane`. */
export function esmeLane(account: AccountId): LaneKey {
  return `e:${account}` as LaneKey
}

/** Of an account's receipts that are for another edge than its receivers: they wait for no bind. */
export function echoLane(account: AccountId): LaneKey {
  return `t:${account}` as LaneKey
}

/** Of an account's receipts that change records of the switch's own: they wait for no phone that is away. */
export function recordLane(account: AccountId): LaneKey {
  return `r:${account}` as LaneKey
}

/** Of the messages from phones to an account. */
export function moLane(account: AccountId): LaneKey {
  return `m:${account}` as LaneKey
}

/** Of an account's messages whose network is not known yet. */
export function undecidedLane(account: AccountId): LaneKey {
  return `n:${account}` as LaneKey
}

/** What its lanes have in common. */
export function esmeOf(lane: LaneKey): string {
  return lane.slice(2)
}

export function waitLane(connection: ConnectionId): LaneKey {
  return `w:${connection}` as LaneKey
}

/** The inverse of those that make lanes; throws on a name that none of them made. */
export function laneTarget(lane: LaneKey): LaneTarget {
  const rest = lane.slice(2)
  switch (lane.slice(0, 2)) {
    case 'v:': {
      const [connections = '', account, number, pack, campaign, carrier] = rest.split('|')
      const route = connections.split(',') as ConnectionId[]
      const hasNumber = number !== undefined && pack !== undefined
      const isLimited = hasNumber && campaign !== undefined && carrier !== undefined
      return {
        kind: 'vendor',
        route,
        account: account as AccountId,
        sender: hasNumber && !(isLimited && pack === '') ? { number, pack } : undefined,
        limited: isLimited ? { number, campaign, carrier } : undefined,
      }
    }
    case 'e:':
    case 't:':
    case 'r:':
      return { kind: 'esme', account: rest as AccountId, carries: 'receipts' }
    case 'm:':
      return { kind: 'esme', account: rest as AccountId, carries: 'mo' }
    case 'n:':
      return { kind: 'undecided', account: rest as AccountId }
    case 'w:':
      return { kind: 'wait', connection: rest as ConnectionId }
    default:
      throw new Error(`lane name ${JSON.stringify(lane)} is not of any known kind`)
  }
}

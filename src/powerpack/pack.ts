// A powerpack: its properties, their defaults, and its row. Who may change it and when it counts is told elsewhere.
import type { AccountId } from '../message/ids.js'
import type { NanpCountry } from '../phone/nanp.js'
import type { NumberType, Service } from './number-type.js'
import { readObject } from './rows.js'

/** Which type of number goes first, by the country and the service; what is not listed is never used. */
export type NumberPriority = Readonly<Record<NanpCountry, Readonly<Record<Service, readonly NumberType[]>>>>

/** Carriers that a type of number can be set for. */
export type ConfiguredCarrier = 'att' | 'verizon'

/** `phlo` is the name of the API's flows; both are the name of what handles incoming messages. */
export type ApplicationType = 'xml' | 'phlo'

/** A line of a pool's history. */
export interface PoolEvent {
  /** Switch time, ms. */
  readonly atMs: number
  readonly what: 'quarantined' | 'released' | 'replaced'
  readonly number: string
  /** Why, or what it was replaced by. */
  readonly note: string
}

export interface Pack {
  readonly uuid: string
  readonly account: AccountId
  /** Unique in its account. */
  readonly name: string
  /** The UUID of its number pool; each pack has one of its own. */
  readonly pool: string
  readonly stickySender: boolean
  readonly localConnect: boolean
  /** '' for none. */
  readonly applicationType: ApplicationType | ''
  /** Of the application that takes its incoming messages; '' for none. */
  readonly applicationId: string
  readonly priority: NumberPriority
  readonly operators: Readonly<Partial<Record<ConfiguredCarrier, NumberType>>>
  /** Wall time, ms. */
  readonly createdAtMs: number
  /** Switch time, ms: what phones had their messages from before is forgotten. */
  readonly stickySinceMs: number
  /** Oldest first, bounded. */
  readonly history: readonly PoolEvent[]
}

const usual: Readonly<Record<NanpCountry, readonly NumberType[]>> = {
  US: ['shortcode', 'tollfree', 'longcode'],
  CA: ['shortcode', 'longcode', 'tollfree'],
}

export const defaultPriority: NumberPriority = {
  US: { sms: usual.US, mms: usual.US },
  CA: { sms: usual.CA, mms: usual.CA },
}

export const packDefaults = {
  stickySender: true,
  localConnect: true,
  applicationType: '',
  applicationId: '',
  priority: defaultPriority,
  operators: {},
  stickySinceMs: 0,
  history: [],
} as const satisfies Partial<Pack>

const HISTORY_MAX = 100
const NOTE_MAX = 200

/** The pack with one more line in its history; the oldest goes where there are too many. */
export function withEvent(pack: Pack, event: PoolEvent): Pack {
  const line = { ...event, note: event.note.slice(0, NOTE_MAX) }
  return { ...pack, history: [...pack.history, line].slice(-HISTORY_MAX) }
}

/** Where a phone opts out that answers one of its numbers: all of them, or rotation would go around it. */
export function scopeOf(pack: Pack): string {
  return pack.uuid
}

/** The row's text, without the key. */
export function packText({ uuid: _, ...rest }: Pack): string {
  return JSON.stringify(rest)
}

/** @returns undefined for a text that is no pack */
export function readPack(uuid: string, text: string): Pack | undefined {
  const row = readObject<Pack>(text)
  if (row?.account === undefined || row.pool === undefined || row.name === undefined) return undefined
  const { account, pool, name } = row
  return { ...packDefaults, createdAtMs: 0, ...row, uuid, account, pool, name }
}

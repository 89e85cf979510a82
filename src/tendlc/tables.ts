// The tables that limits follow from: those shipped, what an operator lays over them, and the check of all at the start. It reads no file.

import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import networks from '../phone/us-networks.json' with { type: 'json' }
import { fileShape, overlayShape, tableNames, type Stamp, type TableName, type TableRows } from './tables-shape.js'
import attClasses from './tables/att-classes.json' with { type: 'json' }
import carriers from './tables/carriers.json' with { type: 'json' }
import codes from './tables/codes.json' with { type: 'json' }
import queues from './tables/queues.json' with { type: 'json' }
import scores from './tables/scores.json' with { type: 'json' }
import senders from './tables/senders.json' with { type: 'json' }
import shares from './tables/shares.json' with { type: 'json' }
import tmobileDay from './tables/tmobile-day.json' with { type: 'json' }
import useCases from './tables/use-cases.json' with { type: 'json' }
import aws from './tables/profiles/aws.json' with { type: 'json' }
import azure from './tables/profiles/azure.json' with { type: 'json' }
import bird from './tables/profiles/bird.json' with { type: 'json' }
import plivo from './tables/profiles/plivo.json' with { type: 'json' }
import telnyx from './tables/profiles/telnyx.json' with { type: 'json' }

/** Files of `tables/`, and the networks that rules of other rooms know too. Not looked at yet. */
const shipped: Readonly<Record<TableName, unknown>> = {
  scores,
  useCases,
  attClasses,
  tmobileDay,
  carriers,
  senders,
  queues,
  codes,
  networks,
  shares,
}

/** What other vendors have otherwise, to be laid over. `usual` lays nothing. */
const overlays = { usual: undefined, aws, azure, bird, plivo, telnyx } as const

export type ProfileName = keyof typeof overlays
export const profileNames = Object.keys(overlays) as readonly ProfileName[]

/** All tables as they are in force, each with where its rows are from: the file as shipped first, then what was laid over it. */
export interface Tables extends TableRows {
  readonly stamps: Readonly<Record<TableName, readonly Stamp[]>>
}

export interface TableMistake {
  /** Such as `/tables/attClasses/A/smsTpm`; '' for the whole. */
  readonly pointer: string
  /** What would be right. */
  readonly expected: string
}

export type TablesRead =
  | { readonly tables: Tables; readonly mistakes?: never }
  | { readonly tables?: never; readonly mistakes: readonly TableMistake[] }

/** A mistake in what is laid over, told at most this often. */
const MISTAKES_TOLD = 100

/**
 * The tables shipped, with a vendor's profile and then the operator's own rows laid over them. A row that is laid over replaces the
 * whole row of its key.
 *
 * @param overlay `{ version, effective, source, tables: { attClasses: { A: … } } }`; undefined for none
 */
export function readTables(profile: ProfileName = 'usual', overlay?: unknown): TablesRead {
  const mistakes = overlay === undefined ? [] : mistakesIn(overlayShape, overlay, '')
  if (mistakes.length > 0) return { mistakes }
  const laid = [overlays[profile], overlay].filter((layer): layer is Overlay => layer !== undefined)
  const rows: Partial<Record<TableName, unknown>> = {}
  const stamps: Partial<Record<TableName, readonly Stamp[]>> = {}
  for (const name of tableNames) {
    const file = shipped[name] as TableFile
    const layers = laid.filter(({ tables }) => tables[name] !== undefined)
    const all = Object.assign({}, file.rows, ...layers.map(({ tables }) => tables[name])) as unknown
    mistakes.push(...mistakesIn(fileShape(name), { ...stampOf(file), rows: all }, `/tables/${name}`))
    rows[name] = all
    stamps[name] = [file, ...layers].map(stampOf)
  }
  if (mistakes.length === 0) mistakes.push(...senselessIn(rows as TableRows))
  if (mistakes.length > 0) return { mistakes: mistakes.slice(0, MISTAKES_TOLD) }
  return { tables: Object.freeze({ ...(rows as TableRows), stamps: stamps as Tables['stamps'] }) }
}

/** The tables as shipped. Throws where the package is broken. */
export function shippedTables(profile: ProfileName = 'usual'): Tables {
  const { tables, mistakes } = readTables(profile)
  if (tables !== undefined) return tables
  throw new Error(`the tables are broken: ${mistakes.map(describeTableMistake).join('; ')}`)
}

export function describeTableMistake({ pointer, expected }: TableMistake): string {
  return `${pointer === '' ? 'the whole' : pointer} expects ${expected}`
}

interface TableFile extends Stamp {
  readonly rows: Readonly<Record<string, unknown>>
}

interface Overlay extends Stamp {
  readonly tables: Readonly<Partial<Record<TableName, Readonly<Record<string, unknown>>>>>
}

function stampOf({ version, effective, source }: Stamp): Stamp {
  return { version, effective, source }
}

function mistakesIn(shape: TSchema, value: unknown, where: string): TableMistake[] {
  return [...Value.Errors(shape, value)].map(({ path, schema, message }) => ({
    // Rows stand right under their table.
    pointer: `${where}${where === '' ? path : path.replace(/^\/rows/, '')}`,
    expected: typeof schema.expected === 'string' ? schema.expected : message,
  }))
}

/** What a shape cannot say. */
function senselessIn({ scores, tmobileDay, queues, shares }: TableRows): TableMistake[] {
  const mistakes: TableMistake[] = []
  for (const [table, { bands }] of Object.entries({ scores, tmobileDay })) {
    bands.forEach(({ from }, at) => {
      if (at > 0 && from >= bands[at - 1]!.from)
        mistakes.push({ pointer: `/tables/${table}/bands/${at}/from`, expected: 'less than the band before it' })
    })
  }
  for (const [name, { lifeSeconds, leastSeconds, mostSeconds }] of Object.entries(queues)) {
    if (leastSeconds > mostSeconds || lifeSeconds < leastSeconds)
      mistakes.push({ pointer: `/tables/queues/${name}`, expected: 'leastSeconds up to lifeSeconds and mostSeconds' })
  }
  if (!Object.values(shares).some((share) => share > 0))
    mistakes.push({ pointer: '/tables/shares', expected: 'a share above 0' })
  return mistakes
}

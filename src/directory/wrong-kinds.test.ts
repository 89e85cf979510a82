import type { TObject, TSchema } from '@sinclair/typebox'
import { describe, expect, it } from 'vitest'
import { readObjects } from './change-file.js'
import type { DirectoryRules } from './change-whole.js'
import { changeDirectory, openDirectory, type Provisioned } from './change.js'
import { directoryKinds, WHOLE_SECTION } from './kinds.js'
import { parseDirectory } from './parse.js'
import { DirectoryFile } from './schema.js'

const rules: DirectoryRules = {
  env: {},
  readSecret: () => '',
  statusByName: () => undefined,
  defaults: { resend: { stepMs: 30_000, max: 20 } },
}

const base: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  accounts: { id: 'x', systemId: 'x', ipOnly: true, addresses: ['192.0.2.1'] },
  vendors: { id: 'x', connections: [] },
  tariffs: { id: 'x' },
  policies: { id: 'x' },
  customers: { id: 'x' },
  products: { id: 'x', tariff: 't' },
  plans: { id: 'x', categories: [{ category: 'gold', order: 1 }] },
}
const connection = { id: 'c', host: 'vendor.example', systemId: 's', password: 'p', tariff: 't' }

function empty(): Provisioned {
  const opened = openDirectory([], 0, rules)
  if (opened.kind === 'mistakes') throw new Error(JSON.stringify(opened.mistakes))
  return opened.provisioned
}

function mistakesOf(kind: string, row: unknown): readonly { readonly path: string; readonly expected: string }[] {
  const id = directoryKinds.find(({ name }) => name === kind)?.isList === true ? 'x' : WHOLE_SECTION
  const tariff = { kind: 'tariffs', id: 't', row: {} }
  const result = changeDirectory(empty(), { changes: [tariff, { kind, id, row }] }, rules)
  return result.kind === 'mistakes' ? result.mistakes : []
}

/** The columns that are mappings or lists. */
function structures(schema: TSchema): readonly (readonly [name: string, isList: boolean])[] {
  return Object.entries((schema as TObject).properties as Record<string, TSchema>)
    .filter(([, column]) => column.type === 'object' || column.type === 'array')
    .map(([name, column]) => [name, column.type === 'array'])
}

const columns = directoryKinds
  .filter(({ isList }) => isList)
  .flatMap(({ name, schema }) => structures(schema).map(([column, isList]) => [name, column, isList] as const))
const vendor = (DirectoryFile.properties.vendors.items as TObject).properties['connections'] as TSchema
const ofConnections = structures(vendor['items'] as TSchema)

describe('a mapping where a list belongs, and the other way round', () => {
  it('finds columns to try', () => {
    expect(columns).toContainEqual(['vendors', 'connections', true])
    expect(columns).toContainEqual(['accounts', 'text', false])
    expect(ofConnections).toContainEqual(['permanentCodes', true])
  })

  it.each(columns)('is refused as %s %s', (kind, column, isList) => {
    expect(mistakesOf(kind, base[kind])).toEqual([])
    for (const value of [isList ? {} : [], isList ? { id: 'a', 0: 'b' } : [{}], 'text', 5, null]) {
      const mistakes = mistakesOf(kind, { ...base[kind], [column]: value })
      expect(mistakes.map(({ path }) => path)).toContain(column)
    }
  })

  it.each(ofConnections)("is refused as a connection's %s", (column, isList) => {
    expect(mistakesOf('vendors', { connections: [connection] })).toEqual([])
    for (const value of [isList ? {} : [], 'text', 5, null]) {
      const mistakes = mistakesOf('vendors', { connections: [{ ...connection, [column]: value }] })
      expect(mistakes.map(({ path }) => path)).toContain(`connections[0].${column}`)
    }
  })

  it.each([
    'vendors: { v: { connections: [] } }',
    'tariffs: [{ id: x, rates: { destination: "44", price: "1" } }]',
    '{"tariffs": [{"id": "x", "rates": {"destination": "44", "price": "1"}}]}',
    '[]',
  ])('is refused in the file %s', (text) => {
    expect(parseDirectory(text, 'd.yaml', rules).kind).toBe('mistakes')
    expect(readObjects(text, 'd.yaml', {}).kind).toBe('mistakes')
  })
})

describe('what is no row', () => {
  const secret = 'hunter2'

  it.each(directoryKinds.map(({ name }) => name))('is told without its value, among %s', (kind) => {
    for (const row of [secret, [secret], 7_281_935]) {
      const [mistake] = mistakesOf(kind, row)
      expect(mistake).toBeDefined()
      expect(mistake!.expected).not.toContain('something else')
      if (typeof row !== 'number' && kind !== 'currency') expect(JSON.stringify(mistake)).not.toContain(secret)
    }
  })

  it('is told without its value where it stands for a connection, or for the whole list', () => {
    for (const connections of [secret, [secret], [7_281_935], [[secret]], { id: 'c', password: secret }]) {
      const told = JSON.stringify(mistakesOf('vendors', { connections }))
      expect(told).not.toMatch(/hunter2|7281935|something else/)
      expect(told).toContain('connections')
    }
    const file = parseDirectory(`vendors: [{ id: v, connections: [${secret}] }]\naccounts: [${secret}]`, 'd', rules)
    expect(file.kind).toBe('mistakes')
    expect(JSON.stringify(file)).not.toContain(secret)
  })

  it('has words for every mapping and list of the schema', () => {
    const without: string[] = []
    const walk = (schema: TSchema, path: string): void => {
      if ((schema.type === 'object' || schema.type === 'array') && schema['expected'] === undefined) without.push(path)
      for (const [name, column] of Object.entries((schema['properties'] ?? {}) as Record<string, TSchema>))
        walk(column, `${path}/${name}`)
      if (schema.type === 'array') walk(schema['items'] as TSchema, `${path}/0`)
    }
    walk(DirectoryFile, '')
    expect(without).toEqual([])
  })
})

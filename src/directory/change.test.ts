import { Value } from '@sinclair/typebox/value'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseStatus } from '../smpp/index.js'
import { withDefaults } from './change-defaults.js'
import { readObjects, writeObjects, type FileObject } from './change-file.js'
import { SECRET_MASK, withoutSecrets } from './change-secrets.js'
import type { DirectoryRules } from './change-whole.js'
import { changeDirectory, openDirectory, type ChangeRequest, type ChangeResult, type Provisioned } from './change.js'
import { directoryKinds } from './kinds.js'

const rules: DirectoryRules = {
  env: { DEMO: 'x' },
  readSecret: () => {
    throw new Error('ENOENT')
  },
  statusByName: parseStatus,
  defaults: { resend: { stepMs: 30_000, max: 20 } },
}

type Row = Record<string, unknown>
type Changed = Extract<ChangeResult, { kind: 'changed' }>

function objectsOf(text: string, env: Record<string, string> = {}): readonly FileObject[] {
  const read = readObjects(text, 'test.yaml', env)
  if (read.kind === 'mistakes') throw new Error(JSON.stringify(read.mistakes))
  return read.objects
}

const demo = objectsOf(readFileSync(new URL('../../config/demo.yaml', import.meta.url), 'utf8'))
const demoObject = (kind: string): { readonly kind: string; readonly id: string; readonly row: Row } => {
  const found = demo.find((object) => object.kind === kind)
  if (found === undefined) throw new Error(`config/demo.yaml has no ${kind}`)
  return { ...found, row: found.row as Row }
}

function empty(): Provisioned {
  const opened = openDirectory([], 0, rules)
  if (opened.kind === 'mistakes') throw new Error(JSON.stringify(opened.mistakes))
  return opened.provisioned
}

function changed(current: Provisioned, request: ChangeRequest): Changed {
  const result = changeDirectory(current, request, rules)
  if (result.kind !== 'changed') throw new Error(JSON.stringify(result))
  return result
}

const provisioned = (objects = demo): Provisioned => changed(empty(), { changes: objects }).provisioned
const actions = (result: Changed): string[] => result.report.map(({ action }) => action)
const connectionOf = (vendor: Row): Row => (vendor['connections'] as Row[])[0] ?? {}

describe('changeDirectory', () => {
  it('makes a directory of nothing, with a snapshot and what to write', () => {
    const result = changed(empty(), { changes: demo })
    expect(result.writes).toEqual(demo.map(({ kind, id, row }) => ({ kind, id, row })))
    expect(result.provisioned.revision).toBe(1)
    const account = demoObject('accounts')
    expect(result.provisioned.snapshot.accounts()).toHaveLength(demo.filter(({ kind }) => kind === 'accounts').length)
    expect(result.provisioned.objects.get(`accounts/${account.id}`)).toMatchObject({ row: account.row, etag: '1' })
  })

  it('changes nothing when the same comes again', () => {
    const before = provisioned()
    const again = changed(before, { changes: demo, prune: true })
    expect(new Set(actions(again))).toEqual(new Set(['unchanged']))
    expect(again.writes).toEqual([])
    expect(again.provisioned).toBe(before)
  })

  it('says what an update changes, and counts only what it touches up', () => {
    const { kind, id, row } = demoObject('accounts')
    const result = changed(provisioned(), { changes: [{ kind, id, row: { ...row, maxBinds: 3 } }] })
    expect(result.report).toEqual([
      expect.objectContaining({
        kind,
        id,
        action: 'update',
        etag: '2',
        fields: [{ path: 'maxBinds', before: 10, after: 3 }],
      }),
    ])
    expect(result.provisioned.snapshot.accounts()[0]?.maxBinds).toBe(3)
    const etags = [...result.provisioned.objects.values()].map(({ etag }) => etag).sort()
    expect(etags).toEqual([...demo.slice(1).map(() => '1'), '2'])
  })

  it('names all mistakes by object and field, and changes nothing', () => {
    const before = provisioned()
    const vendor = demoObject('vendors')
    const account = demoObject('accounts')
    const tariff = demoObject('tariffs')
    const connections = [{ ...connectionOf(vendor.row), port: 0, portt: 'x', binds: 'many' }]
    const result = changeDirectory(
      before,
      {
        changes: [
          { ...vendor, row: { ...vendor.row, connections } },
          { ...account, row: { ...account.row, password: 'geheim' } },
          { ...tariff, row: undefined },
        ],
      },
      rules,
    )
    expect(result).toMatchObject({ kind: 'mistakes' })
    const mistakes = result.kind === 'mistakes' ? result.mistakes : []
    const at = (kind: string, path: string) =>
      mistakes.find((mistake) => mistake.kind === kind && mistake.path === path)
    expect(at('vendors', 'connections[0].port')).toMatchObject({ id: vendor.id, value: 0, expected: 'a whole number from 1 to 65535' }) // prettier-ignore
    expect(at('vendors', 'connections[0].portt')?.expected).toContain('did you mean port?')
    expect(at('vendors', 'connections[0].binds')?.value).toBe('many')
    expect(at('vendors', 'connections[0].tariff')).toMatchObject({ expected: 'the id of a tariff', value: tariff.id })
    expect(at('accounts', 'password')?.id).toBe(account.id)
    expect(JSON.stringify(mistakes)).not.toContain('geheim')
  })

  it('names another object by its id, not by its place', () => {
    const account = demoObject('accounts')
    const result = changeDirectory(provisioned(), { changes: [{ ...account, id: 'other', row: { ...account.row, id: 'other' } }] }, rules) // prettier-ignore
    const mistakes = result.kind === 'mistakes' ? result.mistakes : []
    const mistake = mistakes.find(({ path }) => path === 'systemId')
    expect(mistake).toMatchObject({ kind: 'accounts', id: 'other' })
    expect(mistake?.expected).toContain(`(first at accounts/${account.id}.systemId)`)
  })

  it.each([
    [{ kind: 'acounts', id: 'a', row: {} }, '', /a kind: .*accounts/],
    [{ kind: 'tariffs', id: 'a', row: { id: 'b' } }, 'id', /"a", as the object is named/],
    [{ kind: 'tariffs', id: 'no good', row: {} }, 'id', /an id: 1–63 letters/],
    [{ kind: 'tariffs', id: 'a', row: 'text' }, '', /./],
    [{ kind: 'tariffs', id: 'a', row: null }, '', /./],
    [{ kind: 'vendors', id: 'new', row: { connections: [{ id: 'x', password: SECRET_MASK }] } }, 'connections[0].password', /the secret itself/], // prettier-ignore
  ])('refuses %j', (change, path, expected) => {
    const result = changeDirectory(provisioned(), { changes: [change] }, rules)
    const mistakes = result.kind === 'mistakes' ? result.mistakes : []
    expect(mistakes.find((mistake) => mistake.path === path)?.expected).toMatch(expected)
  })

  it('refuses two changes of one object', () => {
    const change = { kind: 'tariffs', id: 'new', row: {} }
    expect(changeDirectory(provisioned(), { changes: [change, change] }, rules)).toMatchObject({
      kind: 'mistakes',
      mistakes: [{ id: 'new', expected: 'one change of an object, not two' }],
    })
  })

  it('minds preconditions of each object', () => {
    const { kind, id, row } = demoObject('accounts')
    const before = provisioned()
    const outcome = (change: object) => changeDirectory(before, { changes: [{ kind, id, row, ...change }] }, rules).kind
    expect(outcome({ ifMatch: ['1'] })).toBe('changed')
    expect(outcome({ ifMatch: ['7', '1'] })).toBe('changed')
    expect(outcome({ ifMatch: 'any' })).toBe('changed')
    expect(outcome({ ifMatch: ['2'] })).toBe('notAsExpected')
    expect(outcome({ ifAbsent: true })).toBe('notAsExpected')
    expect(outcome({ id: 'nobody', row: undefined, ifMatch: 'any' })).toBe('notAsExpected')
    expect(outcome({ id: 'nobody', row: undefined })).toBe('changed')
  })

  it('removes what a pruning change does not name', () => {
    const tariff = { kind: 'tariffs', id: 'left-over', row: {} }
    const before = provisioned([...demo, tariff])
    expect(changed(before, { changes: demo }).writes).toEqual([])
    const result = changed(before, { changes: demo, prune: true })
    expect(result.writes).toEqual([{ kind: 'tariffs', id: 'left-over', row: undefined }])
    expect(result.provisioned.objects.has('tariffs/left-over')).toBe(false)
  })

  it('keeps a secret where its mask comes back, also when connections change their order', () => {
    const vendor = demoObject('vendors')
    const first: Row = { ...connectionOf(vendor.row), password: 'one' }
    const connections = [first, { ...first, id: 'second', password: 'two' }]
    const before = provisioned(demo.map((object) => (object.kind === 'vendors' && object.id === vendor.id ? { ...vendor, row: { ...vendor.row, connections } } : object))) // prettier-ignore
    const shown = withoutSecrets(before.objects.get(`vendors/${vendor.id}`)?.row) as { connections: Row[] }
    expect(JSON.stringify(shown)).not.toContain('"one"')
    const result = changed(before, { changes: [{ ...vendor, row: { ...shown, connections: shown.connections.toReversed() } }] }) // prettier-ignore
    const after = result.provisioned.objects.get(`vendors/${vendor.id}`)?.row as { connections: Row[] }
    expect(after.connections.map(({ password }) => password)).toEqual(['two', 'one'])
    expect(result.report[0]?.fields).toEqual([
      {
        path: 'connections (order)',
        before: ['id=simulated-1', 'id=second'],
        after: ['id=second', 'id=simulated-1'],
      },
    ])
  })
})

describe('withDefaults', () => {
  it.each(directoryKinds.map((kind) => [kind.name, kind.schema] as const))(
    'fills %s in as TypeBox does',
    (name, schema) => {
      const rows = [
        ...demo.filter(({ kind }) => kind === name).map(({ row }) => row),
        ...[{}, 3, null, 'text', { connections: [{}, 3], match: {}, rates: [{}], text: { dataCodings: { 3: 'x' } } }],
      ]
      for (const row of rows) {
        const before = structuredClone(row)
        expect(withDefaults(schema, row)).toEqual(Value.Default(schema, structuredClone(row)))
        expect(row).toEqual(before)
      }
      // TypeBox makes an empty mapping of a list, and an empty list of a mapping.
      expect(withDefaults(schema, [])).toEqual([])
    },
  )
})

describe('openDirectory', () => {
  it('gives back what was kept', () => {
    const before = provisioned()
    const opened = openDirectory([...before.objects.values()], 1, rules)
    expect(opened).toMatchObject({ kind: 'directory', provisioned: { revision: 1 } })
  })

  it('names what another version has left', () => {
    const opened = openDirectory([{ kind: 'fees', id: 'x', row: {}, etag: '1' }], 1, rules)
    expect(opened).toMatchObject({ kind: 'mistakes', mistakes: [{ kind: 'fees', id: 'x' }] })
    const wrong = openDirectory([{ kind: 'tariffs', id: 'x', row: { id: 'x', rates: 3 }, etag: '1' }], 1, rules)
    expect(wrong).toMatchObject({ kind: 'mistakes', mistakes: [{ kind: 'tariffs', id: 'x', path: 'rates', value: 3 }] })
  })
})

describe('files and objects', () => {
  it('has a kind for each section', () => {
    expect(directoryKinds.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['accounts', 'vendors', 'tariffs', 'policies']),
    )
  })

  it('replaces variables while reading, and writes what stays the same in any environment', () => {
    const [object] = objectsOf("vendors: [{ id: v, name: '${NAME} $${literal} 0x1' }]", { NAME: 'a' })
    expect(object?.row).toEqual({ id: 'v', name: 'a ${literal} 0x1' })
    expect(objectsOf(writeObjects([object!], 'x'))).toEqual([object])
  })

  it('tells mistakes with their place, and never a secret', () => {
    const text = 'tariffs:\n  - id: t\n    rates: 3\n  - id: t\naccounts:\n  - id: a\n    password: [geheim]\n'
    const read = readObjects(text, 'd.yaml', {})
    expect(read).toMatchObject({ kind: 'mistakes' })
    const mistakes = read.kind === 'mistakes' ? read.mistakes : []
    expect(mistakes).toContainEqual(expect.objectContaining({ line: 3, path: 'tariffs[0].rates', value: 3 }))
    expect(JSON.stringify(mistakes)).not.toContain('geheim')
    const twice = readObjects('tariffs: [{ id: t },\n { id: t }]', 'd.yaml', {})
    expect(twice).toMatchObject({ mistakes: [{ line: 2, path: 'tariffs[1].id', value: 't' }] })
  })

  it('finds the place of a field', () => {
    const read = readObjects('tariffs:\n  - id: t\n    rates:\n      - prefix: "1"\n        price: "2"\n', 'd.yaml', {})
    expect(read.kind === 'objects' && read.placeOf('tariffs', 't', 'rates[0].price')).toEqual({ line: 5, column: 16 })
  })
})

/** Variations of the demo directory, in columns that need no other object. */
const arbitraryName = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('0012', '${X}', '$${', 'true', '- a', '# b', '1e5', '\n x')) // prettier-ignore
const arbitraryRate = fc.record({
  prefix: fc.stringMatching(/^[0-9]{0,20}$/),
  price: fc.stringMatching(/^[0-9]{1,5}(\.[0-9]{1,6})?$/),
})
const arbitraryDirectory = fc
  .record({
    names: fc.array(arbitraryName, { maxLength: 3 }),
    maxBinds: fc.integer({ min: 1, max: 10_000 }),
    password: fc.stringMatching(/^[\x21-\x7e]{1,8}$/).filter((text) => text !== SECRET_MASK),
    tariffs: fc.array(fc.uniqueArray(arbitraryRate, { selector: ({ prefix }) => prefix, maxLength: 5 }), { maxLength: 3 }), // prettier-ignore
  })
  .map(({ names, maxBinds, password, tariffs }): readonly FileObject[] => [
    ...demo.map(({ kind, id, row }) => {
      if (kind === 'accounts') return { kind, id, row: { ...(row as Row), maxBinds } }
      if (kind !== 'vendors') return { kind, id, row }
      const connections = ((row as Row)['connections'] as Row[]).map(({ passwordEnv: _, ...rest }) => ({ ...rest, password })) // prettier-ignore
      return { kind, id, row: { ...(row as Row), connections } }
    }),
    ...names.map((name, n) => ({ kind: 'vendors', id: `extra${n}`, row: { id: `extra${n}`, name } })),
    ...tariffs.map((rates, n) => ({ kind: 'tariffs', id: `extra${n}`, row: { id: `extra${n}`, rates } })),
  ])

describe('any directory', () => {
  it('applied, exported and applied again changes nothing', () => {
    fc.assert(
      fc.property(arbitraryDirectory, (objects) => {
        const first = changed(empty(), { changes: objects }).provisioned
        const shown = [...first.objects.values()].map(({ kind, id, row }) => ({ kind, id, row: withoutSecrets(row) }))
        const again = changed(first, { changes: objectsOf(writeObjects(shown, 'two\nlines')), prune: true })
        expect(again.writes).toEqual([])
        expect(again.provisioned).toBe(first)
      }),
      { numRuns: 60 },
    )
  })

  it('is reached from any other, as if it were the first, and its kept rows open to the same', () => {
    fc.assert(
      fc.property(arbitraryDirectory, arbitraryDirectory, (from, to) => {
        const rowsOf = ({ objects }: Provisioned) =>
          [...objects.values()].map(({ kind, id, row }) => ({ kind, id, row }))
        const start = changed(empty(), { changes: from }).provisioned
        const { provisioned: end, writes } = changed(start, { changes: to, prune: true })
        expect(rowsOf(end)).toEqual(rowsOf(changed(empty(), { changes: to }).provisioned))
        const kept = new Map(
          start.objects as ReadonlyMap<string, { kind: string; id: string; row: unknown; etag: string }>,
        )
        for (const { kind, id, row } of writes)
          if (row === undefined) kept.delete(`${kind}/${id}`)
          else kept.set(`${kind}/${id}`, { kind, id, row, etag: '2' })
        const opened = openDirectory([...kept.values()], end.revision, rules)
        expect(opened.kind === 'directory' && [...opened.provisioned.objects]).toEqual([...end.objects])
      }),
      { numRuns: 60 },
    )
  })

  it('shows no secret in what it reports', () => {
    fc.assert(
      fc.property(arbitraryDirectory, (objects) => {
        const secret = 'q!geheim'
        const start = changed(empty(), { changes: objects }).provisioned
        const vendor = objects.find(({ kind }) => kind === 'vendors')!
        const connections = ((vendor.row as Row)['connections'] as Row[]).map((row) => ({ ...row, password: secret }))
        const { report } = changed(start, { changes: [{ ...vendor, row: { ...(vendor.row as Row), connections } }] })
        expect(JSON.stringify(report)).not.toContain(secret)
        expect(report[0]?.action).toBe('update')
      }),
      { numRuns: 20 },
    )
  })
})

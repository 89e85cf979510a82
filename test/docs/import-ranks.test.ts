// Proves that the import rules bite: a small house with every kind of forbidden import, and one with every kind of allowed import.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import { afterAll, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const rules = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  readonly forbidden: NonNullable<ICruiseOptions['ruleSet']>['forbidden']
  readonly options: ICruiseOptions
}
const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

type Import = readonly [from: string, to: string]

/** Writes a house in which each file has the imports given, and returns `rule: from -> to` of each violation. */
async function violations(imports: readonly Import[]): Promise<string[]> {
  const house = mkdtempSync(join(tmpdir(), 'smswitch-imports-'))
  folders.push(house)
  const lines = new Map<string, string[]>()
  const linesOf = (file: string): string[] => lines.get(file) ?? (lines.set(file, []).get(file) as string[])
  for (const [from, to] of imports) {
    const isOurs = to.startsWith('src/')
    const target = isOurs ? `./${relative(dirname(from), to).replace(/\.ts$/, '.js')}` : to
    linesOf(from).push(`import * as i${linesOf(from).length} from '${target}'`)
    if (isOurs) linesOf(to)
  }
  for (const [file, content] of lines) {
    mkdirSync(dirname(join(house, file)), { recursive: true })
    writeFileSync(join(house, file), `${content.join('\n')}\nexport const here = 1\n`)
  }
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'))
  symlinkSync(join(root, 'package.json'), join(house, 'package.json'))
  const { output } = await cruise(['src'], {
    ...rules.options,
    tsConfig: {},
    baseDir: house,
    validate: true,
    ruleSet: { forbidden: rules.forbidden ?? [] },
  })
  return (output as ICruiseResult).summary.violations
    .map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
    .sort()
}

it.each<[rule: string, Import]>([
  ['rank-of-lib', ['src/lib/a.ts', 'src/message/b.ts']],
  ['rank-of-lib', ['src/lib/a.ts', 'src/store/contracts/b.ts']],
  ['rank-of-message', ['src/message/a.ts', 'src/text/b.ts']],
  ['rank-of-telemetry', ['src/telemetry/a.ts', 'src/smpp/b.ts']],
  ['rank-of-directory', ['src/directory/a.ts', 'src/store/contracts/b.ts']],
  ['rank-of-directory', ['src/directory/a.ts', 'src/store/lmdb/b.ts']],
  ['rank-of-store-contracts', ['src/store/contracts/a.ts', 'src/store/memory/b.ts']],
  ['rank-of-store', ['src/store/lmdb/a.ts', 'src/delivery/b.ts']],
  ['rank-of-receipts', ['src/receipts/a.ts', 'src/delivery/b.ts']],
  ['rank-of-pipeline', ['src/pipeline/a.ts', 'src/delivery/b.ts']],
  ['rank-of-delivery', ['src/delivery/a.ts', 'src/edges/vendor/b.ts']],
  ['rank-of-edges', ['src/edges/esme/a.ts', 'src/admin/b.ts']],
  ['rank-of-edges', ['src/edges/esme/a.ts', 'src/app.ts']],
  ['config-stays-on-top', ['src/edges/esme/a.ts', 'src/config/b.ts']],
  ['smpp-stands-alone', ['src/smpp/a.ts', 'src/message/b.ts']],
  ['smpp-by-its-face', ['src/edges/esme/a.ts', 'src/smpp/b.ts']],
  ['sip-by-its-face', ['src/directory/a.ts', 'src/sip/b.ts']],
  ['core-without-protocol-or-store', ['src/delivery/a.ts', 'src/smpp/b.ts']],
  ['core-without-protocol-or-store', ['src/pipeline/a.ts', 'src/store/memory/b.ts']],
  ['core-without-protocol-or-store', ['src/receipts/a.ts', 'node:net']],
  ['core-without-protocol-or-store', ['src/receipts/a.ts', 'lmdb']],
  ['edges-apart', ['src/edges/esme/a.ts', 'src/edges/vendor/b.ts']],
  ['stores-apart', ['src/store/lmdb/a.ts', 'src/store/memory/b.ts']],
  ['no-test-code-in-production', ['src/lib/a.ts', 'src/lib/fake-clock.ts']],
  ['no-dev-dependency-in-production', ['src/lib/a.ts', 'fast-check']],
  ['known-room', ['src/lib/a.ts', 'src/utils/b.ts']],
  ['resolvable', ['src/lib/a.ts', 'no-such-package']],
])('%s forbids %j', async (rule, forbidden) => {
  expect(await violations([forbidden])).toContainEqual(expect.stringContaining(`${rule}: ${forbidden[0]} -> `))
})

it('forbids a cycle', async () => {
  const found = await violations([
    ['src/lib/a.ts', 'src/lib/b.ts'],
    ['src/lib/b.ts', 'src/lib/a.ts'],
  ])
  expect(found.join()).toContain('no-cycles')
})

it('allows what goes down', async () => {
  expect(
    await violations([
      ['src/main.ts', 'src/cli/start.ts'],
      ['src/cli/start.ts', 'src/app.ts'],
      ['src/cli/start.ts', 'src/config/load.ts'],
      ['src/app.ts', 'src/config/load.ts'],
      ['src/app.ts', 'src/edges/esme/a.ts'],
      ['src/app.ts', 'src/store/lmdb/a.ts'],
      ['src/edges/esme/a.ts', 'src/edges/esme/b.ts'],
      ['src/edges/esme/a.ts', 'src/smpp/index.ts'],
      ['src/smpp/index.ts', 'src/smpp/a.ts'],
      ['src/edges/esme/a.ts', 'src/receipts/a.ts'],
      ['src/delivery/a.ts', 'src/receipts/a.ts'],
      ['src/delivery/a.ts', 'src/store/contracts/a.ts'],
      ['src/delivery/a.ts', 'src/telemetry/a.ts'],
      ['src/store/lmdb/a.ts', 'src/store/contracts/a.ts'],
      ['src/store/lmdb/a.ts', 'src/store/rows/a.ts'],
      ['src/store/lmdb/a.ts', 'lmdb'],
      ['src/store/contracts/a.ts', 'src/message/a.ts'],
      ['src/smpp/a.ts', 'src/lib/a.ts'],
      ['src/smpp/a.ts', 'src/text/a.ts'],
      ['src/smpp/a.ts', 'node:net'],
      ['src/lib/a.test.ts', 'src/lib/fake-clock.ts'],
      ['src/lib/a.test.ts', 'fast-check'],
    ]),
  ).toEqual([])
})

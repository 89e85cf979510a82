// Docs say what the code does: the derived parts are up to date, and every dependency has its reason.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { leaves } from '../../src/config/setting.js'
import { settings } from '../../src/config/settings.js'
import { failureReasons } from '../../src/message/failure.js'
import { catalogueFiles, tableIn } from './catalogues.js'

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')

describe.each(catalogueFiles)('$file', ({ file, whole, tables }) => {
  it('is what the catalogue in code says (else: npm run docs)', () => {
    if (whole !== undefined) expect(read(file)).toBe(whole)
    for (const [name, table] of Object.entries(tables ?? {})) expect(tableIn(read(file), name)).toBe(table)
  })
})

it('config/default.yaml has every setting with its default', () => {
  const given = parse(read('config/default.yaml')) as Record<string, unknown>
  for (const [path, setting] of leaves(settings)) {
    const value = path.split('.').reduce<unknown>((group, key) => (group as Record<string, unknown>)[key], given)
    expect([path, value]).toEqual([path, setting.default])
  }
})

it('docs/dependencies.md justifies every dependency, and none that is gone', () => {
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const justified = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\|/gm)].map((match) => match[1])
  const wanted = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]
  expect(justified.sort()).toEqual(wanted.sort())
})

describe('docs/errors.md', () => {
  it('says what to do about what texts and parts bring, by reasons that there are', () => {
    const advised = [...tableIn(read('docs/errors.md'), 'advice').matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
    expect(advised).toHaveLength(6)
    for (const reason of advised) expect(Object.keys(failureReasons)).toContain(reason)
  })

  it('names the exit codes of the command line', () => {
    for (const exitCode of ['`0`', '`1`', '`2`']) expect(tableIn(read('docs/errors.md'), 'exit')).toContain(exitCode)
  })
})

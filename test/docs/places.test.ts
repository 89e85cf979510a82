// ARCHITECTURE.md names places that there are: every path in its tables, and every room.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const section = (title: string): string => text.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!
/** Cells of the rows below the head of a section's table. */
const rowsOf = (title: string): readonly (readonly string[])[] =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').slice(1, -1))
const foldersOf = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

/** `*` in the name of a file stands for anything. */
function isThere(path: string): boolean {
  if (!path.includes('*')) return existsSync(join(root, path))
  const [before = '', after = ''] = basename(path).split('*')
  const folder = join(root, dirname(path))
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(before) && name.endsWith(after))
}

/**
 * What a cell names and is not there. A name without a folder stands beside the one before it in its cell, or right under src; a
 * word that is no path stands in a file before it.
 */
function missingIn(cell: string): readonly string[] {
  let folder = 'src'
  let written = ''
  const missing: string[] = []
  for (const match of cell.matchAll(/`([\w*./-]+)`|\((docs\/\S+?\.md)\)/g)) {
    const name = match[1] ?? match[2] ?? ''
    if (!/\/|\.ts$/.test(name)) {
      if (!new RegExp(`\\b${name}\\b`).test(written)) missing.push(name)
      continue
    }
    const found = [join(folder, name), join('src', name), name].find(isThere)
    if (found === undefined) missing.push(name)
    else folder = name.endsWith('/') ? found : dirname(found)
    if (found?.endsWith('.ts') === true && !found.includes('*')) written += readFileSync(join(root, found), 'utf8')
  }
  return missing
}

describe('where is …', () => {
  it.each(rowsOf('Where is …').map(([what = '', where = '']) => [what.trim(), where]))('%s', (_, where) => {
    expect(where).toContain('`')
    expect(missingIn(where)).toEqual([])
  })
})

it('every room has its line, and every line is of rooms that there are', () => {
  const named = rowsOf('Rooms, from low to high').flatMap(([cell = '']) =>
    [...cell.matchAll(/`([\w/*.]+)`/g)].map((match) => match[1]!),
  )
  const rooms = named.map((room) => room.split('/')[0])
  for (const folder of foldersOf('src')) expect(rooms).toContain(folder)
  for (const room of named) expect(isThere(join('src', room)), room).toBe(true)
})

it('every folder of tests is told of', () => {
  for (const folder of foldersOf('test')) expect(section('Tests')).toContain(`\`test/${folder}\``)
})

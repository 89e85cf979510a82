// What documents say of the command line is so: every command has its place in them, and every option that they name is one.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commonOptions, type CommandSpec } from '../../src/cli/args.js'

const root = join(import.meta.dirname, '../..')
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
/** Lines that go on in the next one are one. */
const texts = pages.map((page) => [page, readFileSync(join(root, page), 'utf8').replace(/\\\n\s*/g, ' ')] as const)

const isCommand = (value: unknown): value is CommandSpec =>
  typeof value === 'object' && value !== null && 'summary' in value && 'options' in value
const modules = await Promise.all(
  readdirSync(join(root, 'src/cli'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => import(join(root, 'src/cli', name)) as Promise<object>),
)
const commands = modules.flatMap((module): unknown[] => Object.values(module)).filter(isCommand)

describe.each(commands.map((command) => [command.name, command] as const))('smswitch %s', (name, { options }) => {
  const uses = texts.flatMap(([page, text]) =>
    [...text.matchAll(new RegExp(`(?:smswitch|dist/main\\.js) ${name}\\b([^\\n\`|]*)`, 'g'))].map(
      (use) => [page, use[1]!] as const,
    ),
  )
  it('is told of', () => {
    expect(uses).not.toEqual([])
  })
  it('has every option that is named with it', () => {
    const known = Object.keys({ ...options, ...commonOptions })
    for (const [page, rest] of uses)
      for (const [, option = ''] of rest.matchAll(/ --([a-z-]+)/g))
        expect(known, `${page}: --${option}`).toContain(option)
  })
})

it('every command is looked at', () => {
  const listed = readFileSync(join(root, 'src/main.ts'), 'utf8').match(/^ {2}runnable\(/gm)
  expect(commands).toHaveLength(listed?.length ?? 0)
})

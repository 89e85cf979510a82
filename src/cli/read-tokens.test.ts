import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tokenHash } from '../admin/tokens.js'
import { readTokens } from './read-tokens.js'

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-tokens-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'tokens')
  writeFileSync(file, text)
  return file
}

it('has the tokens of the setting and those of the file', () => {
  const line = (name: string) => `${name} ${tokenHash(name)} directory:read`
  expect(readTokens('', '')).toEqual([])
  const tokens = readTokens(`${line('a')};${line('b')}`, fileOf(`# who may\n${line('c')}\n`))
  expect(tokens.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
})

it('says where a token is wrong, and nothing of it', () => {
  const file = fileOf(`\na ${tokenHash('x')} everything\n`)
  expect(() => readTokens('b 12 money:read', file)).toThrow(/admin\.tokens: expects NAME/)
  expect(() => readTokens('', file)).toThrow(`${file}:2: expects NAME`)
  expect(() => readTokens('', file)).not.toThrow(tokenHash('x'))
  expect(() => readTokens('', '/nowhere')).toThrow(/tokensFile can't be read/)
})

import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readPlainJson } from './json-source.js'
import { parseDirectory } from './parse.js'
import { DirectoryFile } from './schema.js'

const env = { NAME: 'x' }
const read = (text: string) => readPlainJson(text, DirectoryFile, env)
const file = {
  tariffs: [{ id: 't', rates: [{ prefix: '44', price: '0.02', huntstop: true, preference: 7 }] }],
  vendors: [{ id: 'v', name: 'a "quoted": {name}', connections: [] }],
  currency: 'EUR',
}

describe('JSON as a directory file', () => {
  it('is read as YAML reads it', () => {
    for (const text of [JSON.stringify(file), JSON.stringify(file, undefined, 2), `\n ${JSON.stringify(file)}\n`]) {
      expect(read(text)?.value).toEqual(file)
      expect(parse(text)).toEqual(file)
    }
    expect(read('{"tariffs": [{"id": "${NAME}", "rates": []}]}')?.value).toEqual({ tariffs: [{ id: 'x', rates: [] }] })
    expect(read('{"tariffs": [{"id": "$${NAME}"}]}')?.value).toEqual({ tariffs: [{ id: '${NAME}' }] })
  })

  it.each([
    'tariffs: []',
    '{ tariffs: [] }',
    '{"tariffs": [{"id": 7}]}',
    '{"tariffs": [{"id": "t", "rate": 1}]}',
    '{"tariffs": {"id": "t"}}',
    '{"tariffs": [{"id": "a", "id": "b"}]}',
    '{"tariffs": [{"id": "${NOBODY}"}]}',
    '{"tariffs": null}',
    '{"tariffs": []',
    '[]',
  ])('leaves %s to YAML', (text) => {
    expect(read(text)).toBeUndefined()
  })

  it('has the places of mistakes', () => {
    const text = '{\n  "tariffs": [\n    { "id": "t", "rates": [{ "prefix": "44", "price": "cheap" }] }\n  ]\n}'
    const parsed = parseDirectory(text, 'd.json', { env, readSecret: () => '', statusByName: () => undefined })
    expect(parsed).toMatchObject({ kind: 'mistakes', mistakes: [{ line: 3, path: 'tariffs[0].rates[0].price' }] })
  })
})

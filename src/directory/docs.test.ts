import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AccountRow, bindKinds, ConnectionRow, DirectoryFile, idForms, PolicyRow, RateRow, TariffRow, VendorRow } from './schema.js' // prettier-ignore
import { alphabets, languageNames, longMessages, TextRow } from './text-columns.js'

const page = readFileSync(new URL('../../docs/directory.md', import.meta.url), 'utf8')
const keysOf = (schema: { readonly properties: object }): string[] => Object.keys(schema.properties)

describe('docs/directory.md', () => {
  const keys = [AccountRow, ConnectionRow, VendorRow, TariffRow, RateRow, DirectoryFile].flatMap(keysOf)
  const policyKeys = keysOf(PolicyRow).filter((key) => key !== 'match' && key !== 'routing')
  const nested = [
    ...keysOf(PolicyRow.properties.match).map((key) => `match.${key}`),
    ...keysOf(PolicyRow.properties.routing).map((key) => `routing.${key}`),
    ...keysOf(ConnectionRow.properties.receiptIds),
    ...keysOf(ConnectionRow.properties.multipart).map((key) => `multipart.${key}`),
    ...keysOf(TextRow).map((key) => `text.${key}`),
  ]
  const words = [...bindKinds, ...idForms, ...alphabets, ...longMessages, ...languageNames]

  it.each([...new Set([...keys, ...policyKeys, ...nested, ...words])])('explains `%s`', (word) => {
    expect(page.includes(`\`${word}\``) || page.includes(` ${word}, `) || page.includes(`{ ${word}`) || page.includes(`, ${word} }`)).toBe(true) // prettier-ignore
  })
})

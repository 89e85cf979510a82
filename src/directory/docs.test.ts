import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AccountRow, bindKinds, ConnectionRow, DirectoryFile, idForms, PolicyRow, RateRow, TariffRow, VendorRow } from './schema.js' // prettier-ignore

const page = readFileSync(new URL('../../docs/directory.md', import.meta.url), 'utf8')
const keysOf = (schema: { readonly properties: object }): string[] => Object.keys(schema.properties)

describe('docs/directory.md', () => {
  const keys = [AccountRow, ConnectionRow, VendorRow, TariffRow, RateRow, DirectoryFile].flatMap(keysOf)
  const policyKeys = keysOf(PolicyRow).filter((key) => key !== 'match' && key !== 'routing')
  const nested = [
    ...keysOf(PolicyRow.properties.match).map((key) => `match.${key}`),
    ...keysOf(PolicyRow.properties.routing).map((key) => `routing.${key}`),
    ...keysOf(ConnectionRow.properties.receiptIds),
  ]

  it.each([...new Set([...keys, ...policyKeys, ...nested, ...bindKinds, ...idForms])])('explains `%s`', (word) => {
    expect(page.includes(`\`${word}\``) || page.includes(` ${word}, `) || page.includes(`{ ${word}`) || page.includes(`, ${word} }`)).toBe(true) // prettier-ignore
  })
})

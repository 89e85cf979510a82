// Writes what is derived from catalogues in code: config/default.yaml and the tables between markers in docs/. `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogueFiles, withTable } from '../test/docs/catalogues.js'

const root = join(import.meta.dirname, '..')

for (const { file, whole, tables } of catalogueFiles) {
  const path = join(root, file)
  let text = whole ?? readFileSync(path, 'utf8')
  for (const [name, table] of Object.entries(tables ?? {})) text = withTable(text, name, table)
  writeFileSync(path, text)
  console.log(`wrote ${file}`)
}

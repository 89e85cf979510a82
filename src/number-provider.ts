// The provider that numbers are rented from, as the file that the settings name has it. Belongs to the composition root.

import { readFileSync } from 'node:fs'
import type { Config } from './config/settings.js'
import type { DirectoryMistake } from './directory/mistake.js'
import { parseInventory } from './edges/api/inventory-file.js'
import type { HttpInventoryOptions } from './edges/api/inventory-http-options.js'

export type NumberProvider =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly options: HttpInventoryOptions }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly DirectoryMistake[] }

/** Reads the file where the HTTP API is on, with what it names. */
export function readNumberProvider({ api }: Config): NumberProvider {
  const { inventoryFile: file, inventorySecret: secret } = api
  if (!api.enabled || file === '') return { kind: 'none' }
  const readText = (path: string): string => readFileSync(path, 'utf8')
  let yaml: string
  try {
    yaml = readText(file)
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) }
  }
  const parsed = parseInventory(yaml, file, { secret, readText })
  return parsed.kind === 'mistakes' ? parsed : { kind: 'read', options: parsed.options }
}

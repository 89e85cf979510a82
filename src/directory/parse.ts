// A directory file's text → a directory, or every mistake in it at once.

import { withDefaults } from './change-defaults.js'
import { isSecretAt } from './change-secrets.js'
import type { DirectoryMistake } from './mistake.js'
import { type Directory, dotted, resolveDirectory, type RowMistake, type Surroundings } from './resolve.js'
import { schemaMistakes } from './schema-mistakes.js'
import { DirectoryFile } from './schema.js'
import { readYaml, type YamlSource } from './yaml-source.js'

export type ParsedDirectory =
  | {
      readonly kind: 'directory'
      readonly directory: Directory
      /** What the file says, as plain values without defaults. */
      readonly value: unknown
    }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly DirectoryMistake[] }

/** More than a person reads at once; a wrong file of 100,000 rates must not fill the terminal. */
const MISTAKES_MAX = 1000

/**
 * @param fileName as mistakes name it
 * @returns the directory, or all its mistakes in the order of the file (at most 1,000)
 */
export function parseDirectory(text: string, fileName: string, surroundings: Surroundings): ParsedDirectory {
  const source = readYaml(text, DirectoryFile, surroundings.env)
  const told: DirectoryMistake[] = source.mistakes.map(({ pointer, line, column, ...mistake }) =>
    withoutSecret(pointer, { file: fileName, line, column, path: dotted(pointer), ...mistake }),
  )
  const wrong = new Set(source.mistakes.map((mistake) => mistake.pointer))
  const written = source.value
  const file = withDefaults(DirectoryFile, written) as DirectoryFile
  for (const { mistake, isKey } of schemaMistakes(DirectoryFile, file)) {
    if (wrong.has(mistake.pointer)) continue
    wrong.add(mistake.pointer)
    told.push(placed(mistake, fileName, source, isKey))
    if (told.length >= MISTAKES_MAX) break
  }
  // With broken YAML every reference would dangle.
  const isYaml = !source.mistakes.some((mistake) => mistake.pointer === '')
  const resolved = isYaml && isMapping(file) ? resolveDirectory(file, wrong, surroundings) : undefined
  for (const mistake of resolved?.mistakes ?? []) told.push(placed(mistake, fileName, source, false))
  if (resolved !== undefined && told.length === 0)
    return { kind: 'directory', directory: resolved.directory, value: written }
  told.sort((a, b) => a.line - b.line || a.column - b.column)
  return { kind: 'mistakes', mistakes: told.slice(0, MISTAKES_MAX) }
}

function isMapping(file: unknown): boolean {
  return typeof file === 'object' && file !== null && !Array.isArray(file)
}

function placed(mistake: RowMistake, file: string, source: YamlSource, isKey: boolean): DirectoryMistake {
  const { pointer, ...rest } = mistake
  const place = isKey ? source.placeOfKey(pointer) : source.placeOf(pointer)
  return withoutSecret(pointer, { file, ...place, path: dotted(pointer), ...rest })
}

function withoutSecret(pointer: string, mistake: DirectoryMistake): DirectoryMistake {
  if (!isSecretAt(pointer)) return mistake
  const { file, line, column, path, expected } = mistake
  return { file, line, column, path, expected }
}

// Between the YAML file of a directory and its objects, both ways: `apply` reads by it, `export` writes by it. References are not looked at.

import { stringify } from 'yaml'
import { withDefaults } from './change-defaults.js'
import { isRecord, isSecretAt, SECRET_MASK } from './change-secrets.js'
import { directoryKinds, WHOLE_SECTION } from './kinds.js'
import type { DirectoryMistake } from './mistake.js'
import { dotted } from './resolve.js'
import { schemaMistakes } from './schema-mistakes.js'
import { DirectoryFile } from './schema.js'
import type { Environment } from './substitute.js'
import { readYaml, type Place } from './yaml-source.js'

/** An object without its etag: as a file has it. */
export interface FileObject {
  readonly kind: string
  readonly id: string
  readonly row: unknown
}

export type FileObjects =
  | {
      readonly kind: 'objects'
      readonly objects: readonly FileObject[]
      /** Where a field of an object stands; `path` as mistakes have it. */
      placeOf(kind: string, id: string, path: string): Place
    }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly DirectoryMistake[] }

const MISTAKES_MAX = 1000

/**
 * Variables are replaced here, by `env`: objects hold none. What only the whole directory shows (references, secrets that are
 * elsewhere) is not checked.
 */
export function readObjects(text: string, fileName: string, env: Environment): FileObjects {
  const source = readYaml(text, DirectoryFile, env)
  const mistakes: DirectoryMistake[] = []
  const tell = (
    place: Place,
    pointer: string,
    mistake: { readonly value?: unknown; readonly expected: string },
  ): void => {
    const { value, expected } = mistake
    const shown = 'value' in mistake && !isSecretAt(pointer) ? { value } : {}
    const { line, column } = place
    mistakes.push({ file: fileName, line, column, path: dotted(pointer), ...shown, expected })
  }
  for (const { pointer, ...mistake } of source.mistakes) tell(mistake, pointer, mistake)
  const told = new Set(source.mistakes.map(({ pointer }) => pointer))
  const filled = withDefaults(DirectoryFile, source.value)
  for (const { mistake, isKey } of schemaMistakes(DirectoryFile, filled)) {
    if (told.has(mistake.pointer)) continue
    // Whatever form the secret has that it stands for: the switch knows whether there is one.
    if (mistake.value === SECRET_MASK && isSecretAt(mistake.pointer)) continue
    told.add(mistake.pointer)
    tell(isKey ? source.placeOfKey(mistake.pointer) : source.placeOf(mistake.pointer), mistake.pointer, mistake)
    if (mistakes.length >= MISTAKES_MAX) break
  }
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes }

  const objects: FileObject[] = []
  const pointers = new Map<string, string>()
  for (const { name, isList } of directoryKinds) {
    const section = (source.value as Readonly<Record<string, unknown>>)[name]
    if (section === undefined) continue
    const rows = isList ? (section as readonly unknown[]) : [section]
    rows.forEach((row, index) => {
      const id = isList ? (row as { readonly id: string }).id : WHOLE_SECTION
      const pointer = isList ? `/${name}/${index}` : `/${name}`
      const key = `${name}/${id}`
      const first = pointers.get(key)
      if (first === undefined) pointers.set(key, pointer)
      else {
        const expected = `an id that is not used twice (first at ${dotted(first)})`
        tell(source.placeOf(`${pointer}/id`), `${pointer}/id`, { value: id, expected })
      }
      objects.push({ kind: name, id, row })
    })
  }
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes }
  return {
    kind: 'objects',
    objects,
    placeOf: (kind, id, path) => source.placeOf(`${pointers.get(`${kind}/${id}`) ?? ''}${pointerOf(path)}`),
  }
}

/** The objects of a file's value in which no mistake was found. */
export function objectsIn(value: unknown): readonly FileObject[] {
  const objects: FileObject[] = []
  for (const { name, isList } of directoryKinds) {
    const section = (value as Readonly<Record<string, unknown>>)[name]
    if (section === undefined) continue
    if (!isList) objects.push({ kind: name, id: WHOLE_SECTION, row: section })
    else for (const row of section as readonly { readonly id: string }[]) objects.push({ kind: name, id: row.id, row })
  }
  return objects
}

/** The file that `readObjects` makes the same objects of, in any environment. */
export function writeObjects(objects: readonly FileObject[], heading: string): string {
  const file: Record<string, unknown> = {}
  for (const { name, isList } of directoryKinds) {
    const rows = objects.filter(({ kind }) => kind === name).map(({ row }) => withoutVariables(row))
    if (rows.length > 0) file[name] = isList ? rows : rows[0]
  }
  const comment = heading.replaceAll(/^/gm, '# ')
  return `${comment}\n${stringify(file, { aliasDuplicateObjects: false, lineWidth: 0 })}`
}

/** `$${` stands for a literal `${`. */
function withoutVariables(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${')
  if (Array.isArray(value)) return value.map(withoutVariables)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutVariables(child)]))
}

/** `connections[0].port` → `/connections/0/port`. */
function pointerOf(path: string): string {
  return path === '' ? '' : `/${path.replaceAll(/\[([0-9]+)\]/g, '.$1').replaceAll('.', '/')}`
}

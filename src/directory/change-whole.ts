// Objects put together to a whole directory and judged as one: mistakes name the object again. It changes nothing.

import { Value } from '@sinclair/typebox/value'
import { isSecretAt } from './change-secrets.js'
import { compileInSlices, type CompileDefaults } from './compile.js'
import { isRightRow } from './in-slices.js'
import { directoryKinds, kindNamed } from './kinds.js'
import { dotted, resolveInSlices, type RowMistake, type Surroundings } from './resolve.js'
import { schemaMistakes } from './schema-mistakes.js'
import type { DirectoryFile } from './schema.js'
import type { Snapshot } from './snapshot.js'

/** One provisioned object. */
export interface DirectoryObject {
  readonly kind: string
  readonly id: string
  /** As it was given: JSON, defaults not filled in, secrets in clear. */
  readonly row: unknown
  /** The revision that wrote it, as text. */
  readonly etag: string
}

/** With its defaults, which are filled in once. */
export interface KeptObject extends DirectoryObject {
  readonly filled: unknown
}

/** What is wrong with an object, in words for the person who wrote it. Secrets never appear in it. */
export interface ObjectMistake {
  readonly kind: string
  readonly id: string
  /** Such as `connections[0].port`; '' for the object as a whole. */
  readonly path: string
  /** What was written, left out where it is missing, a secret or an unknown key's. */
  readonly value?: unknown
  readonly expected: string
}

/** One line: `accounts/a maxBinds: expects a whole number from 1 to 10000, not -1`. */
export function describeObjectMistake({ kind, id, path, expected, ...rest }: ObjectMistake): string {
  const where = `${kind}/${id}${path === '' ? '' : ` ${path}`}`
  const not = 'value' in rest ? `, not ${JSON.stringify(rest.value).slice(0, 80)}` : ''
  return `${where}: expects ${expected}${not}`
}

/** What a directory is compiled with. */
export interface DirectoryRules extends Surroundings {
  readonly defaults: CompileDefaults
}

export type Judged =
  | { readonly kind: 'whole'; readonly snapshot: Snapshot }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly ObjectMistake[] }

/** More than a person reads at once. */
export const MISTAKES_MAX = 1000
/** Objects between two yields: far less than a millisecond where they are not new. */
const SLICE = 500

/**
 * Works in slices.
 * @param objects all of them, of known kinds
 * @param isNew whether an object's own fields have to be looked at: those of the others were right before
 * @returns the snapshot, or at most 1,000 mistakes
 */
export function* judgeWhole(
  objects: Iterable<KeptObject>,
  isNew: (object: KeptObject) => boolean,
  rules: DirectoryRules,
): Generator<void, Judged> {
  const file: Record<string, unknown> = {}
  const lists = new Map<string, KeptObject[]>()
  for (const { name, schema, isList } of directoryKinds) {
    lists.set(name, [])
    file[name] = isList ? [] : Value.Default(schema, undefined)
  }
  const mistakes: RowMistake[] = []
  const wrong = new Set<string>()
  let seen = 0
  for (const object of objects) {
    if (++seen % SLICE === 0) yield
    const kind = kindNamed(object.kind)
    const list = lists.get(object.kind)
    if (kind === undefined || list === undefined) throw new Error(`there is no kind ${object.kind}`)
    const at = kind.isList ? `/${kind.name}/${list.length}` : `/${kind.name}`
    list.push(object)
    if (kind.isList) (file[kind.name] as unknown[]).push(object.filled)
    else file[kind.name] = object.filled
    if (!isNew(object) || (yield* isRightRow(kind.schema, object.filled))) continue
    for (const { mistake } of schemaMistakes(kind.schema, object.filled)) {
      const pointer = `${at}${mistake.pointer}`
      if (wrong.has(pointer)) continue
      wrong.add(pointer)
      mistakes.push({ ...mistake, pointer })
      if (mistakes.length >= MISTAKES_MAX) break
    }
  }
  const resolved = yield* resolveInSlices(file as DirectoryFile, wrong, rules)
  mistakes.push(...resolved.mistakes.slice(0, MISTAKES_MAX))
  if (mistakes.length === 0)
    return { kind: 'whole', snapshot: yield* compileInSlices(resolved.directory, rules.defaults) }
  return { kind: 'mistakes', mistakes: mistakes.slice(0, MISTAKES_MAX).map((mistake) => ofObject(mistake, lists)) }
}

/** `/accounts/3/maxBinds` → object and path. */
function ofObject(mistake: RowMistake, lists: ReadonlyMap<string, readonly KeptObject[]>): ObjectMistake {
  const [, kind = '', index = '', ...rest] = mistake.pointer.split('/')
  const list = lists.get(kind) ?? []
  const isList = kindNamed(kind)?.isList === true
  const object = isList ? list[Number(index)] : list[0]
  const inside = (isList ? rest : [index, ...rest]).map((step) => `/${step}`).join('')
  const shown = 'value' in mistake && !isSecretAt(mistake.pointer) ? { value: mistake.value } : {}
  // What names another object by its place in the whole means nothing to who sent one object.
  const expected = mistake.expected.replaceAll(/\b([A-Za-z]+)\[([0-9]+)\]/g, (place, name: string, at: string) => {
    const other = kindNamed(name)?.isList === true ? lists.get(name)?.[Number(at)] : undefined
    return other === undefined ? place : `${other.kind}/${other.id}`
  })
  return { kind, id: object?.id ?? '', path: inside === '/' ? '' : dotted(inside), ...shown, expected }
}

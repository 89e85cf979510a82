// Changes to a directory, decided before anything is written: the whole that they make is judged, and only a right one is given back. Pure.

import { finished } from '../lib/slices.js'
import { withDefaults } from './change-defaults.js'
import { differencesOf, type FieldDifference } from './change-difference.js'
import { isRecord, SECRET_MASK, withSecretsOf } from './change-secrets.js'
import {
  judgeWhole,
  MISTAKES_MAX,
  type DirectoryObject,
  type DirectoryRules,
  type KeptObject,
  type ObjectMistake,
} from './change-whole.js'
import { isSameJson } from './in-slices.js'
import { dotted } from './resolve.js'
import { expectedKind, kindNamed, WHOLE_SECTION } from './kinds.js'
import type { DirectoryWarning, Snapshot } from './snapshot.js'

/** A whole directory, right in itself. */
export interface Provisioned {
  /** Counts the changes. */
  readonly revision: number
  /** By `kind/id`, in the order of kinds and ids. */
  readonly objects: ReadonlyMap<string, KeptObject>
  readonly snapshot: Snapshot
}

/** What must be true of an object before it is changed. */
export interface Precondition {
  /** One of these etags; `any`: that it is there. */
  readonly ifMatch?: readonly string[] | 'any'
  /** That it is not there. */
  readonly ifAbsent?: boolean
}

export interface ObjectChange extends Precondition {
  readonly kind: string
  readonly id: string
  /** The new row, whole; the mask stands for a secret that is there already. Undefined removes the object. */
  readonly row: unknown
}

export interface ChangeRequest {
  readonly changes: readonly ObjectChange[]
  /** Removes every object that the changes do not name. */
  readonly prune?: boolean
}

/** What becomes of one object. */
export interface ObjectReport {
  readonly kind: string
  readonly id: string
  readonly action: 'create' | 'update' | 'delete' | 'unchanged'
  /** After the change; left out of what is removed. */
  readonly etag?: string
  /** For an update: what differs, at most 100 of them. */
  readonly fields?: readonly FieldDifference[]
  /** How many fields differ in all. */
  readonly fieldCount?: number
  /** What is only unwise in it; left out for nothing. */
  readonly warnings?: readonly Pick<DirectoryWarning, 'path' | 'value' | 'expected'>[]
}

export type ChangeResult =
  | {
      readonly kind: 'changed'
      /** The same object as before where nothing changes. */
      readonly provisioned: Provisioned
      /** For the store; empty where nothing changes. */
      readonly writes: readonly { readonly kind: string; readonly id: string; readonly row: unknown }[]
      readonly report: readonly ObjectReport[]
    }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly ObjectMistake[] }
  /** An object is not as a precondition says; its etag if it is there. */
  | { readonly kind: 'notAsExpected'; readonly object: string; readonly etag: string | undefined }

export type Opened =
  | { readonly kind: 'directory'; readonly provisioned: Provisioned }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly ObjectMistake[] }

export const objectKey = (kind: string, id: string): string => `${kind}/${id}`

/** As openInSlices, at once. */
export function openDirectory(stored: readonly DirectoryObject[], revision: number, rules: DirectoryRules): Opened {
  return finished(openInSlices(stored, revision, rules))
}

/** Judges what a store keeps, as it was left by this program or another version of it. Works in slices. */
export function* openInSlices(
  stored: readonly DirectoryObject[],
  revision: number,
  rules: DirectoryRules,
): Generator<void, Opened> {
  const strange = stored.filter(({ kind }) => kindNamed(kind) === undefined)
  if (strange.length > 0)
    return {
      kind: 'mistakes',
      mistakes: strange.map(({ kind, id }) => ({ kind, id, path: '', expected: expectedKind })),
    }
  const all: KeptObject[] = []
  for (const object of stored) if (all.push(kept(object)) % SLICE === 0) yield
  const objects = sorted(all)
  yield
  const judged = yield* judgeWhole(objects.values(), () => true, rules)
  return judged.kind === 'mistakes'
    ? judged
    : { kind: 'directory', provisioned: { revision, objects, snapshot: judged.snapshot } }
}

/** As changeInSlices, at once. */
export function changeDirectory(current: Provisioned, request: ChangeRequest, rules: DirectoryRules): ChangeResult {
  return finished(changeInSlices(current, request, rules))
}

/**
 * Works in slices of a millisecond or so. All changes or none. The same request again changes nothing, but for preconditions.
 * @returns what to write and what the directory is then; or every mistake (at most 1,000); or which precondition fails
 */
export function* changeInSlices(
  current: Provisioned,
  request: ChangeRequest,
  rules: DirectoryRules,
): Generator<void, ChangeResult> {
  const mistakes: ObjectMistake[] = []
  const named = new Set<string>()
  const next = new Map(current.objects)
  const etag = String(current.revision + 1)
  let seen = 0
  let isLonger = false
  for (const change of request.changes) {
    if (++seen % SLICE === 0) yield
    const { kind, id } = change
    const key = objectKey(kind, id)
    const old = current.objects.get(key)
    if (!isAsExpected(old, change)) return { kind: 'notAsExpected', object: key, etag: old?.etag }
    const mistake = mistakeInName(change, named)
    named.add(key)
    if (mistake !== undefined) mistakes.push(mistake)
    else if (change.row === undefined) next.delete(key)
    else {
      const given = withId(change)
      const row =
        kindNamed(kind)?.hasSecrets === true
          ? withSecretsOf(old?.row, given, (pointer) =>
              mistakes.push({ kind, id, path: dotted(pointer), expected: noSecret }),
            )
          : given
      if (old === undefined) isLonger = true
      if (old === undefined || !(yield* isSameJson(row, old.row))) next.set(key, kept({ kind, id, row, etag }))
    }
  }
  if (request.prune === true) for (const key of current.objects.keys()) if (!named.has(key)) next.delete(key)
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes: mistakes.slice(0, MISTAKES_MAX) }

  const touched = [...new Set([...named, ...(request.prune === true ? current.objects.keys() : [])])]
  const report: ObjectReport[] = []
  for (const key of touched) {
    report.push(yield* reportOf(key, current.objects.get(key), next.get(key)))
    if (report.length % SLICE === 0) yield
  }
  const writes = touched
    .filter((key) => current.objects.get(key) !== next.get(key))
    .map((key) => {
      const { kind, id } = (next.get(key) ?? current.objects.get(key))!
      return { kind, id, row: next.get(key)?.row }
    })
  if (writes.length === 0) return { kind: 'changed', provisioned: current, writes, report }

  yield
  const objects = isLonger ? sorted([...next.values()]) : next
  yield
  const judged = yield* judgeWhole(objects.values(), (object) => object.etag === etag, rules)
  if (judged.kind === 'mistakes') return judged
  const { snapshot } = judged
  const provisioned = { revision: current.revision + 1, objects, snapshot }
  return { kind: 'changed', provisioned, writes, report: withWarnings(report, snapshot.warnings) }
}

function withWarnings(
  reports: readonly ObjectReport[],
  warnings: readonly DirectoryWarning[] | undefined,
): readonly ObjectReport[] {
  if (warnings === undefined) return reports
  const byObject = new Map<string, DirectoryWarning[]>()
  for (const warning of warnings) {
    const key = objectKey(warning.kind, warning.id)
    byObject.set(key, [...(byObject.get(key) ?? []), warning])
  }
  return reports.map((report) => {
    const own = report.action === 'delete' ? undefined : byObject.get(objectKey(report.kind, report.id))
    return own === undefined ? report : { ...report, warnings: own.map(({ kind: _, id: __, ...rest }) => rest) }
  })
}

/** Objects between two yields: a millisecond or less. */
const SLICE = 50

const noSecret = `the secret itself: there is none yet that ${SECRET_MASK} could stand for`

function isAsExpected(old: KeptObject | undefined, { ifMatch, ifAbsent }: Precondition): boolean {
  if (ifAbsent === true && old !== undefined) return false
  if (ifMatch === undefined) return true
  return old !== undefined && (ifMatch === 'any' || ifMatch.includes(old.etag))
}

function mistakeInName({ kind, id, row }: ObjectChange, named: ReadonlySet<string>): ObjectMistake | undefined {
  const known = kindNamed(kind)
  if (known === undefined) return { kind, id, path: '', expected: expectedKind }
  if (named.has(objectKey(kind, id))) return { kind, id, path: '', expected: 'one change of an object, not two' }
  if (!known.isList && id !== WHOLE_SECTION)
    return { kind, id, path: '', value: id, expected: `the id "${WHOLE_SECTION}": there is one object of this kind` }
  if (!known.isList || !isRecord(row) || row['id'] === undefined || row['id'] === id) return undefined
  return { kind, id, path: 'id', value: row['id'], expected: `"${id}", as the object is named, or nothing` }
}

/** A row may leave out the id that its name says. */
function withId({ kind, id, row }: ObjectChange): unknown {
  return kindNamed(kind)?.isList === true && isRecord(row) ? { id, ...row } : row
}

/** With its defaults. */
export function kept(object: DirectoryObject): KeptObject {
  const schema = kindNamed(object.kind)?.schema
  return { ...object, filled: schema === undefined ? object.row : withDefaults(schema, object.row) }
}

export function sorted(objects: readonly KeptObject[]): ReadonlyMap<string, KeptObject> {
  const keyed = objects.map((object) => [objectKey(object.kind, object.id), object] as const)
  return new Map(keyed.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function* reportOf(
  key: string,
  old: KeptObject | undefined,
  fresh: KeptObject | undefined,
): Generator<void, ObjectReport> {
  const slash = key.indexOf('/')
  const name = { kind: key.slice(0, slash), id: key.slice(slash + 1) }
  if (fresh === undefined) return { ...name, action: old === undefined ? 'unchanged' : 'delete' }
  const { etag } = fresh
  if (old === undefined) return { ...name, action: 'create', etag }
  if (old === fresh) return { ...name, action: 'unchanged', etag }
  const { fields, total } = yield* differencesOf(old.row, fresh.row)
  return { ...name, action: 'update', etag, fields, fieldCount: total }
}

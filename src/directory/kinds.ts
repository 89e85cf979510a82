// The kinds of provisioned objects with the schema of each, taken from the schema of the file: a section there is a kind here. No behaviour.

import type { TObject, TSchema } from '@sinclair/typebox'
import { DirectoryFile } from './schema.js'

export interface DirectoryKind {
  /** As the section of the file is called. */
  readonly name: string
  /** Of one object. */
  readonly schema: TSchema
  /** False: the section as a whole is one object, whose id is `all`. */
  readonly isList: boolean
}

/** The id of an object that is a whole section. */
export const WHOLE_SECTION = 'all'

export const directoryKinds: readonly DirectoryKind[] = Object.entries(
  (DirectoryFile as TObject).properties as Record<string, TSchema>,
).map(([name, section]) => {
  const items = section.type === 'array' ? (section['items'] as TSchema) : undefined
  const hasId = items?.type === 'object' && Object.hasOwn(items['properties'] as object, 'id')
  return hasId ? { name, schema: items, isList: true } : { name, schema: section, isList: false }
})

const byName = new Map(directoryKinds.map((kind) => [kind.name, kind]))

export function kindNamed(name: string): DirectoryKind | undefined {
  return byName.get(name)
}

/** What a person may write where a kind is meant. */
export const expectedKind = `a kind: ${directoryKinds.map(({ name }) => name).join(', ')}`

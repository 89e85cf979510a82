// The kinds of provisioned objects with the schema of each, taken from the schema of the file: a section there is a kind here. No behaviour.

import type { TObject, TSchema } from '@sinclair/typebox'
import { isSecretKey } from './change-secrets.js'
import { DirectoryFile } from './schema.js'

export interface DirectoryKind {
  /** As the section of the file is called. */
  readonly name: string
  /** Of one object. */
  readonly schema: TSchema
  /** False: the section as a whole is one object, whose id is `all`. */
  readonly isList: boolean
  /** Some column of it is a secret. */
  readonly hasSecrets: boolean
}

/** The id of an object that is a whole section. */
export const WHOLE_SECTION = 'all'

export const directoryKinds: readonly DirectoryKind[] = Object.entries(
  (DirectoryFile as TObject).properties as Record<string, TSchema>,
).map(([name, section]) => {
  const items = section.type === 'array' ? (section['items'] as TSchema) : undefined
  const hasId = items?.type === 'object' && Object.hasOwn(items['properties'] as object, 'id')
  const schema = hasId ? items : section
  return { name, schema, isList: hasId, hasSecrets: hasSecretColumn(schema) }
})

/** Whether some column of a schema, or within one, is a secret. */
export function hasSecretColumn(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  const { properties } = schema as { readonly properties?: object }
  if (Object.keys(properties ?? {}).some(isSecretKey)) return true
  return Object.values(schema).some(hasSecretColumn)
}

const byName = new Map(directoryKinds.map((kind) => [kind.name, kind]))

export function kindNamed(name: string): DirectoryKind | undefined {
  return byName.get(name)
}

/** What a person may write where a kind is meant. */
export const expectedKind = `a kind: ${directoryKinds.map(({ name }) => name).join(', ')}`

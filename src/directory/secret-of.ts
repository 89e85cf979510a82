// A secret that a row gives in one of three ways: in clear, by the name of an environment variable, by a file. It keeps none.

import type { Resolving } from './resolving.js'

/** The columns of one secret; exactly one of them is given. */
export interface SecretColumns<Column extends string> {
  readonly plain: Column
  readonly env: Column
  /** Its first line. */
  readonly file: Column
}

/** @returns undefined where it is not known, which is told or was */
export function secretOf<Column extends string>(
  row: Readonly<Partial<Record<Column, string | undefined>>>,
  { plain, env: envColumn, file }: SecretColumns<Column>,
  at: string,
  { isRight, mistakes, surroundings: { env, readSecret } }: Resolving,
): { readonly secret: string; readonly pointer: string } | undefined {
  const [column, second] = [plain, envColumn, file].filter((each) => row[each] !== undefined)
  if (column === undefined || second !== undefined) {
    // Where there are two, the second one is the place to point at.
    const pointer = second === undefined ? at : `${at}/${second}`
    mistakes.push({ pointer, expected: `exactly one of ${plain}, ${envColumn} and ${file}` })
    return undefined
  }
  const pointer = `${at}/${column}`
  const value = row[column]
  if (!isRight(pointer) || value === undefined) return undefined
  if (column === plain) return { secret: value, pointer }
  if (column === envColumn) {
    const secret = Object.hasOwn(env, value) ? env[value] : undefined
    if (secret !== undefined) return { secret, pointer }
    mistakes.push({ pointer, value, expected: 'the name of an environment variable that is set' })
    return undefined
  }
  try {
    return { secret: readSecret(value).split(/\r?\n/, 1)[0] ?? '', pointer }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    mistakes.push({ pointer, value, expected: `a file that can be read (${why})` })
    return undefined
  }
}

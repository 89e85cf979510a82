// Reads a directory file: what it says, or every mistake in it; for a command as an error.
import { readFileSync, statSync } from 'node:fs'
import { objectsIn, type FileObject } from '../directory/change-file.js'
import { describeDirectoryMistake, type DirectoryMistake } from '../directory/mistake.js'
import { parseDirectory } from '../directory/parse.js'
import type { Directory, Surroundings } from '../directory/resolve.js'
import type { TenDlcRules } from '../directory/tendlc.js'
import { parseStatus } from '../smpp/index.js'
import { CommandFailure } from './output.js'

/** A directory file with mistakes; `mistakes` is for programs. */
export class DirectoryError extends CommandFailure {
  readonly mistakes: readonly unknown[]

  constructor(message: string, mistakes: readonly unknown[]) {
    super('invalidDirectory', message)
    this.name = 'DirectoryError'
    this.mistakes = mistakes
  }
}

export type DirectoryReading =
  | { readonly kind: 'read'; readonly directory: Directory; readonly objects: readonly FileObject[] }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly DirectoryMistake[] }
  | { readonly kind: 'unreadable'; readonly why: string }

/**
 * What a directory needs of the machine around it.
 *
 * @param tenDlc left out: the tables as shipped
 */
export function surroundingsOf(env: NodeJS.ProcessEnv, tenDlc?: TenDlcRules): Surroundings {
  return {
    env,
    readSecret: (file) => readFileSync(file, 'utf8'),
    stampOf,
    statusByName: parseStatus,
    ...(tenDlc !== undefined && { tenDlc }),
  }
}

/** Another one for another content, as far as the file system tells. */
function stampOf(file: string): string {
  const { dev, ino, size, mtimeNs } = statSync(file, { bigint: true })
  return `${dev} ${ino} ${size} ${mtimeNs}`
}

export function readDirectoryFile(path: string, env: NodeJS.ProcessEnv, tenDlc?: TenDlcRules): DirectoryReading {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) }
  }
  const parsed = parseDirectory(text, path, surroundingsOf(env, tenDlc))
  if (parsed.kind === 'mistakes') return parsed
  return { kind: 'read', directory: parsed.directory, objects: objectsIn(parsed.value) }
}

/** @throws DirectoryError with every mistake, or CommandFailure when the file can't be read */
export function readDirectory(path: string, env: NodeJS.ProcessEnv, tenDlc?: TenDlcRules): Directory {
  return readWholeDirectory(path, env, tenDlc).directory
}

/** The same with the objects as they are written. */
export function readWholeDirectory(
  path: string,
  env: NodeJS.ProcessEnv,
  tenDlc?: TenDlcRules,
): Extract<DirectoryReading, { readonly kind: 'read' }> {
  const reading = readDirectoryFile(path, env, tenDlc)
  switch (reading.kind) {
    case 'read':
      return reading
    case 'unreadable':
      throw new CommandFailure(
        'noDirectory',
        `the directory file can't be read: ${reading.why}\nName one with --directory FILE; config/demo.yaml is an example.`,
      )
    case 'mistakes': {
      const { mistakes } = reading
      const lines = mistakes.map((mistake) => `  ${describeDirectoryMistake(mistake)}`)
      throw new DirectoryError(`the directory has ${mistakes.length} mistake(s):\n${lines.join('\n')}`, mistakes)
    }
  }
}

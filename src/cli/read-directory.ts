// Reads a directory file for a command: the directory, or an error that lists every mistake in it.
import { readFileSync } from 'node:fs'
import { describeDirectoryMistake } from '../directory/mistake.js'
import { parseDirectory } from '../directory/parse.js'
import type { Directory } from '../directory/resolve.js'
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

/** @throws DirectoryError with every mistake, or CommandFailure when the file can't be read */
export function readDirectory(path: string, env: NodeJS.ProcessEnv): Directory {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandFailure(
      'noDirectory',
      `the directory file can't be read: ${why}\nName one with --directory FILE; config/demo.yaml is an example.`,
    )
  }
  const parsed = parseDirectory(text, path, {
    env,
    readSecret: (file) => readFileSync(file, 'utf8'),
    statusByName: parseStatus,
  })
  if (parsed.kind === 'directory') return parsed.directory
  const lines = parsed.mistakes.map((mistake) => `  ${describeDirectoryMistake(mistake)}`)
  throw new DirectoryError(
    `the directory has ${parsed.mistakes.length} mistake(s):\n${lines.join('\n')}`,
    parsed.mistakes,
  )
}

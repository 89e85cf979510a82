// Reads the file of lookup providers for a command: the providers, or an error that lists every mistake in it.
import { readFileSync } from 'node:fs'
import { describeDirectoryMistake } from '../directory/mistake.js'
import type { LookupProvider } from '../lookup/provider.js'
import { parseProviders } from '../lookup/providers-file.js'
import { CommandFailure } from './output.js'

/**
 * @param file '' for none
 * @throws CommandFailure with every mistake, or when the file can't be read
 */
export function readProviders(file: string, env: NodeJS.ProcessEnv): readonly LookupProvider[] {
  if (file === '') return []
  const readText = (path: string): string => readFileSync(path, 'utf8')
  let text: string
  try {
    text = readText(file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandFailure('noProviders', `the file of lookup providers can't be read: ${why}`)
  }
  const parsed = parseProviders(text, file, { env, readText, wallMs: () => Date.now() })
  if (parsed.kind === 'providers') return parsed.providers
  const lines = parsed.mistakes.map((mistake) => `  ${describeDirectoryMistake(mistake)}`)
  throw new CommandFailure(
    'invalidProviders',
    `the file of lookup providers has ${lines.length} mistake(s):\n${lines.join('\n')}`,
  )
}

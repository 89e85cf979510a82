// Reads the file of the provider of numbers for a command, which ends with every mistake in it.
import type { Config } from '../config/settings.js'
import { describeDirectoryMistake } from '../directory/mistake.js'
import { readNumberProvider } from '../number-provider.js'
import { CommandFailure } from './output.js'

/** @throws CommandFailure with every mistake, or when the file can't be read */
export function checkNumberProvider(config: Config): void {
  const read = readNumberProvider(config)
  if (read.kind === 'unreadable')
    throw new CommandFailure('noInventory', `the file of the number provider can't be read: ${read.why}`)
  if (read.kind !== 'mistakes') return
  const lines = read.mistakes.map((mistake) => `  ${describeDirectoryMistake(mistake)}`)
  throw new CommandFailure(
    'invalidInventory',
    `the file of the number provider has ${lines.length} mistake(s):\n${lines.join('\n')}`,
  )
}

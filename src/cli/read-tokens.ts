// The tokens of the admin API as the settings have them: those of the setting and those of the file that another names.
import { readFileSync } from 'node:fs'
import { parseTokens, type ApiToken } from '../admin/tokens.js'
import { CommandFailure } from './output.js'

/**
 * Either may be empty.
 * @throws CommandFailure that says what is wrong in which line; never a token or its hash
 */
export function readTokens(given: string, file: string): readonly ApiToken[] {
  const parsed = parseTokens(`${given}\n${file === '' ? '' : textOf(file)}`)
  if (parsed.kind === 'tokens') return parsed.tokens
  const lines = parsed.mistakes.map(({ line, expected }) => {
    // The setting is one line, and stands before those of the file.
    const place = line === 1 ? 'admin.tokens' : `${file}:${line - 1}`
    return `\n  ${place}: expects ${expected}`
  })
  throw new CommandFailure('invalidTokens', `the tokens of the API are not right:${lines.join('')}`)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandFailure('invalidTokens', `admin.tokensFile can't be read: ${why}`)
  }
}

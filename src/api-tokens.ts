// The tokens of the admin API as the settings have them. Belongs to the composition root: it reads their file.

import { readFileSync } from 'node:fs'
import { parseTokens, type ApiToken } from './admin/tokens.js'

/** Tokens of the setting and those of the file, of which either may be empty. */
export function readTokens(given: string, file: string): readonly ApiToken[] {
  const text = file === '' ? given : `${given}\n${readFileSync(file, 'utf8')}`
  const parsed = parseTokens(text)
  if (parsed.kind === 'tokens') return parsed.tokens
  // The text of the setting is the first line, and has no place in the file.
  const lines = parsed.mistakes.map(({ line, expected }) =>
    line === 1 ? `admin.tokens: expects ${expected}` : `${file}:${line - 1}: expects ${expected}`,
  )
  throw new Error(`the tokens of the API are not right:\n  ${lines.join('\n  ')}`)
}

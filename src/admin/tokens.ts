// Who may call the API: tokens known by their hashes, each with what it may do. Reads no configuration.
import { createHash, timingSafeEqual } from 'node:crypto'

/** What a token may be for; writing includes reading. */
const scopes = ['directory:read', 'directory:write', 'money:read', 'money:write'] as const
export type Scope = (typeof scopes)[number]

export interface ApiToken {
  /** For the log. */
  readonly name: string
  /** SHA-256 of the token; tokens are long and random, so nothing slower is needed. */
  readonly sha256: Uint8Array
  readonly scopes: ReadonlySet<Scope>
}

export type ParsedTokens =
  | { readonly kind: 'tokens'; readonly tokens: readonly ApiToken[] }
  /** Line from 1 and what is wrong there; hashes are not repeated. */
  | { readonly kind: 'mistakes'; readonly mistakes: readonly { readonly line: number; readonly expected: string }[] }

const EXPECTED = `NAME SHA256 SCOPE[,SCOPE…]: a name, 64 hex digits, and of ${scopes.join(', ')}`

/**
 * Reads tokens, one a line or parted by `;`: `NAME SHA256 SCOPE,SCOPE`. Empty lines and what follows a `#` do not count.
 */
export function parseTokens(text: string): ParsedTokens {
  const tokens: ApiToken[] = []
  const mistakes: { line: number; expected: string }[] = []
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    for (const entry of whole.replace(/#.*/, '').split(';')) {
      if (entry.trim() === '') continue
      const [name = '', hash = '', given = '', ...rest] = entry.trim().split(/\s+/)
      const wanted = given.split(',')
      const known = scopes.filter((scope) => wanted.includes(scope))
      if (rest.length > 0 || !/^[0-9a-fA-F]{64}$/.test(hash) || known.length !== new Set(wanted).size)
        mistakes.push({ line: index + 1, expected: EXPECTED })
      else if (tokens.some((token) => token.name === name))
        mistakes.push({ line: index + 1, expected: 'a name that is not used twice' })
      else tokens.push({ name, sha256: Buffer.from(hash, 'hex'), scopes: new Set(known) })
    }
  }
  return mistakes.length > 0 ? { kind: 'mistakes', mistakes } : { kind: 'tokens', tokens }
}

/** SHA-256 of a token, as hex digits. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Finds whose token stands in `Authorization: Bearer …` (RFC 6750 §2.1), in a time that tells nothing of the others. */
export function tokenIn(authorization: string | undefined, tokens: readonly ApiToken[]): ApiToken | undefined {
  const presented = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? '')?.[1]
  if (presented === undefined) return undefined
  const hash = createHash('sha256').update(presented).digest()
  let found: ApiToken | undefined
  for (const token of tokens) if (timingSafeEqual(token.sha256, hash)) found = token
  return found
}

export function mayDo(token: ApiToken, scope: Scope): boolean {
  if (token.scopes.has(scope)) return true
  return (
    (scope === 'directory:read' && token.scopes.has('directory:write')) ||
    (scope === 'money:read' && token.scopes.has('money:write'))
  )
}

// Accounts that use the HTTP API: their tokens, and what their auth ids and main accounts must be; every mistake told.

import { isToken, MAIN_PREFIX, TOKEN_EXPECTED } from './api-columns.js'
import { ROWS_SLICE, type Resolving } from './resolving.js'
import type { AccountRow } from './schema.js'
import { secretOf } from './secret-of.js'

const columns = { plain: 'token', env: 'tokenEnv', file: 'tokenFile' } as const

export interface ApiChecks {
  /** What the row alone shows, and whether another has the same auth id. */
  look(account: AccountRow, at: string): void
  /** Once all accounts were looked at. Works in slices. @returns tokens by account, of those that have one */
  end(accounts: readonly AccountRow[]): Generator<void, ReadonlyMap<string, string>>
}

export function createApiChecks(resolving: Resolving): ApiChecks {
  const { isRight, mistakes } = resolving
  const authId = resolving.unique('an auth id')
  const tokens = new Map<string, string>()
  const subs: { readonly main: string; readonly pointer: string }[] = []
  return {
    look({ id, api }, accountAt) {
      const at = `${accountAt}/api`
      if (typeof api !== 'object' || api === null || !isRight(at)) return
      authId(api.authId, `${at}/authId`)
      const found = secretOf(api, columns, at, resolving)
      if (found !== undefined && isToken(found.secret)) tokens.set(id, found.secret)
      else if (found !== undefined) mistakes.push({ pointer: found.pointer, expected: TOKEN_EXPECTED })
      const pointer = `${at}/main`
      if (!isRight(`${at}/authId`) || !isRight(pointer)) return
      const isMain = api.authId.startsWith(MAIN_PREFIX)
      if (api.main === undefined) {
        if (!isMain)
          mistakes.push({ pointer, expected: 'the id of the main account of this sub-account; it is missing' })
      } else if (isMain) {
        const expected = `nothing: the auth id begins with ${MAIN_PREFIX}, so the account is a main account itself`
        mistakes.push({ pointer, value: api.main, expected })
      } else subs.push({ main: api.main, pointer })
    },
    *end(accounts) {
      if (subs.length === 0) return tokens
      const mains = new Set<string>()
      let count = 0
      for (const { id, api } of accounts) {
        if (api?.authId?.startsWith?.(MAIN_PREFIX) === true) mains.add(id)
        if (++count % ROWS_SLICE === 0) yield
      }
      for (const { main, pointer } of subs) {
        if (!mains.has(main)) {
          const expected = `the id of an account with api.authId that begins with ${MAIN_PREFIX}`
          mistakes.push({ pointer, value: main, expected })
        }
        if (++count % ROWS_SLICE === 0) yield
      }
      return tokens
    },
  }
}

// The accounts of a directory that use the HTTP API, by auth id. It checks no token.

import type { AccountId } from '../message/ids.js'
import type { ApiAccount, ApiTokens, SendingAccount } from './snapshot.js'

const none: readonly ApiAccount[] = Object.freeze([])

/** Made once for a snapshot, and filled by who compiles it. */
export class ApiAccounts {
  /** Of active accounts. */
  readonly #byAuthId = new Map<string, ApiAccount>()
  readonly #subsOf = new Map<string, ApiAccount[]>()
  /** Of inactive ones too. */
  readonly #tokens = new Map<AccountId, ApiTokens>()

  /** @param accounts by id, those of the directory @param tokens by account */
  add(
    account: SendingAccount,
    accounts: { get(id: string): SendingAccount | undefined },
    tokens: ReadonlyMap<string, string>,
  ): void {
    if (account.api === undefined) return
    const { authId, main: mainId } = account.api
    const token = tokens.get(account.id)
    if (token === undefined) throw new RangeError(`account ${account.id} has no token`)
    this.#tokens.set(account.id, Object.freeze({ token, mainToken: tokens.get(mainId ?? account.id) ?? token }))
    if (!account.active) return
    const { id, addresses } = account
    const main = mainId === undefined ? undefined : accounts.get(mainId)?.api?.authId
    const api = Object.freeze<ApiAccount>({ authId, token, account: id, main, addresses })
    this.#byAuthId.set(authId, api)
    if (main === undefined) return
    const subs = this.#subsOf.get(main)
    if (subs === undefined) this.#subsOf.set(main, [api])
    else subs.push(api)
  }

  account(authId: string): ApiAccount | undefined {
    return this.#byAuthId.get(authId)
  }

  subAccountsOf(authId: string): readonly ApiAccount[] {
    return this.#subsOf.get(authId) ?? none
  }

  tokensOf(account: AccountId): ApiTokens | undefined {
    return this.#tokens.get(account)
  }
}

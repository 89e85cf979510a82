// The accounts of a directory that use the HTTP API, by auth id. It checks no token.

import type { AddressRange } from '../lib/cidr.js'
import type { AccountId } from '../message/ids.js'
import type { SendingAccount } from './snapshot.js'

/** An account that may use the API. */
export interface ApiAccount {
  /** 20 characters: MA… of a main account, SA… of a sub-account. */
  readonly authId: string
  readonly token: string
  /** Has the packs, numbers and applications that are made with it; those of a sub-account are not those of its main account. */
  readonly account: AccountId
  /** Of a sub-account: the auth id of its main account, whose token opens it too. */
  readonly main?: string | undefined
  /** Whence it may come; left out or empty for anywhere. */
  readonly addresses?: readonly AddressRange[] | undefined
}

/** What the requests to its applications are signed with. */
export interface ApiTokens {
  readonly token: string
  /** Of its main account; the same where it is one. */
  readonly mainToken: string
}

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

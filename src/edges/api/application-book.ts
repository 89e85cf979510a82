// Applications of API accounts: where incoming messages of their numbers go. Changes are judged here; their rows are the truth.
import type { KeptRow } from '../../message/kept.js'
import type { AccountId } from '../../message/ids.js'
import { refused, type Judged } from '../../powerpack/change.js'
import type { WebhookMethod } from './signature.js'
import { checkWebhookUrl, type MayCall } from './webhook-url.js'

export const APPLICATION_TABLE = 'application'

export interface Application {
  /** Decimal digits. */
  readonly id: string
  readonly account: AccountId
  /** Unique in its account. */
  readonly name: string
  /** '' where incoming messages are told to nobody. */
  readonly messageUrl: string
  readonly messageMethod: WebhookMethod
  /** Wall time, ms. */
  readonly createdAtMs: number
  /** What only listings show: URLs of calls and the like. */
  readonly details: Readonly<Record<string, string>>
}

export type ApplicationWish = Partial<Pick<Application, 'name' | 'messageUrl' | 'messageMethod' | 'details'>>

/** Applications of one account: all are in memory. */
const APPLICATIONS_MAX = 1_000
const NAME_MAX = 255

export class ApplicationBook {
  readonly #byId = new Map<string, Application>()
  readonly #byAccount = new Map<AccountId, Map<string, Application>>()

  /** Takes kept rows of its table, before anything else is asked. @returns keys of rows that cannot be read; they count for nothing */
  load(rows: Iterable<KeptRow>): readonly string[] {
    const unreadable: string[] = []
    for (const { key, text } of rows) {
      const application = readApplication(key, text)
      if (application === undefined) unreadable.push(key)
      else this.#put(application)
    }
    return unreadable
  }

  get(id: string): Application | undefined {
    return this.#byId.get(id)
  }

  /** One of the account's own. */
  ofAccount(account: AccountId, id: string): Application | undefined {
    return this.#byAccount.get(account)?.get(id)
  }

  /** In the order in which they were made. */
  all(account: AccountId): Iterable<Application> {
    return this.#byAccount.get(account)?.values() ?? []
  }

  /**
   * @param wallMs wall time: when it was made
   * @param mayCall left out: its URL may name any address
   */
  judgeNew(
    account: AccountId,
    id: string,
    wish: ApplicationWish,
    wallMs: number,
    mayCall?: MayCall,
  ): Judged<Application> {
    if (this.#byId.has(id)) return refused('invalid', 'There is such an application already.', 'app_id')
    if ((this.#byAccount.get(account)?.size ?? 0) >= APPLICATIONS_MAX)
      return refused('noRoom', `An account has at most ${APPLICATIONS_MAX} applications.`)
    const blank = { id, account, name: '', messageUrl: '', createdAtMs: wallMs, details: {} }
    return this.#judge({ ...blank, messageMethod: 'POST' }, wish, mayCall)
  }

  judgeChange(account: AccountId, id: string, wish: ApplicationWish, mayCall?: MayCall): Judged<Application> {
    const before = this.ofAccount(account, id)
    return before === undefined ? unknown(id) : this.#judge(before, wish, mayCall)
  }

  judgeEnd(account: AccountId, id: string): Judged<Application> {
    const value = this.ofAccount(account, id)
    if (value === undefined) return unknown(id)
    const apply = (): void => {
      this.#byId.delete(id)
      this.#byAccount.get(account)?.delete(id)
    }
    return { kind: 'change', rows: [{ table: APPLICATION_TABLE, key: id, text: '' }], value, apply }
  }

  #judge(before: Application, wish: ApplicationWish, mayCall: MayCall | undefined): Judged<Application> {
    const checked = checkWebhookUrl(wish.messageUrl ?? '', mayCall)
    if (wish.messageUrl !== undefined && wish.messageUrl !== '' && checked.kind === 'mistake')
      return refused('invalid', `It must be ${checked.expected}.`, 'message_url')
    const messageUrl = checked.kind === 'url' ? checked.url : (wish.messageUrl ?? before.messageUrl)
    const details = { ...before.details, ...wish.details }
    const value: Application = { ...before, ...wish, messageUrl, details }
    if (value.name.trim() === '' || value.name.length > NAME_MAX)
      return refused('invalid', `An application has a name of 1 to ${NAME_MAX} characters.`, 'app_name')
    for (const other of this.all(value.account))
      if (other.name === value.name && other.id !== value.id)
        return refused('nameTaken', 'There is an application of that name already.', 'app_name')
    const { id, ...text } = value
    const rows = [{ table: APPLICATION_TABLE, key: id, text: JSON.stringify(text) }]
    return { kind: 'change', rows, value, apply: () => this.#put(value) }
  }

  #put(application: Application): void {
    const { id, account } = application
    this.#byId.set(id, application)
    const own = this.#byAccount.get(account) ?? new Map<string, Application>()
    this.#byAccount.set(account, own)
    own.set(id, application)
  }
}

function readApplication(id: string, text: string): Application | undefined {
  try {
    const { account, name, messageUrl, messageMethod, createdAtMs, details } = JSON.parse(text) as Partial<Application>
    if (account === undefined || name === undefined) return undefined
    return {
      ...{ id, account, name, messageUrl: messageUrl ?? '', createdAtMs: createdAtMs ?? 0, details: details ?? {} },
      messageMethod: messageMethod === 'GET' ? 'GET' : 'POST',
    }
  } catch {
    return undefined
  }
}

function unknown(id: string) {
  return refused('unknownNumber', `There is no application ${id.slice(0, 32)}.`, 'app_id')
}

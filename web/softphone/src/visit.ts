// One visit to the page: nobody is logged in, somebody tries, somebody is. The only file that knows the browser and the phone.
import { Md5 } from 'sip.js/lib/core/messages/md5.js'
import { forgetChats, loadChats, loadInstance, loadLogIn, saveChats, saveLogIn, type Storage } from './kept.js'
import { Line } from './line.js'
import { Link, type Closing } from './link.js'
import type { PageConfig } from './page-config.js'
import type { Domains } from './peer.js'
import { Softphone } from './softphone.js'
import { onlyTab, type OnlyTab } from './tabs.js'

export interface LogIn {
  readonly user: string
  readonly domain: string
  readonly server: string
  readonly secret: { readonly password: string } | { readonly ha1: string }
  readonly isRemembered: boolean
}

/** What the form begins with. */
export interface Prefill {
  readonly user: string
  readonly domain: string
  readonly server: string
  readonly isServerFixed: boolean
}

export type Phase =
  | { readonly kind: 'out'; readonly prefill: Prefill; readonly error?: string }
  | { readonly kind: 'trying'; readonly prefill: Prefill }
  | { readonly kind: 'in'; readonly phone: Softphone; readonly account: string; readonly domains: Domains }

const errors = {
  wrong: 'The user or the password is wrong.',
  locked: 'The switch does not let you in now. Wait some minutes, then try again.',
  unreachable: 'The switch cannot be reached. Look at the server address and your connection.',
  elsewhere: 'The messages were opened in another tab.',
} as const

export class Visit {
  readonly #config: PageConfig
  readonly #storage: Storage
  readonly #onChange: () => void
  #phase: Phase
  #phone: Softphone | undefined
  #tab: OnlyTab | undefined

  /** Logs in by itself where the user asked for that. */
  constructor(config: PageConfig, storage: Storage, onChange: () => void) {
    this.#config = config
    this.#storage = storage
    this.#onChange = onChange
    this.#phase = { kind: 'out', prefill: this.#prefill() }
    const kept = loadLogIn(storage)
    if (kept?.ha1 === undefined) return
    const server = config.isServerFixed ? config.server : kept.server
    this.#start({ ...kept, server, secret: { ha1: kept.ha1 }, isRemembered: true }, 'in')
  }

  get phase(): Phase {
    return this.#phase
  }

  logIn(logIn: LogIn): void {
    if (this.#phase.kind !== 'out') return
    this.#start(logIn, 'trying')
    this.#onChange()
  }

  /** @param isForgotten whether the messages go as well */
  async logOut(isForgotten: boolean): Promise<void> {
    if (this.#phase.kind !== 'in') return
    const { account } = this.#phase
    const kept = loadLogIn(this.#storage)
    if (kept !== undefined) saveLogIn(this.#storage, { user: kept.user, domain: kept.domain, server: kept.server })
    await this.#leave()
    if (isForgotten) forgetChats(this.#storage, account)
  }

  /** The user came back to the page, or the network did. */
  wake(): void {
    this.#phone?.seen()
    this.#phone?.wake()
  }

  #start(logIn: LogIn, first: 'trying' | 'in'): void {
    const { user, domain, server, secret } = logIn
    const account = `${user}@${domain}`
    const domains = { own: domain, numbers: this.#config.numbersDomain === '' ? domain : this.#config.numbersDomain }
    const instance = loadInstance(this.#storage, newUuid)
    const phone: Softphone = new Softphone(user, domains, loadChats(this.#storage, account), {
      makeLine: (lineUser) =>
        new Line((linkUser) => new Link({ server, user, domain, secret, instance }, linkUser), lineUser, pageClock),
      now: () => Date.now(),
      newId: () => randomHex(16),
      keep: (chats) => saveChats(this.#storage, account, chats),
      isSeen: () => document.visibilityState === 'visible',
      // A line that ends while it is made has no phone yet.
      onChange: () => queueMicrotask(() => this.#changed(phone, logIn, { kind: 'in', phone, account, domains })),
    })
    this.#phone = phone
    this.#tab = onlyTab(account, () => void this.#leave(errors.elsewhere, 'drop'))
    this.#phase =
      first === 'in' ? { kind: 'in', phone, account, domains } : { kind: 'trying', prefill: logInPrefill(logIn) }
  }

  #changed(phone: Softphone, logIn: LogIn, whenIn: Phase): void {
    if (phone !== this.#phone) return
    const { line } = phone.view
    if (line.kind === 'refused') return void this.#leave(errors[line.why])
    if (this.#phase.kind === 'trying') {
      if (line.kind === 'offline') return void this.#leave(errors.unreachable)
      if (line.kind === 'online') {
        const { user, domain, server } = logIn
        saveLogIn(this.#storage, { user, domain, server, ...(logIn.isRemembered && { ha1: ha1Of(logIn) }) })
        this.#phase = whenIn
      }
    }
    this.#onChange()
  }

  async #leave(error?: string, how: Closing = 'unregister'): Promise<void> {
    const phone = this.#phone
    this.#phone = undefined
    this.#tab?.close()
    const prefill = this.#phase.kind === 'trying' ? this.#phase.prefill : this.#prefill()
    this.#phase = {
      kind: 'out',
      prefill: { ...prefill, isServerFixed: this.#config.isServerFixed },
      ...(error !== undefined && { error }),
    }
    this.#onChange()
    await phone?.close(how)
  }

  #prefill(): Prefill {
    const kept = loadLogIn(this.#storage)
    const { domain, server, isServerFixed } = this.#config
    return {
      user: kept?.user ?? '',
      domain: kept?.domain ?? domain,
      server: isServerFixed ? server : (kept?.server ?? server),
      isServerFixed,
    }
  }
}

function logInPrefill({ user, domain, server }: LogIn): Prefill {
  return { user, domain, server, isServerFixed: false }
}

/** RFC 7616 §3.4.2; the realm of the switch is the domain. */
function ha1Of({ user, domain, secret }: LogIn): string {
  return 'ha1' in secret ? secret.ha1 : Md5.hashStr(`${user}:${domain}:${secret.password}`)
}

const pageClock = {
  setTimeout: (run: () => void, ms: number): unknown => window.setTimeout(run, ms),
  clearTimeout: (timer: unknown): void => window.clearTimeout(timer as number),
  chance: () => Math.random(),
}

// crypto.randomUUID is missing in pages that came over plain HTTP.
function newUuid(): string {
  const hex = randomHex(16)
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)]
  return parts.join('-')
}

function randomHex(octets: number): string {
  return [...crypto.getRandomValues(new Uint8Array(octets))].map((each) => each.toString(16).padStart(2, '0')).join('')
}

// The parameters of a new message, checked and cleaned: what the API takes, or what is wrong with which of them. Pure.

import { isDigits } from '../../message/address.js'
import { isE164Shape } from '../../phone/e164.js'
import { countSeptets } from '../../text/gsm7.js'
import { checkWebhookUrl, type MayCall } from './webhook-url.js'
import type { WebhookMethod } from './signature.js'

/** What may be shown of a message afterwards: all, nothing, its text alone, its number alone. */
const logWishes = ['true', 'false', 'content_only', 'number_only'] as const
export type LogWish = (typeof logWishes)[number]

/** India's registry of texts: kept and shown, nothing else. */
const dltNames = ['dlt_entity_id', 'dlt_template_id', 'dlt_template_category'] as const
export type Dlt = Readonly<Partial<Record<(typeof dltNames)[number], string>>>

export interface StatusUrl {
  readonly url: string
  readonly method: WebhookMethod
}

export interface MessageRequest {
  /** A number, a short code or a name; '' where a powerpack chooses. */
  readonly src: string
  /** UUID; '' where the source is named. */
  readonly powerpack: string
  /** E.164 without `+`, each once, in their order; at least one. */
  readonly to: readonly string[]
  /** As they were written. */
  readonly invalid: readonly string[]
  readonly text: string
  readonly log: LogWish
  /** Who is told of each change; undefined for nobody. */
  readonly told: StatusUrl | undefined
  readonly validityMs: number
  readonly dlt: Dlt
}

export type CheckedRequest =
  | { readonly kind: 'request'; readonly request: MessageRequest }
  /** For its sender; names the parameter. */
  | { readonly kind: 'mistake'; readonly error: string }

const TO_MAX = 1000
/** Septets, which are 11 segments of 153; an extension character has two. */
const GSM_MAX = 1600
/** UTF-16 units, which are 11 segments of 67. */
const UCS2_MAX = 737
export const EXPIRY_DEFAULT_S = 10_800
const EXPIRY_MIN_S = 5
const NUMBER_MAX_DIGITS = 14
const NAME_MAX = 11
const DLT_MAX = 64
/** The longest destination that is given back as invalid; the rest of it would say no more. */
const INVALID_SHOWN = 64

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * @param body parameters by their names, from JSON or a form: any value of any type
 * @param mayCall left out: `url` may name any address
 */
export function checkRequest(body: Readonly<Record<string, unknown>>, mayCall?: MayCall): CheckedRequest {
  const read = new Parameters(body, mayCall)
  const src = read.source()
  const powerpack = read.powerpack()
  if (src !== '' && powerpack !== '') read.mistaken('src and powerpack_uuid: give one of them, not both')
  if (src === '' && powerpack === '') read.mistaken('src or powerpack_uuid is missing')
  const { to, invalid } = read.destinations(src)
  read.type()
  const text = read.text()
  const told = read.told()
  const log = read.log()
  const validityMs = read.expirySeconds() * 1000
  const dlt = read.dlt()
  if (read.mistake !== undefined) return { kind: 'mistake', error: read.mistake }
  return { kind: 'request', request: { src, powerpack, to, invalid, text, log, told, validityMs, dlt } }
}

/** The first mistake counts. */
class Parameters {
  readonly #body: Readonly<Record<string, unknown>>
  readonly #mayCall: MayCall | undefined
  #mistake: string | undefined

  constructor(body: Readonly<Record<string, unknown>>, mayCall: MayCall | undefined) {
    this.#body = body
    this.#mayCall = mayCall
  }

  get mistake(): string | undefined {
    return this.#mistake
  }

  mistaken(error: string): void {
    this.#mistake ??= error
  }

  source(): string {
    const written = this.#word('src')
    const src = written.replace(/[^A-Za-z0-9]/g, '')
    if (written !== '' && src === '') this.mistaken('src must be a number, a short code or a name')
    else if (isDigits(src) && src.length > NUMBER_MAX_DIGITS)
      this.mistaken(`src must have ${NUMBER_MAX_DIGITS} digits at most`)
    else if (!isDigits(src) && src.length > NAME_MAX) this.mistaken(`src must have ${NAME_MAX} characters at most`)
    return src
  }

  powerpack(): string {
    const powerpack = this.#word('powerpack_uuid')
    if (powerpack !== '' && !uuid.test(powerpack)) this.mistaken('powerpack_uuid must be a UUID')
    return powerpack.toLowerCase()
  }

  destinations(src: string): Pick<MessageRequest, 'to' | 'invalid'> {
    const given = this.#body['dst']
    const written = Array.isArray(given) ? given.map(wordOf) : listed(this.#word('dst'))
    const to = new Set<string>()
    const invalid = new Set<string>()
    for (const each of written) {
      const number = each.replace(/[-/.+()\s]/g, '')
      if (number.length > NUMBER_MAX_DIGITS || !isE164Shape(number) || number === src)
        invalid.add(each.trim().slice(0, INVALID_SHOWN))
      else to.add(number)
    }
    invalid.delete('')
    if (written.length === 0) this.mistaken('dst is missing')
    else if (to.size === 0) this.mistaken('dst has no valid number; give E.164 numbers, joined by <')
    else if (to.size > TO_MAX) this.mistaken(`dst has more than ${TO_MAX} numbers`)
    return { to: [...to], invalid: [...invalid] }
  }

  type(): void {
    const type = this.#word('type').toLowerCase()
    if (type !== '' && type !== 'sms') this.mistaken('type must be sms: nothing else is supported')
    for (const name of ['media_urls', 'media_ids', 'template', 'interactive', 'location'])
      if (!isUnset(this.#body[name])) this.mistaken(`${name} is not supported: only text can be sent`)
  }

  text(): string {
    const { text } = this.#body
    if (text !== undefined && text !== null && typeof text !== 'string' && typeof text !== 'number')
      this.mistaken('text must be a text')
    const written = wordOf(text)
    if (written === '') this.mistaken('text is missing')
    // Half a pair is no character (TS 23.038 has UCS-2, phones read UTF-16).
    if (/\p{Surrogate}/u.test(written)) this.mistaken('text must be Unicode')
    const septets = countSeptets(written)
    if (septets >= 0 && septets > GSM_MAX) this.mistaken(`text must have ${GSM_MAX} characters at most`)
    if (septets < 0 && written.length > UCS2_MAX)
      this.mistaken(`text must have ${UCS2_MAX} characters at most where some are not in GSM 7 bit`)
    return written
  }

  told(): StatusUrl | undefined {
    const url = this.#word('url')
    const method = this.#word('method').toUpperCase() || 'POST'
    if (method !== 'GET' && method !== 'POST') {
      this.mistaken('method must be GET or POST')
      return undefined
    }
    if (url === '') return undefined
    const checked = checkWebhookUrl(url, this.#mayCall)
    if (checked.kind === 'url') return { url: checked.url, method }
    this.mistaken(`url must be ${checked.expected}`)
    return undefined
  }

  log(): LogWish {
    const written = this.#word('log').toLowerCase() || 'true'
    const log = logWishes.find((each) => each === written)
    if (log === undefined) this.mistaken(`log must be one of ${logWishes.join(', ')}`)
    const trackable = this.#word('trackable').toLowerCase()
    if (trackable !== '' && trackable !== 'true' && trackable !== 'false')
      this.mistaken('trackable must be true or false')
    return log ?? 'true'
  }

  expirySeconds(): number {
    const written = this.#word('message_expiry')
    if (written === '') return EXPIRY_DEFAULT_S
    const seconds = isDigits(written) && written.length <= 6 ? Number(written) : NaN
    if (!(seconds >= EXPIRY_MIN_S && seconds <= EXPIRY_DEFAULT_S))
      this.mistaken(`message_expiry must be ${EXPIRY_MIN_S} to ${EXPIRY_DEFAULT_S} seconds`)
    return seconds
  }

  dlt(): Dlt {
    const dlt: Partial<Record<keyof Dlt, string>> = {}
    for (const name of dltNames) {
      const value = this.#word(name)
      if (value.length > DLT_MAX) this.mistaken(`${name} must have ${DLT_MAX} characters at most`)
      else if (value !== '') dlt[name] = value
    }
    return dlt
  }

  /** Trimmed; '' where it is not set, which is what some clients send for that. */
  #word(name: string): string {
    const value = this.#body[name]
    if (typeof value === 'object' && value !== null) this.mistaken(`${name} must be a text`)
    return wordOf(value).trim()
  }
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** `a<b`, or a list as Python prints it, which is how its SDK sends one. */
function listed(text: string): readonly string[] {
  if (text === '') return []
  const inside = /^\[(.*)\]$/s.exec(text)?.[1]
  return inside === undefined ? text.split('<') : inside.split(',').map((each) => each.replace(/['"\s]/g, ''))
}

function isUnset(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === undefined || value === null || value === '' || value === false
}

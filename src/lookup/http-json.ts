// Any provider with an HTTP API that answers in JSON, by template: what to send and where in the answer to look.

import { validateHeaderName, validateHeaderValue } from 'node:http'
import { HttpExchange, originMistake, statusFailure } from './exchange.js'
import { networkOf, networkOfCodes, parseJson, parsePointer, truthOf, valueAt } from './json-answer.js'
import type { AskedProvider, LookupFailure, LookupResult } from './provider.js'
import { fill, unknownPlaceholders } from './template.js'

/** What makes an answer mean "this number is not known", beside a network that is null or ''. */
export interface UnknownRule {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string
  /** One of these is there; null stands for nothing there, too. */
  readonly equals: readonly (string | number | boolean | null)[]
}

/** Where the answer says it, as JSON pointers: `mccmnc`, or `mcc` and `mnc`. */
export interface AnswerPlaces {
  readonly mccmnc?: string | undefined
  readonly mcc?: string | undefined
  readonly mnc?: string | undefined
  readonly ported?: string | undefined
  readonly roaming?: string | undefined
  readonly reachable?: string | undefined
}

export interface HttpJsonOptions {
  readonly name: string
  readonly method: 'GET' | 'POST'
  /** Placeholders anywhere after the host: `https://api.example.com/v1/{number}?key={secret}`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of POST only. */
  readonly body?: string | undefined
  /** What `{secret}` stands for. */
  readonly secret: string
  readonly answer: AnswerPlaces
  readonly unknownStatuses: readonly number[]
  readonly unknownWhen: readonly UnknownRule[]
  readonly maxConnections: number
  readonly plainHttp?: boolean | undefined
  readonly ca?: string | undefined
}

/** What is wrong with one option; `value` is never a secret. */
export interface HttpJsonMistake {
  /** Such as `answer.mcc`. */
  readonly path: string
  readonly expected: string
}

/** Everything that is wrong, in the order of the options; empty when nothing is. */
export function httpJsonMistakes(options: HttpJsonOptions): readonly HttpJsonMistake[] {
  const mistakes: HttpJsonMistake[] = []
  const say = (path: string, expected: string): unknown => mistakes.push({ path, expected })

  const wrongOrigin = originMistake(originOf(options.url), options.plainHttp === true)
  if (wrongOrigin !== undefined) say('url', wrongOrigin)
  else if (!/^[\x21-\x7e]+$/.test(options.url) || options.url.includes('#')) say('url', 'a URL without spaces and #')
  checkPlaces('url', options.url)
  for (const [header, value] of Object.entries(options.headers)) {
    const path = `headers.${header}`
    checkPlaces(path, value)
    if (!isSendable(header, fill(value, { number: '1', plusNumber: '+1', secret: options.secret }, same))) {
      say(path, 'a header name and a value of printable characters')
    }
  }
  if (options.body !== undefined) {
    checkPlaces('body', options.body)
    if (options.method === 'GET') say('body', 'no body with GET')
  }
  const { answer } = options
  const isWhole = answer.mccmnc !== undefined
  if (isWhole ? answer.mcc !== undefined || answer.mnc !== undefined : !answer.mcc || !answer.mnc) {
    say('answer', 'mccmnc, or mcc and mnc')
  }
  for (const [key, pointer] of Object.entries(answer) as [string, string | undefined][]) {
    if (pointer !== undefined) checkPointer(`answer.${key}`, pointer)
  }
  options.unknownWhen.forEach((rule, i) => checkPointer(`unknownWhen[${i}].pointer`, rule.pointer))
  return mistakes

  function checkPlaces(path: string, template: string): void {
    for (const word of unknownPlaceholders(template)) say(path, `{number}, {plusNumber} or {secret}, not {${word}}`)
  }
  function checkPointer(path: string, pointer: string): void {
    if (parsePointer(pointer) === undefined) say(path, 'a JSON pointer such as /data/mcc')
  }
}

/** Throws RangeError where `httpJsonMistakes` finds something. */
export function httpJson(options: HttpJsonOptions): AskedProvider {
  const [mistake] = httpJsonMistakes(options)
  if (mistake !== undefined) throw new RangeError(`${options.name}: ${mistake.path} expects ${mistake.expected}`)
  const origin = originOf(options.url)
  const { name } = options
  const exchange = new HttpExchange({ ...options, origin })
  const path = options.url.slice(origin.length)
  const read = answerReader(options)
  return {
    kind: 'asked',
    name,
    async lookup(number, signal) {
      const values = { number, plusNumber: `+${number}`, secret: options.secret }
      const answer = await exchange.send(
        {
          method: options.method,
          path: pathFrom(fill(path, values, encodeURIComponent)),
          headers: Object.fromEntries(
            Object.entries(options.headers).map(([header, value]) => [header, fill(value, values, same)]),
          ),
          body: options.body === undefined ? undefined : fill(options.body, values, insideJsonText),
        },
        signal,
      )
      if (answer.kind !== 'exchanged') return answer
      if (options.unknownStatuses.includes(answer.status)) {
        return { kind: 'unknown', text: `${name}: HTTP ${answer.status}` }
      }
      if (answer.status < 200 || answer.status > 299) return statusFailure(name, answer.status)
      return read(answer.body)
    },
    close: () => exchange.close(),
  }
}

/** Reads answers of 2xx. Exported so that `check-config` and tests can try an answer without a provider. */
export function answerReader(
  options: Pick<HttpJsonOptions, 'name' | 'answer' | 'unknownWhen'>,
): (body: string) => LookupResult {
  const { name } = options
  const tokens = (pointer: string | undefined): readonly string[] | undefined =>
    pointer === undefined ? undefined : parsePointer(pointer)
  const [mccmnc, mcc, mnc] = [options.answer.mccmnc, options.answer.mcc, options.answer.mnc].map(tokens)
  const [ported, roaming, reachable] = [options.answer.ported, options.answer.roaming, options.answer.reachable].map(
    tokens,
  )
  const rules = options.unknownWhen.map(({ pointer, equals }) => ({ tokens: tokens(pointer) ?? [], pointer, equals }))

  return (body) => {
    const document = parseJson(body)
    if (document === undefined) return garbage('the answer is no JSON object or list')
    for (const rule of rules) {
      const value = valueAt(document, rule.tokens) ?? null
      if (rule.equals.some((one) => one === value)) return { kind: 'unknown', text: `${name}: by ${rule.pointer}` }
    }
    const at = (where: readonly string[] | undefined): unknown =>
      where === undefined ? undefined : valueAt(document, where)
    const codes = mccmnc === undefined ? [at(mcc), at(mnc)] : [at(mccmnc)]
    // Null says that it is not known. Nothing there at all says that this is not the answer we know how to read.
    if (codes.includes(undefined)) return garbage('there is no network code where it should be')
    const network = codes.length === 1 ? networkOf(codes[0]) : networkOfCodes(codes[0], codes[1])
    if (network === undefined) return garbage('what should be a network code is none')
    if (network === 'none') return { kind: 'unknown', text: `${name}: no network` }
    return {
      kind: 'network',
      network,
      ported: truthOf(at(ported)),
      roaming: truthOf(at(roaming)),
      reachable: truthOf(at(reachable)),
    }
  }

  function garbage(text: string): LookupFailure {
    return { kind: 'garbage', text: `${name}: ${text}`, faultOf: 'provider' }
  }
}

// The host takes no placeholder: nothing that comes from a message may choose whom we ask.
function originOf(url: string): string {
  return /^https?:\/\/[^/?]*/.exec(url)?.[0] ?? url
}

function pathFrom(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`
}

function same(value: string): string {
  return value
}

function insideJsonText(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}

function isSendable(header: string, value: string): boolean {
  try {
    validateHeaderName(header)
    validateHeaderValue(header, value)
    return true
  } catch {
    return false
  }
}

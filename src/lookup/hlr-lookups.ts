// The provider hlr-lookups.com, REST API v2 (https://www.hlr-lookups.com/en/api-docs): signs, asks, reads the answer.

import { createHmac } from 'node:crypto'
import { HttpExchange, statusFailure } from './exchange.js'
import { networkOf, networkOfCodes, parseJson, quoted, truthOf } from './json-answer.js'
import type { AskedProvider, LookupFailure, LookupResult } from './provider.js'

export interface HlrLookupsOptions {
  readonly name: string
  readonly key: string
  readonly secret: string
  /** hlr: live status too. mnp: porting only, cheaper. */
  readonly service: 'hlr' | 'mnp'
  readonly maxConnections: number
  /** Another origin than the provider's own, for tests and proxies. */
  readonly origin?: string | undefined
  readonly plainHttp?: boolean | undefined
  readonly ca?: string | undefined
}

const ORIGIN = 'https://www.hlr-lookups.com'
const BASE = '/api/v2'

/** The one that can also be asked whether key and secret are right. */
export interface HlrLookups extends AskedProvider {
  /** GET /auth-test, which costs nothing. undefined: all is well. */
  test(signal: AbortSignal): Promise<LookupFailure | undefined>
}

/**
 * X-Digest-Signature: hex HMAC-SHA256 over path, timestamp, method and body. The path is that of the endpoint alone,
 * without `/api/v2`: so the provider's own client signs it.
 * @param timestamp seconds since 1970
 */
export function signature(secret: string, endpoint: string, timestamp: number, method: string, body: string): string {
  return createHmac('sha256', secret).update(`${endpoint}${timestamp}${method}${body}`).digest('hex')
}

/**
 * Throws RangeError for a key or secret that can't be sent, and for an origin that is none.
 * @param wallMs for the timestamp of the signature
 */
export function hlrLookups(options: HlrLookupsOptions, wallMs: () => number): HlrLookups {
  const { name, key, secret } = options
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) throw new RangeError(`${name}: the key is 1 to 200 printable characters`)
  if (secret === '') throw new RangeError(`${name}: the secret is empty`)
  const exchange = new HttpExchange({ ...options, origin: options.origin ?? ORIGIN })
  const endpoint = `/${options.service}-lookup`
  const read = options.service === 'hlr' ? readHlr : readMnp

  const headers = (path: string, method: string, body: string): Record<string, string> => {
    const timestamp = Math.floor(wallMs() / 1000)
    return {
      'x-digest-key': key,
      'x-digest-timestamp': String(timestamp),
      'x-digest-signature': signature(secret, path, timestamp, method, body),
    }
  }

  return {
    kind: 'asked',
    name,
    async lookup(number, signal) {
      const body = JSON.stringify({ msisdn: `+${number}` })
      const answer = await exchange.send(
        {
          method: 'POST',
          path: BASE + endpoint,
          headers: { 'content-type': 'application/json', ...headers(endpoint, 'POST', body) },
          body,
        },
        signal,
      )
      if (answer.kind !== 'exchanged') return answer
      if (answer.status !== 200) return statusFailure(name, answer.status)
      const fields = parseJson(answer.body) as Fields | undefined
      if (fields === undefined || Array.isArray(fields)) return garbage(name, 'the answer is no JSON object')
      // Whatever stands between us may mix answers up: one for another number would cost somebody else's price.
      const { msisdn } = fields
      if (typeof msisdn !== 'string' || msisdn.replace(/^\+/, '') !== number) {
        return garbage(name, 'the answer is for another number')
      }
      return read(name, fields)
    },
    async test(signal) {
      const path = '/auth-test'
      const answer = await exchange.send(
        { method: 'GET', path: BASE + path, headers: headers(path, 'GET', '') },
        signal,
      )
      if (answer.kind !== 'exchanged') return answer
      return answer.status === 200 ? undefined : { ...statusFailure(name, answer.status), faultOf: 'provider' }
    },
    close: () => exchange.close(),
  }
}

type Fields = Readonly<Record<string, unknown>>

function readHlr(name: string, fields: Fields): LookupResult {
  const { connectivity_status: status, processing_status: processing } = fields
  if (typeof processing === 'string' && processing !== 'COMPLETED') {
    return { kind: 'refused', text: `${name}: processing_status ${quoted(processing)}`, faultOf: 'number' }
  }
  switch (status) {
    case 'CONNECTED':
      return readNetwork(name, fields, true)
    case 'ABSENT':
      return readNetwork(name, fields, false)
    case 'UNDETERMINED':
      // The status is not known, the network may be: it is what routes and prices.
      return readNetwork(name, fields, undefined)
    case 'INVALID_MSISDN':
      return { kind: 'unknown', text: `${name}: ${status}${errorCode(fields)}` }
    default:
      return garbage(name, `connectivity_status ${quoted(status)}`)
  }
}

function readMnp(name: string, fields: Fields): LookupResult {
  const status = fields['query_status']
  if (status === 'OK') return readNetwork(name, fields, undefined)
  if (typeof status !== 'string') return garbage(name, `query_status ${quoted(status)}`)
  return { kind: 'unknown', text: `${name}: query_status ${quoted(status)}${errorCode(fields)}` }
}

function readNetwork(name: string, fields: Fields, reachable: boolean | undefined): LookupResult {
  const codes = networkOfCodes(fields['mcc'], fields['mnc'])
  const network = codes === 'none' ? networkOf(fields['mccmnc']) : codes
  if (network === undefined) return garbage(name, 'mcc, mnc or mccmnc are no network codes')
  if (network === 'none') return { kind: 'unknown', text: `${name}: no network${errorCode(fields)}` }
  return {
    kind: 'network',
    network,
    ported: truthOf(fields['is_ported']),
    roaming: truthOf(fields['is_roaming']),
    reachable,
  }
}

function errorCode(fields: Fields): string {
  const code = fields['error_code']
  return code === null || code === undefined ? '' : `, error_code ${quoted(code)}`
}

function garbage(name: string, text: string): LookupFailure {
  return { kind: 'garbage', text: `${name}: ${text}`, faultOf: 'provider' }
}

// The signatures by which a receiver knows that a webhook is ours: Plivo's V2 and V3, each with the token of the account and with
// that of its main account. Pure.

import { createHmac } from 'node:crypto'
import { parse } from 'node:querystring'

export type WebhookMethod = 'GET' | 'POST'

/** Names and values as the receiver decodes them, in the order in which they are sent. */
export type Fields = readonly (readonly [name: string, value: string])[]

/** What a request says. */
export interface Signed {
  readonly method: WebhookMethod
  /** From checkWebhookUrl, without the fields. */
  readonly url: string
  readonly fields: Fields
}

export interface Tokens {
  /** Of the account that is told. */
  readonly token: string
  /** Of its main account; its own where it is one. */
  readonly mainToken: string
}

/** @param nonce unlike any other, printable ASCII */
export function signatureHeaders(signed: Signed, { token, mainToken }: Tokens, nonce: string): Record<string, string> {
  const text2 = baseV2(signed.url) + nonce
  const text3 = `${baseV3(signed)}.${nonce}`
  const v2 = sign(token, text2)
  const v3 = sign(token, text3)
  const isMain = token === mainToken
  return {
    'X-Plivo-Signature-V2': v2,
    'X-Plivo-Signature-Ma-V2': isMain ? v2 : sign(mainToken, text2),
    'X-Plivo-Signature-V2-Nonce': nonce,
    'X-Plivo-Signature-V3': v3,
    'X-Plivo-Signature-Ma-V3': isMain ? v3 : sign(mainToken, text3),
    'X-Plivo-Signature-V3-Nonce': nonce,
  }
}

/** The URL without its query: V2 covers nothing else. */
function baseV2(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** All of the request. Names and values stand decoded and sorted, so it is the same for whoever parsed them. */
export function baseV3({ method, url, fields }: Signed): string {
  const query = pairsOfQuery(url)
  const inBody = method === 'POST' ? sorted(fields) : []
  const inQuery = sorted(method === 'POST' ? query : [...query, ...fields])
  let base = baseV2(url)
  if (inQuery.length > 0 || inBody.length > 0) base += '?'
  base += inQuery.map(([name, value]) => `${name}=${value}`).join('&')
  if (inQuery.length > 0 && inBody.length > 0) base += '.'
  for (const [name, value] of inBody) base += name + value
  return base
}

type Pair = readonly [name: string, value: string]

function pairsOfQuery(url: string): readonly Pair[] {
  const query = url.indexOf('?')
  if (query < 0) return []
  // Not URLSearchParams: receivers use the older parser, and they differ in what has no name.
  return Object.entries(parse(url.slice(query + 1), '&', '=', { maxKeys: 0 })).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((each): Pair => [name, each]),
  )
}

/** By name, then by value, each by UTF-16 units as receivers sort. */
function sorted(pairs: readonly Pair[]): readonly Pair[] {
  return [...pairs].sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function sign(token: string, text: string): string {
  return createHmac('sha256', token).update(text).digest('base64')
}

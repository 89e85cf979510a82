// Signatures as the real SDK of our customers checks them.
import fc from 'fast-check'
import plivo from 'plivo'
import { describe, expect, it } from 'vitest'
import { baseV3, type Fields, signatureHeaders, type WebhookMethod } from './signature.js'
import { checkWebhookUrl, endpointOf } from './webhook-url.js'

const token = 'sub0account0token'
const mainToken = 'main0account0token'
const nonce = '05429567804466091622'

/** What the receiver of a request does: it has its whole URL, and the fields of its body. */
function check(method: WebhookMethod, url: string, fields: Fields, by: 'v2' | 'v3' | 'ma-v2' | 'ma-v3'): boolean {
  const headers = signatureHeaders({ method, url, fields }, { token, mainToken }, nonce)
  const key = by.startsWith('ma') ? mainToken : token
  const query = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString()
  const seen = method === 'GET' && query !== '' ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url
  const body = method === 'POST' ? Object.fromEntries(fields) : {}
  switch (by) {
    case 'v2':
      return plivo.validateSignature(seen, nonce, headers['X-Plivo-Signature-V2']!, key).valueOf()
    case 'ma-v2':
      return plivo.validateSignature(seen, nonce, headers['X-Plivo-Signature-Ma-V2']!, key).valueOf()
    case 'v3':
      return plivo.validateV3Signature(method, seen, nonce, key, headers['X-Plivo-Signature-V3']!, body).valueOf()
    case 'ma-v3':
      return plivo.validateV3Signature(method, seen, nonce, key, headers['X-Plivo-Signature-Ma-V3']!, body).valueOf()
  }
}

const all = ['v2', 'ma-v2', 'v3', 'ma-v3'] as const
const fields: Fields = [
  ['MessageUUID', 'b2bf7c4a-0000-8000-8000-0123456789ab'],
  ['From', '14155550100'],
  ['To', '14155550101'],
  ['Text', 'Hi there, 50% & more = ünïcode € 😀'],
  ['ErrorCode', ''],
]

describe('the signatures of a webhook', () => {
  it.each([
    ['POST', 'https://example.com/cb'],
    ['POST', 'https://example.com/cb?b=2&a=1'],
    ['POST', 'http://127.0.0.1:8080/a//b/?x'],
    ['POST', 'https://example.com/'],
    ['POST', 'https://example.com/?a=%C3%A9+e&a=b&%20=1'],
    ['GET', 'https://example.com/cb'],
    ['GET', 'https://example.com/cb?x=1'],
    ['GET', 'https://example.com/cb?To=b&To=a&x=%2B1'],
  ] as const)('are accepted by the SDK: %s %s', (method, url) => {
    for (const by of all) expect([by, check(method, url, fields, by)]).toEqual([by, true])
  })

  it('are accepted where the customer wrote a URL without a path, with a port or a fragment', () => {
    for (const written of ['https://example.com', 'https://EXAMPLE.com:443/cb#x', 'http://exämple.com:80/ü?ü']) {
      const checked = checkWebhookUrl(written)
      if (checked.kind !== 'url') throw new Error(written)
      for (const by of all) expect([written, by, check('POST', checked.url, fields, by)]).toEqual([written, by, true])
    }
  })

  it('are accepted whatever the fields and the query say', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 8, unit: 'binary' })
      .filter((text) => Buffer.from(text).toString() === text)
    const name = word.filter((text) => text !== '__proto__')
    const named = fc.uniqueArray(fc.tuple(name, word), { maxLength: 6, selector: ([key]) => key })
    fc.assert(
      fc.property(fc.constantFrom<WebhookMethod>('GET', 'POST'), named, named, (method, query, body) => {
        const search = new URLSearchParams(query).toString()
        const checked = checkWebhookUrl(`https://example.com/x${search === '' ? '' : `?${search}`}`)
        return checked.kind === 'url' && all.every((by) => check(method, checked.url, body, by))
      }),
      { numRuns: 300 },
    )
  })

  it('cover the fields', () => {
    const headers = signatureHeaders({ method: 'POST', url: 'https://e.com/', fields }, { token, mainToken }, nonce)
    const changed = { ...Object.fromEntries(fields), Text: 'Hi' }
    const v3 = headers['X-Plivo-Signature-V3']!
    expect(plivo.validateV3Signature('POST', 'https://e.com/', nonce, token, v3, changed)).toBe(false)
    expect(plivo.validateV3Signature('POST', 'https://e.com/', nonce, mainToken, v3, Object.fromEntries(fields))).toBe(
      false,
    )
  })

  it('are made of a text that sorts', () => {
    const post = (url: string, body: Fields): string => baseV3({ method: 'POST', url, fields: body })
    expect(post('https://example.com/cb?b=2&a=1', [['Z', '1'], ['A', '2']])).toBe('https://example.com/cb?a=1&b=2.A2Z1') // prettier-ignore
    expect(post('https://example.com/cb', [])).toBe('https://example.com/cb')
    expect(baseV3({ method: 'GET', url: 'https://example.com/cb?x=1', fields: [['To', '2'], ['From', '1']] })).toBe('https://example.com/cb?From=1&To=2&x=1') // prettier-ignore
  })
})

describe('a URL for webhooks', () => {
  it.each([
    'ftp://example.com/',
    'example.com',
    '/cb',
    'https://user@example.com/',
    'https://user:pw@example.com/',
    'https://example.com/%',
    'https://example.com/?a=%ff',
    'https://',
    'javascript:alert(1)',
    `https://example.com/${'a'.repeat(2048)}`,
    `https://example.com/${'ü'.repeat(1000)}`,
    '',
  ])('is not %s', (url) => {
    expect(checkWebhookUrl(url).kind).toBe('mistake')
  })

  it('belongs to the endpoint of its origin', () => {
    expect(endpointOf('https://example.com/a?b')).toMatch(/^[0-9a-f]{16}$/)
    expect(endpointOf('https://example.com/a?b')).toBe(endpointOf('https://example.com/c'))
    expect(endpointOf('https://example.com/')).not.toBe(endpointOf('http://example.com/'))
    expect(endpointOf('https://example.com/')).not.toBe(endpointOf('https://example.com:8443/'))
  })
}).valueOf()

// Templates: what is checked before a request, and what answers mean. Requests themselves: provider-http.test.ts.
import { describe, expect, it } from 'vitest'
import { answerReader, type AnswerPlaces, type HttpJsonOptions, httpJson, httpJsonMistakes } from './http-json.js'
import { parsePointer, valueAt } from './json-answer.js'

const options: HttpJsonOptions = {
  name: 'tmpl',
  method: 'GET',
  url: 'https://api.example.com/v1/{number}?key={secret}',
  headers: { authorization: 'Bearer {secret}' },
  secret: 's3cret',
  answer: { mccmnc: '/mccmnc' },
  unknownStatuses: [404],
  unknownWhen: [],
  maxConnections: 1,
}

describe('the template of a provider', () => {
  it('has no mistakes when it is right', () => {
    expect(httpJsonMistakes(options)).toEqual([])
    expect(httpJsonMistakes({ ...options, method: 'POST', body: '{"msisdn":"{plusNumber}"}' })).toEqual([])
  })

  const bad: readonly (readonly [Partial<HttpJsonOptions>, path: string])[] = [
    [{ url: 'https://{number}.example.com/' }, 'url'],
    [{ url: 'https://user:pw@example.com/' }, 'url'],
    [{ url: 'http://example.com/' }, 'url'],
    [{ url: 'ftp://example.com/', plainHttp: true }, 'url'],
    [{ url: 'https://example.com/a b' }, 'url'],
    [{ url: 'https://example.com/{msisdn}' }, 'url'],
    [{ headers: { 'x y': '1' } }, 'headers.x y'],
    [{ headers: { key: '{secret}' }, secret: 'a\r\nb' }, 'headers.key'],
    [{ headers: { key: '{token}' } }, 'headers.key'],
    [{ body: '{}' }, 'body'],
    [{ answer: {} }, 'answer'],
    [{ answer: { mcc: '/mcc' } }, 'answer'],
    [{ answer: { mccmnc: '/a', mcc: '/b', mnc: '/c' } }, 'answer'],
    [{ answer: { mccmnc: 'mccmnc' } }, 'answer.mccmnc'],
    [{ answer: { mccmnc: '/a~2' } }, 'answer.mccmnc'],
    [{ unknownWhen: [{ pointer: 'x', equals: [1] }] }, 'unknownWhen[0].pointer'],
  ]
  it.each(bad)('%j is a mistake', (wrong, path) => {
    const mistakes = httpJsonMistakes({ ...options, ...wrong })
    expect(mistakes.map((mistake) => mistake.path)).toEqual([path])
    expect(() => httpJson({ ...options, ...wrong })).toThrow(RangeError)
    expect(JSON.stringify(mistakes)).not.toContain('s3cret')
  })
})

describe('a pointer', () => {
  it.each([
    ['/a/0/b', { a: [{ b: 1 }] }, 1],
    ['/a~1b/~0', { 'a/b': { '~': 2 } }, 2],
    ['/', { '': 3 }, 3],
    ['/length', [1, 2], undefined],
    ['/00', [1], undefined],
    ['/__proto__', {}, undefined],
    ['/toString', {}, undefined],
    ['/a/b', { a: null }, undefined],
  ])('%s', (pointer, document, value) => {
    expect(valueAt(document, parsePointer(pointer) ?? [])).toEqual(value)
  })
})

describe('an answer', () => {
  const whole: AnswerPlaces = { mccmnc: '/n', ported: '/p', roaming: '/r', reachable: '/on' }
  const split: AnswerPlaces = { mcc: '/d/0/mcc', mnc: '/d/0/mnc' }
  const network = (mcc: string, mnc: string) => ({ kind: 'network', network: { mcc, mnc } })
  const unknown = { kind: 'unknown' }
  const garbage = { kind: 'garbage', faultOf: 'provider' }

  it.each([
    [whole, '{"n":"310260","p":true,"r":"no","on":1}', { ...network('310', '260'), ported: true, roaming: false }],
    [whole, '{"n":310260}', { ...network('310', '260'), ported: undefined, reachable: undefined }],
    [whole, '{"n":"262-01","p":"perhaps"}', { ...network('262', '01'), ported: undefined }],
    [whole, '{"n":"E.212-310-004"}', network('310', '004')],
    [whole, '{"n":null}', unknown],
    [whole, '{"n":""}', unknown],
    [whole, '{"status":"none","n":"310260"}', unknown],
    [whole, '{}', garbage],
    [whole, '{"n":"31026x"}', garbage],
    [whole, '{"n":[310260]}', garbage],
    [whole, '{"n":-1}', garbage],
    [whole, '"310260"', garbage],
    [whole, '<html>', garbage],
    [whole, '', garbage],
    [split, '{"d":[{"mcc":"310","mnc":"04"}]}', network('310', '04')],
    [split, '{"d":[{"mcc":310,"mnc":4}]}', network('310', '04')],
    [split, '{"d":[{"mcc":"310","mnc":null}]}', unknown],
    [split, '{"d":[]}', garbage],
    [split, '{"d":[{"mcc":"3102","mnc":"60"}]}', garbage],
  ])('%j reads %s', (answer, body, expected) => {
    const read = answerReader({ name: 'tmpl', answer, unknownWhen: [{ pointer: '/status', equals: ['none'] }] })
    expect(read(body)).toMatchObject(expected)
  })

  it('may say by absence that a number is unknown', () => {
    const read = answerReader({ name: 'tmpl', answer: whole, unknownWhen: [{ pointer: '/n', equals: [null] }] })
    expect(read('{}')).toMatchObject(unknown)
  })
})

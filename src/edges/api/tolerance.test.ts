// What clients send that is not quite right is taken as they mean it.
import { Agent, request } from 'node:http'
import { Type } from '@sinclair/typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiRig, main, type Answered } from './server-rig.suite.js'
import { normalUrl, readerOf } from './tolerance.js'

const rig = new ApiRig()
const numbers = ['14155550101', '14155550102', '15105550103', '12125550104']
let pack: string
let pool: string

beforeAll(async () => {
  await rig.start()
  await rig.stock([...numbers, '444444', '18005550105', '14155550106'], { account: main.account })
  await rig.stock(['13105550201'])
  const { body } = await rig.call('POST', '/Powerpack/', { body: { name: 'pack' } })
  pack = body['uuid'] as string
  pool = (body['number_pool'] as string).split('/')[5]!
  for (const number of numbers) await rig.call('POST', `/NumberPool/${pool}/Number/${number}/`)
  await rig.call('POST', `/NumberPool/${pool}/Shortcode/444444/`)
  await rig.call('POST', `/NumberPool/${pool}/Tollfree/18005550105/`)
})

afterAll(async () => {
  await rig.stop()
  expect(rig.faults).toEqual([])
})

const total = ({ body }: Answered): unknown => (body['meta'] as { readonly total_count: number }).total_count
const withBody = { 'content-type': 'application/json' }

/** Each with what comes of it. */
const quirks: readonly (readonly [what: string, call: () => Promise<Answered>, expected: (got: Answered) => void])[] = [
  [
    'doubled slashes in paths',
    () => rig.call('GET', `/NumberPool//${pool}/Number//?starts_with=1415&?search=hack`),
    (got) => expect(total(got)).toBe(2),
  ],
  [
    'doubled slashes at the end',
    () => rig.call('GET', `/Powerpack/${pack}//`),
    ({ body }) => expect(body['uuid']).toBe(pack),
  ],
  [
    'a second ? in the query',
    () => rig.call('GET', `/NumberPool/${pool}/Number/?type=fixed&limit=2&?search=hack`),
    ({ body }) => expect(body['objects']).toHaveLength(2),
  ],
  [
    'a query that begins with a second ?',
    () => rig.call('GET', `/NumberPool/${pool}/Number/?&?search=hack`),
    (got) => expect(total(got)).toBe(5),
  ],
  [
    'a DELETE with an empty JSON text',
    () => rig.call('DELETE', `/NumberPool/${pool}/Number/${numbers[3]}/`, { body: '""' }),
    ({ body }) => expect(body['response']).toBe('success'),
  ],
  [
    'a DELETE that says JSON and has none',
    () => rig.call('DELETE', `/NumberPool/${pool}/Shortcode/555555/`, { headers: withBody }),
    ({ status }) => expect(status).toBe(404),
  ],
  [
    'booleans as texts',
    async () => {
      await rig.call('POST', `/NumberPool/${pool}/Number/14155550106/`, { body: { rent: 'false' } })
      return rig.call('DELETE', `/NumberPool/${pool}/Number/14155550106/`, { body: { unrent: 'false' } })
    },
    ({ status }) => {
      expect(status).toBe(200)
      expect(rig.ports.powerpacks.book.numbers.get('14155550106')?.account).toBe(main.account)
    },
  ],
  [
    'booleans as texts in capitals',
    () => rig.call('POST', `/NumberPool/${pool}/Number/13105550201/`, { body: { rent: 'True' } }),
    ({ body }) => expect(body['number']).toBe('13105550201'),
  ],
  [
    'a parameter stuck to the path',
    () => rig.call('GET', `/NumberPool/${pool}/Shortcode/444444/&service=sms`),
    ({ body }) => expect(body['shortcode']).toBe('444444'),
  ],
  [
    'the same, that makes a difference',
    () => rig.call('GET', `/NumberPool/${pool}/Tollfree/18005550105/&service=mms`),
    ({ status }) => expect(status).toBe(404),
  ],
  ['no slash at the end', () => rig.call('GET', `/Powerpack/${pack}`), ({ body }) => expect(body['uuid']).toBe(pack)],
  [
    "'' for what is not given",
    () => rig.call('POST', `/Powerpack/${pack}/`, { body: { application_type: '', application_id: '', name: null } }),
    ({ body }) => expect([body['name'], body['application_id']]).toEqual(['pack', '']),
  ],
  [
    'a raw comma in a list',
    () => rig.call('GET', `/NumberPool/${pool}/Number/?starts_with=415,510`),
    (got) => expect(total(got)).toBe(3),
  ],
  [
    'both names of a country',
    () => rig.call('GET', '/PhoneNumber/?country_iso2=US&country_iso=US&service=sms'),
    ({ status }) => expect(status).toBe(200),
  ],
  [
    'the other name of a country alone',
    () => rig.call('GET', '/PhoneNumber/?country_iso2=us'),
    ({ status }) => expect(status).toBe(200),
  ],
  [
    'the + of a number',
    () => rig.call('GET', `/NumberPool/${pool}/Number/+14155550101/`),
    ({ body }) => expect(body['number']).toBe('14155550101'),
  ],
  [
    'a form in place of JSON',
    () =>
      rig.call('POST', `/Powerpack/${pack}/`, {
        body: 'local_connect=false',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    ({ body }) => expect(body['local_connect']).toBe(false),
  ],
  [
    'a form that names each of several by itself',
    () =>
      rig.call('POST', '/Number/', {
        body: 'numbers=19995550101&numbers=19995550102&carrier=x',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    ({ body }) => expect(body['numbers']).toHaveLength(2),
  ],
]

/** Each with what is said to be wrong. */
const mistakes: readonly (readonly [method: string, path: () => string, body: unknown, error: string])[] = [
  ['POST', () => '/Powerpack/', {}, 'name: expects'],
  ['POST', () => '/Powerpack/', { name: ' ' }, 'name: '],
  ['POST', () => '/Powerpack/', { name: 'pack' }, 'name: There is a powerpack of that name already.'],
  ['POST', () => '/Powerpack/', { name: 'x', sticky_sender: 'perhaps' }, 'sticky_sender: expects true or false'],
  ['POST', () => '/Powerpack/', { name: 'x', application_type: 'html' }, 'application_type: expects xml or phlo'],
  [
    'POST',
    () => '/Powerpack/',
    { name: 'x', application_id: '1', application_type: 'xml' },
    'application_id: There is',
  ],
  ['POST', () => '/Powerpack/', { name: 'x', number_priority: 'US' }, 'number_priority: expects'],
  [
    'POST',
    () => '/Powerpack/',
    { name: 'x', number_priority: [{ country_iso: 'FR', service_type: 'SMS', priority: {} }] },
    'number_priority: expects',
  ],
  ['GET', () => '/Powerpack/?limit=21', undefined, 'limit: expects a whole number from 1 to 20'],
  ['GET', () => '/Powerpack/?offset=-1', undefined, 'offset: expects'],
  ['GET', () => '/Powerpack/?limit=1&limit=2', undefined, 'limit: expects'],
  ['GET', () => `/NumberPool/${pool}/Number/?starts_with=1,2,3,4,5,6,7,8,9,10,11`, undefined, 'starts_with: expects'],
  ['GET', () => `/NumberPool/${pool}/Number/?type=fax`, undefined, 'type: expects'],
  ['GET', () => `/NumberPool/${pool}/Number/?service=fax`, undefined, 'service: expects sms or mms'],
  ['GET', () => '/PhoneNumber/', undefined, 'country_iso: expects'],
  ['GET', () => '/PhoneNumber/?country_iso=USA', undefined, 'country_iso: expects'],
  ['POST', () => '/Number/', { numbers: 'abc', carrier: 'c', region: 'r' }, 'numbers: abc is no number.'],
]

describe('what clients get wrong and mean right', () => {
  it.each(quirks)('%s', async (_what, call, expected) => {
    expected(await call())
  })
})

describe('what is wrong', () => {
  it.each(mistakes)('%s %s %j: %s', async (method, path, body, error) => {
    const got = await rig.call(method, path(), { body })
    expect([got.status, got.body['error']]).toEqual([400, expect.stringContaining(error)])
  })
})

it('puts URLs in order, and orderly ones stay as they are', () => {
  expect(normalUrl('/a//b///c')).toBe('/a/b/c/')
  expect(normalUrl('/a/&x=1')).toBe('/a/?x=1')
  expect(normalUrl('/a&x=1?y=2')).toBe('/a/?x=1&y=2')
  expect(normalUrl('/a?u=http://b//c&?d')).toBe('/a/?u=http://b//c&?d')
  for (const url of ['/', '/a/', '/a/b/?x=1&y=%2F%2F']) expect(normalUrl(url)).toBe(url)
})

it('reads a body by its schema and nothing else of it', () => {
  const read = readerOf(Type.Object({ text: Type.Optional(Type.String()), whole: Type.Optional(Type.Integer()) }))
  expect(read({ text: 415, whole: '3', more: 1, __proto__: { text: 'x' } })).toEqual({
    value: { text: '415', whole: 3 },
  })
  expect(read(JSON.parse('{"__proto__":{"whole":1},"text":"a"}'))).toEqual({ value: { text: 'a' } })
  expect([read(undefined), read(null), read(''), read({})]).toEqual(Array(4).fill({ value: {} }))
  expect(read('text')).toHaveProperty('error')
})

it('lets a GET have a body, and goes on with the connection', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const get = (body: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Basic ${Buffer.from(`${main.authId}:${main.token}`).toString('base64')}`,
        'content-type': 'application/json',
        'content-length': body.length,
      }
      const sent = request(`${rig.urlOf(main)}/Powerpack/${pack}/`, { agent, headers }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode))
      })
      sent.once('error', reject).end(body)
    })
  expect([await get('""'), await get('{}'), await get(''), await get('{'), await get('""')]).toEqual(Array(5).fill(200))
  agent.destroy()
})

// The door of the HTTP API: who comes in, how often, how errors look.
import { afterEach, describe, expect, it } from 'vitest'
import { StoreError } from '../../store/contracts/store.js'
import { ApiRig, main, other, sub } from './server-rig.suite.js'

const rigs: ApiRig[] = []
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

async function started(...options: ConstructorParameters<typeof ApiRig>): Promise<ApiRig> {
  const rig = await new ApiRig(...options).start()
  rigs.push(rig)
  return rig
}

afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.stop()
    expect(rig.faults).toEqual([])
  }
})

describe('the door of the HTTP API', () => {
  it('lets in who has the token of the account, or of its main account', async () => {
    const rig = await started()
    const statusOf = async (as: typeof main, path: string): Promise<number> =>
      (await rig.call('GET', `/v1/Account/${path}/Powerpack/`, { as, raw: true })).status
    expect(await statusOf(main, main.authId)).toBe(200)
    expect(await statusOf(sub, sub.authId)).toBe(200)
    expect(await statusOf(main, sub.authId)).toBe(200)
    expect(await statusOf(sub, main.authId)).toBe(401)
    expect(await statusOf(main, other.authId)).toBe(401)
    expect(await statusOf(main, 'MA00000000000000000')).toBe(401)
    expect(await statusOf({ ...main, token: 'wrong' }, main.authId)).toBe(401)
    expect(await statusOf({ ...main, token: '' }, main.authId)).toBe(401)
    expect(await statusOf({ ...main, authId: 'nobody', token: '' }, 'nobody')).toBe(401)
  })

  it('says in each answer which it was, and of an error why', async () => {
    const rig = await started()
    const { status, body, headers } = await rig.call('GET', '/Powerpack/', { headers: { authorization: 'Bearer x' } })
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain('Basic')
    expect(body).toEqual({
      api_id: expect.stringMatching(uuid) as string,
      error: 'authenticate with your auth id and auth token',
    })
    const missing = await rig.call('GET', '/Nothing/', {})
    expect([missing.status, missing.body['api_id']]).toEqual([404, expect.stringMatching(uuid)])
    const elsewhere = await rig.call('GET', '/v2/', { raw: true })
    expect([elsewhere.status, elsewhere.body['api_id']]).toEqual([404, expect.stringMatching(uuid)])
    const method = await rig.call('PUT', '/Powerpack/', { body: {} })
    expect([method.status, method.headers.get('allow'), method.body['api_id']]).toEqual([
      405,
      expect.stringContaining('POST'),
      expect.stringMatching(uuid),
    ])
    const broken = await rig.call('POST', '/Powerpack/', { body: '{' })
    expect([broken.status, broken.body['error']]).toEqual([400, 'the body is no JSON'])
    const array = await rig.call('POST', '/Powerpack/', { body: '[1]' })
    expect([array.status, array.body['error']]).toEqual([400, 'the body is no JSON object'])
    const long = await rig.call('POST', '/Powerpack/', { body: { name: 'n'.repeat(2_000_000) } })
    expect([long.status, long.body['api_id']]).toEqual([413, expect.stringMatching(uuid)])
    const bad = await rig.call('GET', '/Powerpack/%E0%A4%A/')
    expect([bad.status, bad.body['api_id']]).toEqual([400, expect.stringMatching(uuid)])
  })

  it('takes 300 requests of an account in any 5 seconds, whatever others do', async () => {
    const rig = await started({ rate: { requests: 3, windowMs: 5_000 } })
    const status = async (as = main): Promise<number> => (await rig.call('GET', '/Powerpack/', { as })).status
    expect([await status(), await status(), await status()]).toEqual([200, 200, 200])
    rig.nowMs += 4_000
    const refused = await rig.call('GET', '/Powerpack/')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await status(other)).toBe(200)
    rig.nowMs += 1_000
    expect(await status()).toBe(200)
  })

  it('looks at no more tokens of an address that guesses, but for right ones', async () => {
    const wrong: string[] = []
    const rig = await started({
      logIns: { mayTry: () => wrong.length < 2, wrong: (_address, account) => wrong.push(account) },
    })
    const guess = async (token: string): Promise<number> =>
      (await rig.call('GET', '/Powerpack/', { as: { ...main, token } })).status
    expect([await guess('a'), await guess('b'), await guess('c'), await guess(main.token)]).toEqual([
      401, 401, 429, 200,
    ])
    expect(wrong).toEqual([main.authId, main.authId])
  })

  it('changes nothing while the store fails, and says so', async () => {
    const rig = await started()
    rig.failure = new StoreError('io', 'no disk')
    const refused = await rig.call('POST', '/Powerpack/', { body: { name: 'one' } })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    rig.failure = undefined
    expect((await rig.call('GET', '/Powerpack/')).body['meta']).toMatchObject({ total_count: 0 })
    expect((await rig.call('POST', '/Powerpack/', { body: { name: 'one' } })).status).toBe(200)
  })

  it('has routes of others beside its own, and describes all of them', async () => {
    const rig = await started({ routes: [(api) => void api.get('/Message/', () => ({ own: true }))] })
    expect((await rig.call('GET', '/Message')).body).toEqual({ own: true })
    const { body } = await rig.call('GET', '/openapi.json')
    const paths = Object.keys(body['paths'] as object)
    expect(paths).toContain('/v1/Account/{auth_id}/NumberPool/{pool}/Tollfree/{number}/')
    expect(paths).toContain('/v1/Account/{auth_id}/Message/')
    expect(rig.answers[0]).toBe('GET /v1/Account/:auth_id/Message/ 200')
  })

  it('has no media, and says so before a file is read', async () => {
    const rig = await started()
    const form = { 'content-type': 'multipart/form-data; boundary=x' }
    const refused = await rig.call('POST', '/Media/', { body: '--x', headers: form })
    expect([refused.status, refused.body['error']]).toEqual([400, expect.stringContaining('not supported')])
    expect((await rig.call('GET', '/Media/some-id')).status).toBe(400)
  })
})

// Applications, sub-accounts and restarts, over plain HTTP: the SDK sends these elsewhere.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ApiRig, main, other, sub } from './server-rig.suite.js'

let rig: ApiRig

beforeEach(async () => {
  rig = await new ApiRig().start()
})

afterEach(async () => {
  await rig.stop()
  expect(rig.faults).toEqual([])
})

const made = async (body: object, as = main): Promise<string> =>
  (await rig.call('POST', '/Application/', { body, as })).body['app_id'] as string

it('a number that is added again keeps what others said of it', async () => {
  const number = '19995550101'
  const known = { perSecond: 0.5, mms: true, isMobile: true, ownedAtMs: 7 }
  await rig.stock([number], { account: main.account, ...known, details: { source: 'provider:x', reference: 'r' } })
  const add = (body: object) => rig.call('POST', '/Number/', { body: { numbers: number, ...body } })
  expect((await add({ alias: 'ours', services: 'sms', region: 'mine' })).status).toBe(202)
  const row = () => rig.ports.powerpacks.book.numbers.get(number)
  const details = { source: 'provider:x', reference: 'r', alias: 'ours' }
  expect(row()).toMatchObject({ ...known, details })
  // One of its own carrier can do what the account says.
  await rig.call('POST', '/Number/', { body: { numbers: '19995550102', services: 'sms,mms' } })
  await rig.call('POST', '/Number/', { body: { numbers: '19995550102', carrier: 'mine' } })
  const own = rig.ports.powerpacks.book.numbers.get('19995550102')
  expect(own).toMatchObject({ sms: true, mms: true, details: { carrier: 'mine' } })
})

describe('applications', () => {
  it('are made, shown, listed, changed and ended', async () => {
    const created = await rig.call('POST', '/Application/', {
      body: { app_name: 'in', message_url: 'https://example.com/in?a=1', message_method: 'get', answer_url: 'https://example.com/a' }, // prettier-ignore
    })
    expect([created.status, created.body['message']]).toEqual([201, 'created'])
    const id = created.body['app_id'] as string
    expect(id).toMatch(/^\d{17}$/)
    const shown = await rig.call('GET', `/Application/${id}/`)
    expect(shown.body).toMatchObject({
      ...{ app_id: id, app_name: 'in', message_url: 'https://example.com/in?a=1', message_method: 'GET' },
      ...{ answer_url: 'https://example.com/a', enabled: true, sub_account: null },
      resource_uri: `/v1/Account/${main.authId}/Application/${id}/`,
    })
    const changed = await rig.call('POST', `/Application/${id}/`, { body: { message_url: 'https://example.com/new' } })
    expect([changed.status, changed.body['message']]).toEqual([202, 'changed'])
    await made({ app_name: 'out' })
    const listed = await rig.call('GET', '/Application/?limit=1')
    expect(listed.body).toMatchObject({
      meta: { total_count: 2, next: `/v1/Account/${main.authId}/Application/?limit=1&offset=1`, previous: null },
      objects: [{ app_name: 'in', message_url: 'https://example.com/new', message_method: 'GET' }],
    })
    await rig.restart()
    expect(rig.ports.applications.get(id)).toMatchObject({ account: main.account, name: 'in' })
    expect((await rig.call('DELETE', `/Application/${id}/`)).status).toBe(204)
    expect((await rig.call('GET', `/Application/${id}/`)).status).toBe(404)
    expect((await rig.call('DELETE', `/Application/${id}/`)).status).toBe(404)
  })

  it('are taken from a number by "none", and shown of it while they are there', async () => {
    await rig.stock(['14155550101'], { account: main.account })
    const note = (body: object) => rig.call('POST', '/Number/14155550101/', { body })
    const shown = async () => (await rig.call('GET', '/Number/14155550101/')).body['application']
    const id = await made({ app_name: 'in' })
    await note({ app_id: id, alias: 'ours' })
    expect(await shown()).toBe(`/v1/Account/${main.authId}/Application/${id}/`)
    expect((await note({ app_id: 'None' })).status).toBe(202)
    expect(await shown()).toBe(null)
    expect(rig.ports.powerpacks.book.numbers.get('14155550101')?.details).toEqual({ alias: 'ours' })
    await note({ app_id: id })
    await rig.call('DELETE', `/Application/${id}/`)
    expect(await shown()).toBe(null)
  })

  it('have names of their own, and URLs that can be called', async () => {
    await made({ app_name: 'in' })
    const wrong = async (body: object): Promise<unknown> =>
      (await rig.call('POST', '/Application/', { body })).body['error']
    expect(await wrong({})).toContain('app_name: expects')
    expect(await wrong({ app_name: 'in' })).toContain('app_name: There is')
    expect(await wrong({ app_name: 'b', message_url: 'ftp://example.com/' })).toContain('message_url: It must be')
    expect(await wrong({ app_name: 'b', message_url: 'http://u:p@example.com/' })).toContain('message_url')
    const inside = { app_name: 'b', message_url: 'http://10.0.0.1/in' }
    expect(await wrong(inside)).toBe('message_url: It must be at an address of the public internet.')
    const id = await made({ app_name: 'c', message_url: 'http://a.example/' })
    expect((await rig.call('POST', `/Application/${id}/`, { body: inside })).status).toBe(400)
    expect(await wrong({ app_name: 'b', message_method: 'PUT' })).toBe('message_method: expects GET or POST')
    expect(await made({ app_name: 'in' }, other)).toMatch(/^\d+$/)
  })

  it('belong to packs of the same account only, and are gone from them when they end', async () => {
    const id = await made({ app_name: 'in' })
    const body = { name: 'p', application_id: id, application_type: 'XML' }
    expect((await rig.call('POST', '/Powerpack/', { body, as: other })).status).toBe(400)
    expect((await rig.call('POST', '/Powerpack/', { body: { ...body, application_type: '' } })).status).toBe(400)
    const pack = await rig.call('POST', '/Powerpack/', { body })
    expect(pack.body).toMatchObject({ application_id: id, application_type: 'xml' })
    const path = `/Powerpack/${pack.body['uuid'] as string}/`
    expect((await rig.call('POST', path, { body: { application_id: 'none' } })).body['application_id']).toBe('')
    await rig.call('POST', path, { body: { application_id: id, application_type: 'xml' } })
    await rig.call('DELETE', `/Application/${id}/`)
    expect((await rig.call('GET', path)).body).toMatchObject({ application_id: '', application_type: '' })
  })
})

describe('accounts', () => {
  it('see nothing of each other', async () => {
    await rig.stock(['14155550101'], { account: main.account })
    const pack = await rig.call('POST', '/Powerpack/', { body: { name: 'p' } })
    const uuid = pack.body['uuid'] as string
    const pool = (pack.body['number_pool'] as string).split('/')[5]!
    for (const path of [
      `/Powerpack/${uuid}/`,
      `/NumberPool/${pool}/`,
      `/NumberPool/${pool}/Number/`,
      '/Number/14155550101/',
    ]) {
      expect([path, (await rig.call('GET', path)).status]).toEqual([path, 200])
      expect([path, (await rig.call('GET', path, { as: other })).status]).toEqual([path, 404])
      expect([path, (await rig.call('GET', path, { as: sub })).status]).toEqual([path, 404])
    }
    expect((await rig.call('POST', `/Powerpack/${uuid}/`, { body: { name: 'mine' }, as: other })).status).toBe(404)
    expect((await rig.call('DELETE', `/Powerpack/${uuid}/`, { as: other })).status).toBe(404)
    expect((await rig.call('DELETE', '/Number/14155550101/', { as: other })).status).toBe(404)
    expect((await rig.call('POST', '/PhoneNumber/14155550101/', { as: other })).status).toBe(404)
    const theirs = await rig.call('POST', '/Powerpack/', { body: { name: 'p' }, as: other })
    const path = `/NumberPool/${(theirs.body['number_pool'] as string).split('/')[5]!}/Number/14155550101/`
    expect((await rig.call('POST', path, { as: other })).status).toBe(404)
    expect((await rig.call('POST', path, { body: { rent: true }, as: other })).status).toBe(404)
  })

  it('give numbers to their sub-accounts, and take them back', async () => {
    await rig.stock(['14155550101', '14155550102'], { account: main.account })
    const move = { body: { subaccount: sub.authId, alias: 'lent' } }
    expect((await rig.call('POST', '/Number/14155550101/', move)).status).toBe(202)
    expect((await rig.call('GET', '/Number/', { as: sub })).body['objects']).toMatchObject([
      { number: '14155550101', alias: 'lent', sub_account: `/v1/Account/${sub.authId}/` },
    ])
    expect((await rig.call('GET', '/Number/')).body['meta']).toMatchObject({ total_count: 2 })
    expect((await rig.call('GET', `/Number/?subaccount=${sub.authId}`)).body['meta']).toMatchObject({ total_count: 1 })
    const stolen = { body: { subaccount: main.authId }, as: sub }
    expect((await rig.call('POST', '/Number/14155550101/', stolen)).status).toBe(400)
    await rig.call('POST', '/Number/14155550101/', { body: { subaccount: main.authId } })
    expect((await rig.call('GET', '/Number/', { as: sub })).body['objects']).toEqual([])
  })
})

describe('what was answered', () => {
  it('is there after a restart', async () => {
    await rig.stock(['14155550101', '18005550102', '444444'])
    const pack = await rig.call('POST', '/Powerpack/', { body: { name: 'p', local_connect: false } })
    const pool = (pack.body['number_pool'] as string).split('/')[5]!
    const paths = [`Number/14155550101`, 'Tollfree/18005550102', 'Shortcode/444444']
    for (const path of paths) await rig.call('POST', `/NumberPool/${pool}/${path}/`, { body: { rent: true } })
    const before = await Promise.all(paths.map((path) => rig.call('GET', `/NumberPool/${pool}/${path}/`)))
    await rig.restart()
    const { api_id: _, ...said } = pack.body
    expect((await rig.call('GET', `/Powerpack/${said['uuid'] as string}/`)).body).toMatchObject(said)
    for (const [index, path] of paths.entries()) {
      const { api_id: __, ...was } = before[index]!.body
      expect((await rig.call('GET', `/NumberPool/${pool}/${path}/`)).body).toMatchObject(was)
    }
  })

  it('is one of two that came at once, where only one can be', async () => {
    await rig.stock(['14155550101', '18005550102', '18005550103'])
    const packs = await Promise.all(['a', 'a', 'b'].map((name) => rig.call('POST', '/Powerpack/', { body: { name } })))
    expect(packs.map(({ status }) => status).sort()).toEqual([200, 200, 400])
    const [pool, second] = packs
      .filter(({ status }) => status === 200)
      .map(({ body }) => (body['number_pool'] as string).split('/')[5]!)
    const bought = await Promise.all(
      [pool, second].map((one) => rig.call('POST', `/NumberPool/${one}/Number/14155550101/`, { body: { rent: true } })),
    )
    expect(bought.map(({ status }) => status).sort()).toEqual([200, 400])
    expect([pool, second]).toContain(rig.ports.powerpacks.book.numbers.get('14155550101')?.pool)
    const free = await Promise.all(
      ['18005550102', '18005550103'].map((number) =>
        rig.call('POST', `/NumberPool/${pool}/Tollfree/${number}/`, { body: { rent: true } }),
      ),
    )
    expect(free.map(({ status }) => status).sort()).toEqual([200, 400])
    // The one that found no place is on offer again, not rented for nothing.
    expect((await rig.call('GET', '/PhoneNumber/?country_iso=US&type=tollfree')).body['meta']).toMatchObject({ total_count: 1 }) // prettier-ignore
  })
})

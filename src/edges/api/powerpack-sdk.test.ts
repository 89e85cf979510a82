// The real SDK, with nothing but its `url` changed, makes every call of powerpacks and numbers, and understands the answers.
import plivo from 'plivo'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeQuarantine } from '../../powerpack/number-changes.js'
import { ApiRig, main } from './server-rig.suite.js'

const rig = new ApiRig()
const own = ['14155550101', '14155550102', '12125550103', '18005550104', '444444']

interface Packs {
  create(name: string, params?: object): Promise<Said>
  update(uuid: string, params: object): Promise<Said>
  get(uuid: string): Promise<SdkPack>
  list(params?: object): Promise<readonly SdkPack[] & { readonly meta: Said }>
}

type Said = Readonly<Record<string, unknown>>

interface SdkPack extends Said {
  readonly uuid: string
  readonly number_pool: {
    readonly numbers: Record<string, (...args: readonly unknown[]) => Promise<Said>>
    readonly shortcodes: Record<string, (...args: readonly unknown[]) => Promise<Said>>
    readonly tollfree: Record<string, (...args: readonly unknown[]) => Promise<Said>>
  }
}

type Calls = Record<string, (...args: readonly unknown[]) => Promise<Said>>

let packs: Packs
let numbers: Calls
let client: { readonly media: Calls }
let pack: SdkPack
let pool: string

beforeAll(async () => {
  await rig.start()
  await rig.stock(own, { account: main.account, mms: true })
  await rig.stock(['14155550201', '12125550202', '18335550203'], {
    details: { city: 'SAN FRANCISCO', monthly_rental_rate: '0.50000' },
  })
  await rig.stock(['14165550204'], { country: 'CA' })
  const made: unknown = new plivo.Client(main.authId, main.token, { url: rig.urlOf(main) })
  packs = (made as { powerpacks: Packs }).powerpacks
  numbers = (made as { numbers: Calls }).numbers
  client = made as typeof client
})

afterAll(async () => {
  await rig.stop()
  expect(rig.faults).toEqual([])
})

/** Calls of a pack itself, by name. */
const packCall = (name: string, ...args: readonly unknown[]): Promise<Said> =>
  (pack as unknown as Calls)[name]!.call(pack, ...args)

/** A list of the SDK without the `meta` that it hangs on it. */
const objectsOf = (list: unknown): readonly unknown[] => [...(list as readonly unknown[])]

describe('the SDK', () => {
  it('makes, shows, lists and changes powerpacks', async () => {
    const made = await packs.create('first', {
      stickySender: true,
      number_priority: [
        {
          country_iso: 'US',
          service_type: 'SMS',
          priority: { priority1: 'longcode', priority2: 'tollfree', priority3: null },
        },
      ],
    })
    expect(made).toMatchObject({ name: 'first', stickySender: true, localConnect: true })
    pack = await packs.get(made['uuid'] as string)
    pool = (pack['numberPool'] as string).split('/')[5]!
    expect(pack).toMatchObject({ uuid: made['uuid'], numberPool: `/v1/Account/${main.authId}/NumberPool/${pool}/` })
    expect(pack['createdOn']).toBe('2026-06-10T12:00:00.000000Z')
    expect(pack['numberPriority']).toMatchObject([
      {
        countryIso: 'US',
        serviceType: 'SMS',
        priority: { priority1: 'longcode', priority2: 'tollfree', priority3: null },
      },
      { countryIso: 'US', serviceType: 'MMS', priority: { priority1: 'shortcode' } },
      { countryIso: 'CA', serviceType: 'SMS', priority: { priority2: 'longcode' } },
      { countryIso: 'CA', serviceType: 'MMS' },
    ])
    await packs.create('second')
    const listed = await packs.list({ limit: 1, offset: 1 })
    expect(listed.map(({ name }) => name)).toEqual(['second'])
    expect(listed.meta).toMatchObject({ limit: 1, offset: 1, totalCount: 2, next: null })
    expect(await packs.update(pack.uuid, { local_connect: false, name: 'renamed' })).toMatchObject({
      ...{ name: 'renamed', localConnect: false, stickySender: true },
    })
    await expect(packs.create('renamed')).rejects.toMatchObject({ status: 400, message: expect.stringContaining('name') as string }) // prettier-ignore
    await expect(packs.get('nothing')).rejects.toMatchObject({ status: 404 })
  })

  it('adds, finds, lists, counts and removes numbers of a pool', async () => {
    expect(await packCall('add_number', own[0])).toMatchObject({
      ...{ number: own[0], numberPoolUuid: pool, type: 'fixed', countryIso2: 'US', service: 'sms' },
      accountPhoneNumberResource: `/v1/Account/${main.authId}/Number/${own[0]}/`,
    })
    expect(await pack.number_pool.numbers['add']!(own[1], 'mms')).toMatchObject({ number: own[1], service: 'mms' })
    expect(await packCall('add_number', own[2])).toMatchObject({ number: own[2] })
    expect(await packCall('find_number', own[0])).toMatchObject({ number: own[0] })
    expect(await pack.number_pool.numbers['find']!(own[1])).toMatchObject({ number: own[1] })
    const listed = await packCall('list_numbers', { starts_with: '1415', limit: 1 })
    expect(listed['meta']).toMatchObject({ totalCount: 2, previous: '' })
    expect(listed['objects']).toMatchObject([{ number: own[0] }])
    expect(await pack.number_pool.numbers['list']!({ type: 'fixed', country_iso2: 'US', limit: 2, offset: 2 })).toMatchObject({ objects: [{ number: own[2] }], meta: { totalCount: 3, next: '' } }) // prettier-ignore
    expect(await packCall('count_numbers', { starts_with: '415,510' })).toBe(2)
    expect(await pack.number_pool.numbers['count']!()).toBe(3)
    expect(await packCall('remove_number', own[2])).toMatchObject({ response: 'success' })
    await expect(pack.number_pool.numbers['remove']!(own[2])).rejects.toMatchObject({ status: 404 })
    await expect(packCall('find_number', own[2])).rejects.toMatchObject({ status: 404 })
    await expect(packCall('add_number', '14155559999')).rejects.toMatchObject({ status: 404 })
    expect(rig.ports.powerpacks.book.numbers.get(own[2]!)?.account).toBe(main.account)
  })

  it('adds, finds, lists and removes toll-free numbers and short codes', async () => {
    expect(await packCall('add_tollfree', own[3])).toMatchObject({ number: own[3], type: 'tollfree' })
    expect(await packCall('list_tollfree')).toMatchObject({ objects: [{ number: own[3], tollfree: own[3] }] })
    expect(await pack.number_pool.tollfree['find']!(own[3])).toMatchObject({ number: own[3] })
    expect(await packCall('find_tollfree', own[3], 'sms')).toMatchObject({ number: own[3] })
    expect(await pack.number_pool.tollfree['remove']!(own[3])).toMatchObject({ response: 'success' })
    expect(await pack.number_pool.tollfree['add']!(own[3])).toMatchObject({ number: own[3] })
    expect(await packCall('remove_tollfree', own[3], true)).toMatchObject({ response: 'success' })
    expect(rig.ports.powerpacks.book.numbers.get(own[3]!)).toBeUndefined()

    expect((await rig.call('POST', `/NumberPool/${pool}/Shortcode/${own[4]}/`)).body).toMatchObject({
      shortcode: own[4],
    })
    expect(await packCall('find_shortcode', own[4], 'sms')).toMatchObject({ numberPoolUuid: pool, countryIso2: 'US' })
    expect(await pack.number_pool.shortcodes['find']!(own[4])).toMatchObject({ shortcode: own[4] })
    expect(await packCall('list_shortcodes')).toMatchObject({ objects: [{ shortcode: own[4] }] })
    expect(await pack.number_pool.shortcodes['list']!({ limit: 5 })).toMatchObject({
      meta: { limit: 5, totalCount: 1 },
    })
    expect(await packCall('remove_shortcode', own[4])).toMatchObject({ response: 'success' })
    await expect(pack.number_pool.shortcodes['remove']!(own[4])).rejects.toMatchObject({ status: 404 })
  })

  it('has no call that ends a quarantine, which PATCH does', async () => {
    const { book } = rig.ports.powerpacks
    const path = `/NumberPool/${pool}/Number/${own[0]}/`
    expect(await rig.call('PATCH', path, { body: { quarantine: true } })).toMatchObject({ status: 400 })
    expect(await rig.call('PATCH', path.replace(own[0]!, own[2]!), { body: { quarantine: false } })).toMatchObject({
      status: 404,
    })
    await rig.ports.changes.make(() => judgeQuarantine(book, own[0]!, '40% of 50 delivered', rig.nowMs))
    expect(await rig.call('GET', path)).toMatchObject({ body: { quarantine: '40% of 50 delivered' } })
    const released = await rig.call('PATCH', path, { body: { quarantine: false } })
    expect(released).toMatchObject({ status: 200, body: { number: own[0] } })
    expect(released.body).not.toHaveProperty('quarantine')
    expect(book.numbers.get(own[0]!)?.quarantine).toBeUndefined()
    expect(await rig.call('PATCH', path, { body: { quarantine: 'false' } })).toMatchObject({ status: 200 })
    expect(book.packOf(own[0]!)?.history.map(({ what }) => what)).toEqual(['quarantined', 'released'])
  })

  it('buys numbers into a pool, by name and by what they are like', async () => {
    expect(await packCall('buy_add_number', { number: '12125550202' })).toMatchObject({ number: '12125550202' })
    expect(await pack.number_pool.numbers['buy_add_number']!({ country_iso2: 'US', type: 'local', service: 'sms' })).toMatchObject({ number: '14155550201' }) // prettier-ignore
    expect(objectsOf(await numbers['search']!('US'))).toMatchObject([
      { number: '18335550203', monthlyRentalRate: '0.50000' },
    ])
    expect(await packCall('remove_number', '12125550202', true)).toMatchObject({ response: 'success' })
    expect(objectsOf(await numbers['search']!('US', { pattern: '212' }))).toMatchObject([{ number: '12125550202' }])
  })

  it('searches, buys, lists, notes on and gives up numbers', async () => {
    const found = await numbers['search']!('CA', { type: 'local', region: 'ON', limit: 5 })
    expect(objectsOf(found)).toMatchObject([
      { number: '14165550204', country: 'CA', region: 'CA-ON', type: 'fixed', smsEnabled: true },
    ])
    expect(await numbers['buy']!('14165550204')).toMatchObject({
      ...{ status: 'fulfilled', statusCode: 201, numbers: [{ number: '14165550204', status: 'Success' }] },
    })
    await expect(numbers['buy']!('14165550204x')).rejects.toMatchObject({ status: 404 })
    expect(objectsOf(await numbers['list']!({ number_startswith: '416' }))).toMatchObject([
      { number: '14165550204', alias: null },
    ])
    expect(await numbers['update']!('14165550204', { alias: 'lake' })).toMatchObject({ message: 'changed' })
    expect(await numbers['get']!('14165550204')).toMatchObject({ number: '14165550204', alias: 'lake', addedOn: '2026-06-10' }) // prettier-ignore
    expect(await numbers['addOwnNumber']!('19995550001,19995550002', 'own', 'West')).toMatchObject({
      message: 'changed',
    })
    await expect(numbers['addOwnNumber']!('14155550999', 'own', 'West')).rejects.toMatchObject({ status: 400 })
    expect(await numbers['unrent']!('14165550204')).toBe(true)
    await expect(numbers['get']!('14165550204')).rejects.toMatchObject({ status: 404 })
  })

  it('is told that there are no media', async () => {
    await expect(client.media['get']!('some-id')).rejects.toMatchObject({ status: 400 })
  })

  it('ends powerpacks, with their numbers or without', async () => {
    const { uuid } = pack
    expect(await packCall('delete', true)).toMatchObject({ response: 'success' })
    await expect(packs.get(uuid)).rejects.toMatchObject({ status: 404 })
    expect(rig.ports.powerpacks.book.numbers.get(own[0]!)).toBeUndefined()
    expect(await numbers['search']!('US', { pattern: '4155550201' })).toHaveLength(1)
    pack = (await packs.list())[0]!
    expect(pack['name']).toBe('second')
    await packCall('add_number', own[2])
    await packCall('delete')
    expect(rig.ports.powerpacks.book.numbers.get(own[2]!)).toMatchObject({ account: main.account, pool: '' })
  })
})

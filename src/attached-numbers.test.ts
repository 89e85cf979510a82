// The registry of 10DLC over the HTTP API, as the SDK calls it, with the directory behind it: what is attached is durable and judged.
import * as plivo from 'plivo'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBook, type DirectoryBook } from './admin/directory-book.js'
import { attachedNumbers } from './attached-numbers.js'
import { ApiRig, main, other, sub, type Answered } from './edges/api/server-rig.suite.js'
import type { TenDlcPort } from './edges/api/tendlc-ports.js'
import { StoreError } from './store/contracts/store.js'
import { MemoryStore } from './store/memory/memory-store.js'

const own = ['12025550101', '12025550102', '12025550103']
const token = 'a'.repeat(40)
const objects = [
  ...[main, sub, other].map(({ account, authId, main: of }) => ({
    ...{ kind: 'accounts', id: account },
    row: { api: { authId, token, ...(of !== undefined && { main: 'acme' }) } },
  })),
  { kind: 'brands', id: 'acme', row: { name: 'ACME Inc.', ein: '12-3456789', trustScore: 78 } },
  { kind: 'brands', id: 'joe', row: { kind: 'soleProprietor' } },
  { kind: 'brands', id: 'else', row: {} },
  {
    ...{ kind: 'campaigns', id: 'news' },
    row: { name: 'News', brand: 'acme', useCase: 'marketing', accounts: ['acme'], numbers: ['12025550101'] },
  },
  { kind: 'campaigns', id: 'plumber', row: { brand: 'joe', useCase: 'soleProprietor', accounts: ['acme-sub'] } },
  {
    ...{ kind: 'campaigns', id: 'theirs' },
    row: { brand: 'else', useCase: 'mixed', accounts: ['other'], numbers: ['19995550199'] },
  },
]

let store: MemoryStore
let book: DirectoryBook
let api: ApiRig
let changes: number[]
/** Called before each change of the directory. */
let meanwhile: () => Promise<unknown>

async function opened(): Promise<DirectoryBook> {
  const rules = {
    env: {},
    readSecret: () => '',
    statusByName: () => undefined,
    defaults: { resend: { stepMs: 1, max: 1 } },
  }
  const pauses = { nowMs: () => 0, sliceMs: 1, pause: () => Promise.resolve() }
  return openBook({ store: store.directory, rules, pauses, applied: () => undefined })
}

beforeEach(async () => {
  store = new MemoryStore()
  await store.directory.change(
    objects.map((object) => ({ ...object, row: { id: object.id, ...object.row } })),
    0,
  )
  book = await opened()
  changes = []
  meanwhile = () => Promise.resolve()
  const changeNumbers = attachedNumbers(
    {
      current: () => book.current(),
      change: async (request) => {
        await meanwhile()
        return book.change(request)
      },
    },
    (revision) => changes.push(revision),
  )
  const tenDlc: TenDlcPort = { registry: () => book.current().snapshot.tenDlc, changeNumbers }
  api = await new ApiRig({ tenDlc }).start()
  await api.stock(own, { account: main.account })
})
afterEach(() => api.stop())

const client = () => new plivo.Client(main.authId, main.token, { url: api.urlOf(main) })
type Called = (...given: readonly unknown[]) => Promise<Record<string, unknown>>
const sdk = () => client() as unknown as Readonly<Record<'brand' | 'campaign' | 'numbers', Record<string, Called>>>
const numbersOf = (campaign: string) => book.current().snapshot.tenDlc?.campaign(campaign)?.numbers

describe('the SDK', () => {
  it('lists and shows brands', async () => {
    const { brand } = sdk()
    const listed = await brand['list']!({ limit: 1 })
    expect(listed).toMatchObject({
      meta: { limit: 1, offset: 0, totalCount: 2, next: `/v1/Account/${main.authId}/10dlc/Brand/?limit=1&offset=1` },
      brands: [{ brandId: 'acme', brandAlias: 'ACME Inc.', brandType: 'STANDARD', registrationStatus: 'COMPLETED' }],
    })
    expect(await brand['list']!({ type: 'starter' })).toMatchObject({
      brands: [{ brandId: 'joe', brandType: 'STARTER' }],
    })
    expect(await brand['get']!('acme')).toMatchObject({
      brand: { brandId: 'acme', ein: '123456789', entityType: 'PRIVATE', vettingScore: 78, vettingStatus: 'ACTIVE' },
    })
    await expect(brand['get']!('else')).rejects.toMatchObject({ status: 404 })
    expect(await brand['get_usecases']!('joe')).toMatchObject({
      brandId: 'joe',
      useCases: [{ name: 'Sole Proprietor', code: 'SOLE_PROPRIETOR' }],
    })
  })

  it('lists and shows campaigns with what carriers take', async () => {
    const { campaign } = sdk()
    expect(await campaign['list']!({})).toMatchObject({
      meta: { limit: 20, offset: 0, totalCount: 2 },
      campaigns: [{ campaignId: 'news', usecase: 'MARKETING' }, { campaignId: 'plumber' }],
    })
    expect(await campaign['list']!({ brand_id: 'joe', usecase: 'sole_proprietor' })).toMatchObject({
      meta: { totalCount: 1 },
      campaigns: [{ campaignId: 'plumber', brandId: 'joe' }],
    })
    const { body } = await api.call('GET', '/10dlc/Campaign/news/')
    expect(body['campaign']).toEqual({
      ...{ campaign_id: 'news', campaign_alias: 'News', brand_id: 'acme', usecase: 'MARKETING', sub_usecase: '' },
      ...{ registration_status: 'ACTIVE', reseller_id: '' },
      mno_metadata: {
        'AT&T': { tpm: 4500 },
        'T-Mobile': { brand_tier: 'TOP', tpm: 4500, daily_limit: 200_000 },
        'Verizon Wireless': { tpm: 4500 },
        'US Cellular': { tpm: 480 },
      },
    })
    expect(await campaign['get']!('plumber')).toMatchObject({
      campaign: {
        mnoMetadata: { atT: { tpm: 15 }, tMobile: { brandTier: 'SOLE_PROPRIETOR', tpm: 60, perNumber: true } },
      },
    })
    await expect(campaign['get']!('theirs')).rejects.toMatchObject({
      status: 404,
      message: 'you have no campaign theirs',
    })
  })

  it('attaches, shows and detaches numbers', async () => {
    const { campaign } = sdk()
    expect(await campaign['linkNumber']!('news', ['12025550102', '+12025550103', '12025550101'])).toMatchObject({
      message: '3 number(s) linked to campaign news',
    })
    expect(numbersOf('news')).toEqual(own)
    expect(await campaign['listNumber']!('news', { limit: 2, offset: 1 })).toMatchObject({
      ...{ campaignId: 'news', campaignAlias: 'News', usecase: 'MARKETING', numberPoolLimit: 49 },
      phoneNumbers: [
        { number: '12025550102', status: 'COMPLETED' },
        { number: '12025550103', status: 'COMPLETED' },
      ],
      phoneNumbersSummary: { completed: 3 },
    })
    expect(await campaign['getNumber']!('news', '12025550102')).toMatchObject({
      phoneNumbers: [{ number: '12025550102', status: 'COMPLETED' }],
    })
    expect(await sdk().numbers['get']!('12025550102')).toMatchObject({
      tendlcCampaignId: 'news',
      tendlcRegistrationStatus: 'COMPLETED',
    })
    expect(await campaign['unlinkNumber']!('news', '12025550102')).toMatchObject({
      message: '12025550102 unlinked from campaign news',
    })
    expect(numbersOf('news')).toEqual(['12025550101', '12025550103'])
    await expect(campaign['getNumber']!('news', '12025550102')).rejects.toMatchObject({ status: 404 })
    await expect(campaign['unlinkNumber']!('news', '12025550102')).rejects.toMatchObject({ status: 404 })
    expect(changes).toHaveLength(2)
    // A new process finds what was answered.
    const again = await opened()
    expect(again.current().snapshot.tenDlc?.campaignOf('12025550103')?.id).toBe('news')
  })

  it('is told that the operator registers', async () => {
    const { brand, campaign } = sdk()
    const told = { status: 405, message: expect.stringContaining('registered by the operator') as string }
    await expect(brand['create']!('x', 'p', 'STANDARD', '')).rejects.toMatchObject(told)
    await expect(brand['deleteBrand']!('acme')).rejects.toMatchObject(told)
    await expect(brand['trigger_otp']!('joe')).rejects.toMatchObject(told)
    await expect(campaign['create']!('acme', 'x', 'RETAIL', 'MIXED')).rejects.toMatchObject(told)
    await expect(campaign['import_campaign']!('C123', 'x')).rejects.toMatchObject(told)
    await expect(campaign['update']!('news', '', 'x')).rejects.toMatchObject(told)
    await expect(campaign['deleteCampaign']!('news')).rejects.toMatchObject(told)
    expect(book.current().snapshot.tenDlc?.campaigns()).toHaveLength(3)
  })
})

describe('attaching', () => {
  const link = (campaign: string, numbers: unknown, as = main): Promise<Answered> =>
    api.call('POST', `/10dlc/Campaign/${campaign}/Number/`, { body: { numbers }, as })

  it.each([
    ['news', '12025559999', 'numbers: 12025559999 is not one of your numbers'],
    ['news', '12025550102, 19995550199', 'numbers: 19995550199 is in another campaign; unlink it there first'],
    ['news', 'ACME', 'numbers: expects digits, such as 12025550123'],
    ['plumber', '12025550102,12025550103', 'numbers: expects 1 number at most, for a sole proprietor'],
    ['news', '19998765', 'numbers: 19998765: expects a long code: 11 digits without +, such as 12025550123'],
  ])('to %s of %s is refused', async (campaign, numbers, error) => {
    const before = book.current()
    expect(await link(campaign, numbers)).toMatchObject({ status: 400, body: { error } })
    expect(book.current()).toBe(before)
  })

  it('is not for those who do not see the campaign', async () => {
    expect(await link('news', own[1], other)).toMatchObject({ status: 404 })
    expect(await link('theirs', own[1])).toMatchObject({ status: 404 })
    expect(await link('news', own[1], sub)).toMatchObject({ status: 404 })
    const { body } = await api.call('GET', '/10dlc/Campaign/', { as: sub })
    expect(body).toMatchObject({ campaigns: [{ campaign_id: 'plumber' }] })
  })

  it('twice is once', async () => {
    expect(await link('news', own[1])).toMatchObject({ status: 200 })
    const before = book.current()
    expect(await link('news', own[1])).toMatchObject({ status: 200 })
    expect(book.current()).toBe(before)
    expect(changes).toHaveLength(1)
  })

  it('loses nothing that others attach at the same time', async () => {
    let once = true
    meanwhile = async () => {
      if (!once) return
      once = false
      const { row } = book.current().objects.get('campaigns/news')!
      await book.change({
        changes: [{ kind: 'campaigns', id: 'news', row: { ...(row as object), numbers: [own[0], own[2]] } }],
      })
    }
    expect(await link('news', own[1])).toMatchObject({ status: 200 })
    expect(numbersOf('news')).toEqual([own[0], own[2], own[1]])
    await Promise.all([
      api.call('DELETE', `/10dlc/Campaign/news/Number/${own[0]}/`),
      api.call('DELETE', `/10dlc/Campaign/news/Number/${own[1]}/`),
      api.call('DELETE', `/10dlc/Campaign/news/Number/${own[2]}/`),
    ])
    expect(numbersOf('news')).toEqual([])
  })

  it('to a campaign that goes meanwhile is 404, and with a store that fails 503', async () => {
    meanwhile = () => Promise.reject(new StoreError('io', 'the disk is gone'))
    const failed = await link('news', own[1])
    expect([failed.status, failed.headers.has('retry-after')]).toEqual([503, true])
    expect(numbersOf('news')).toEqual([own[0]])
    meanwhile = () => book.change({ changes: [{ kind: 'campaigns', id: 'news', row: undefined }] })
    expect(await link('news', own[1])).toMatchObject({ status: 404 })
  })

  it('gives up where others never stop', async () => {
    let n = 0
    meanwhile = () => {
      const { row } = book.current().objects.get('campaigns/news')!
      return book.change({ changes: [{ kind: 'campaigns', id: 'news', row: { ...(row as object), name: `n${n++}` } }] })
    }
    expect(await link('news', own[1])).toMatchObject({ status: 503 })
    expect(numbersOf('news')).toEqual([own[0]])
  })

  it('is not done where a file has the directory', async () => {
    const changeNumbers = attachedNumbers(
      { current: () => book.current(), change: () => Promise.resolve({ kind: 'managedByFile', file: 'd.yaml' }) },
      () => undefined,
    )
    expect(await changeNumbers('news', () => [])).toEqual({ kind: 'fixed' })
  })
})

describe('numbers', () => {
  it('are listed by campaign and status', async () => {
    const list = async (query: string) => (await api.call('GET', `/Number/?${query}`)).body['objects']
    expect(await list('tendlc_campaign_id=news')).toMatchObject([{ number: '12025550101' }])
    expect(await list('tendlc_registration_status=UNREGISTERED')).toMatchObject([
      { number: '12025550102', tendlc_campaign_id: null },
      { number: '12025550103' },
    ])
  })
})

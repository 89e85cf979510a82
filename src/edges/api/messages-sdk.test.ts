// The SDK of the API that this one is like, as it is, sends messages and asks for them.
import * as plivo from 'plivo'
import { afterEach, expect, it } from 'vitest'
import type { AddRoutes } from './api-ports.js'
import { MessageRig, ownNumber, pack, pooled } from './message-rig.suite.js'
import { messageRoutes } from './message-routes.js'
import { ApiRig, main } from './server-rig.suite.js'

let api: ApiRig | undefined
afterEach(() => api?.stop())

async function started(more: { readonly lists?: number } = {}) {
  const rig = new MessageRig()
  const routes: AddRoutes = messageRoutes(rig.ports, { requests: more.lists ?? 0, windowMs: 60_000 })
  api = await new ApiRig({ routes: [routes] }).start()
  const client = new plivo.Client(main.authId, main.token, { url: api.urlOf(main) })
  return { rig, client, api }
}

const to = '14155550199'

it('sends, shows and lists', async () => {
  const { rig, client } = await started()
  const sent = await client.messages.create(ownNumber, to, 'Hello', {
    url: 'http://a.example/cb',
    log: 'false',
  })
  expect(sent).toMatchObject({ message: 'message(s) queued' })
  const [uuid = ''] = sent.messageUuid
  expect(rig.submitted).toHaveLength(1)
  const shown = await client.messages.get(uuid)
  expect(shown).toMatchObject({
    messageUuid: uuid,
    fromNumber: ownNumber,
    toNumber: '141XXXXX199',
    messageState: 'queued',
    messageDirection: 'outbound',
    totalAmount: '0.00450',
    units: 1,
  })
  const listed = await client.messages.list({ limit: 5, message_state: 'queued' })
  expect([...(listed as unknown as Iterable<object>)]).toMatchObject([{ messageUuid: uuid }])
  expect((listed as unknown as { meta: object }).meta).toMatchObject({ limit: 5, offset: 0, next: null })
})

it('sends to many by a powerpack', async () => {
  const { rig, client } = await started()
  const parameters = { powerpackUUID: pack, dst: [to, '14155550198', 'x'], text: 'Hello', messageExpiry: 600 }
  const create = client.messages.create.bind(client.messages) as unknown as (
    all: object,
  ) => Promise<{ messageUuid: string }>
  const sent = await create(parameters)
  expect(sent.messageUuid).toHaveLength(2)
  expect(sent).toMatchObject({ invalid_number: ['x'] })
  expect(rig.submitted).toMatchObject([{ powerpack: pack, validityMs: 600_000 }, { powerpack: pack }])
  const [uuid = ''] = sent.messageUuid as unknown as string[]
  expect(await client.messages.get(uuid)).toMatchObject({ fromNumber: pooled })
})

it('shows the campaign that a long code is in', async () => {
  const { rig, client } = await started()
  const campaigns: Record<string, string> = { [ownNumber]: 'news' }
  Object.assign(rig.ports, { campaignOf: (_: string, number: string) => campaigns[number] ?? '' })
  const shown = async (src: string, dst: string) => {
    const [uuid = ''] = (await client.messages.create(src, dst, 'Hello')).messageUuid
    const { tendlcCampaignId, tendlcRegistrationStatus } = (await client.messages.get(uuid)) as unknown as Record<
      string,
      unknown
    >
    return [tendlcCampaignId, tendlcRegistrationStatus]
  }
  expect(await shown(ownNumber, to)).toEqual(['news', 'COMPLETED'])
  expect(await shown(pooled, to)).toEqual([null, 'UNREGISTERED'])
  expect(await shown('Acme', to)).toEqual([null, null])
  expect(await shown(ownNumber, '16045550199')).toEqual([null, null])
  const listed = await client.messages.list({ tendlc_campaign_id: 'news' })
  expect([...(listed as unknown as Iterable<object>)]).toMatchObject([{ toNumber: to, tendlcCampaignId: 'news' }])
  Object.assign(rig.ports, { campaignOf: () => undefined })
  expect(await shown(ownNumber, to)).toEqual([null, null])
})

it('has no media', async () => {
  const { client } = await started()
  const sent = await client.messages.create(ownNumber, to, 'Hello')
  const [uuid = ''] = sent.messageUuid
  const media = await (client.messages as unknown as { listMedia(uuid: string): Promise<unknown> }).listMedia(uuid)
  expect(media).toMatchObject({ objects: [] })
})

it('is told what is wrong', async () => {
  const { client } = await started()
  await expect(client.messages.create('14155559999', to, 'Hello')).rejects.toMatchObject({
    status: 400,
    message: 'This caller ID is not allowed for outbound message',
  })
  await expect(client.messages.get('11111111-1111-4111-8111-111111111111')).rejects.toMatchObject({ status: 404 })
})

it('may repeat what has a key, and list so often', async () => {
  const { rig, api } = await started({ lists: 2 })
  const headers = {
    authorization: `Basic ${Buffer.from(`${main.authId}:${main.token}`).toString('base64')}`,
    'content-type': 'application/json',
    'idempotency-key': 'a',
  }
  const send = async () => {
    const body = JSON.stringify({ src: ownNumber, dst: to, text: 'hi' })
    const answer = await fetch(`${api.urlOf(main)}/Message`, { method: 'POST', headers, body })
    return ((await answer.json()) as { message_uuid: string[] }).message_uuid
  }
  expect(await send()).toEqual(await send())
  expect(rig.submitted).toHaveLength(1)
  const lists = [1, 2, 3].map(async () => (await fetch(`${api.urlOf(main)}/Message/`, { headers })).status)
  expect(await Promise.all(lists)).toEqual([200, 200, 429])
})

import { describe, expect, it } from 'vitest'
import type { MessageId } from '../../message/ids.js'
import { uuidOf } from './ids.js'
import { listMessages, showMessage } from './message-list.js'
import { recordRow, type MessageRecord } from './message-record.js'
import { caller, MessageRig, pack } from './message-rig.suite.js'

const minute = 60_000
const plain: MessageRecord = {
  direction: 'outbound',
  state: 'delivered',
  from: '14155550100',
  to: '14155550199',
  units: 1,
  rateMicros: 4500,
  amountMicros: 4500,
  code: 0,
  powerpack: '',
  country: 'US',
  isDomestic: true,
  mcc: '',
  mnc: '',
  requesterIp: '',
  log: 'true',
  dlt: {},
  atMs: 0,
  sentAtMs: 0,
  updatedAtMs: 0,
  told: undefined,
}

const idOf = (n: number): MessageId => n.toString(16).padStart(16, '0') as MessageId

/** So many messages, one a minute, the last of them now: message 0 is the oldest. */
async function rigWith(count: number, more: (n: number) => Partial<MessageRecord> = () => ({})): Promise<MessageRig> {
  const rig = new MessageRig()
  const now = rig.clock.wallMs()
  const rows = Array.from({ length: count }, (_, n) =>
    recordRow(caller.account, idOf(n), { ...plain, atMs: now - (count - 1 - n) * minute, ...more(n) }),
  )
  for (let from = 0; from < rows.length; from += 1000) await rig.keep(rows.slice(from, from + 1000))
  // Neighbours in the order of keys.
  for (const account of ['acm', 'acme-sub', 'acme2'])
    await rig.keep([recordRow(account as typeof caller.account, idOf(0), { ...plain, atMs: now })])
  return rig
}

interface Listed {
  readonly numbers: readonly number[]
  readonly next: string | null
  readonly previous: string | null
}

async function list(rig: MessageRig, given: Record<string, unknown>): Promise<Listed> {
  const { status, body } = await listMessages(rig.ports, caller, given)
  if (status !== 200) throw new Error(String(body['error']))
  const uuids = (body['objects'] as { message_uuid: string }[]).map(({ message_uuid: uuid }) => uuid)
  const numbers = uuids.map((uuid) => parseInt(uuid.slice(9, 13) + uuid.slice(15, 18) + uuid.slice(20, 21), 16))
  return { ...(body['meta'] as { next: string | null; previous: string | null }), numbers }
}

const queryOf = (link: string | null): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(link?.split('?')[1] ?? ''))

describe('a list of messages', () => {
  it('has the newest first, twenty at a time, and says where to go on', async () => {
    const rig = await rigWith(45)
    const first = await list(rig, {})
    expect(first.numbers).toEqual(Array.from({ length: 20 }, (_, i) => 44 - i))
    expect(first.previous).toBeNull()
    const second = await list(rig, queryOf(first.next))
    expect(second.numbers[0]).toBe(24)
    const third = await list(rig, queryOf(second.next))
    expect(third).toMatchObject({ numbers: [4, 3, 2, 1, 0], next: null })
    expect((await list(rig, queryOf(third.previous))).numbers).toEqual(second.numbers)
  })

  it('has the last day where nobody says when', async () => {
    const rig = await rigWith(1500)
    expect((await list(rig, { offset: 1439 })).numbers).toEqual([60, 59])
  })

  it.each([
    [{ message_time__gte: '2026-06-10 11:58' }, [9, 8, 7]],
    [{ message_time__gt: '2026-06-10 11:58' }, [9, 8]],
    [{ message_time__lt: '2026-06-10 11:53' }, [1, 0]],
    [{ message_time__lte: '2026-06-10 11:53:00.000000' }, [2, 1, 0]],
    [{ message_time: '2026-06-10 11:55' }, [4]],
    [{ message_time__gte: '2026-06-10 11:54:00', message_time__lt: '2026-06-10 11:56:00' }, [4, 3]],
    [{ message_time__lt: '2026-06-01 00:00' }, []],
    [{ message_direction: 'inbound' }, [3]],
    [{ message_state: 'failed' }, [5]],
    [{ error_code: 420 }, [5]],
    [{ error_code: '000' }, [9, 8, 7, 6, 4, 2, 1, 0]],
    [{ error_code: '0' }, [9, 8, 7, 6, 4, 2, 1, 0]],
    [{ powerpack_id: pack }, [6]],
    [{ from_number: '+14155550177' }, [7]],
    [{ to_number: '16045550100', destination_country_iso2: 'CA' }, [8]],
    [{ message_type: 'sms', limit: '2' }, [9, 8]],
    [{ message_type: 'mms' }, []],
    [{ tendlc_campaign_id: 'C1' }, []],
    [{ conversation_id: 'x' }, []],
  ])('by %j has %j', async (given, numbers) => {
    const odd: Record<number, Partial<MessageRecord>> = {
      3: { direction: 'inbound', state: 'received', code: undefined },
      5: { state: 'failed', code: 420 },
      6: { powerpack: pack },
      7: { from: '14155550177' },
      8: { to: '16045550100', country: 'CA' },
    }
    const rig = await rigWith(10, (n) => odd[n] ?? {})
    expect((await list(rig, given)).numbers).toEqual(numbers)
  })

  it('finds old times without looking through all that is newer', async () => {
    const rig = await rigWith(4000)
    let rows = 0
    const { keptRows } = rig.ports
    const ports = {
      ...rig.ports,
      keptRows: async (...asked: Parameters<typeof keptRows>) => {
        const page = await keptRows(...asked)
        rows += page.rows.length
        return page
      },
    }
    const { body } = await listMessages(ports, caller, { message_time__lt: '2026-06-07 18:00', limit: 5 })
    expect((body['objects'] as unknown[]).length).toBe(5)
    expect(rows).toBeLessThan(80)
  })

  it.each([
    [{ limit: 21 }, /^limit/],
    [{ limit: 0 }, /^limit/],
    [{ offset: -1 }, /^offset/],
    [{ message_time__gt: 'yesterday' }, /^message_time__gt/],
    [{ message_time: '2026-02-30 00:00' }, /^message_time/],
    [{ message_direction: 'up' }, /^message_direction/],
    [{ message_state: 'lost' }, /^message_state/],
    [{ error_code: 'x' }, /^error_code/],
    [{ subaccount: 'SA0000000000000000000' }, /^subaccount/],
  ])('by %j is refused', async (given, said) => {
    await expect(list(await rigWith(1), given)).rejects.toThrow(said)
  })

  it('of a sub-account has its messages, for its main account', async () => {
    const rig = await rigWith(3)
    const sub = { authId: 'SA0123456789ABCDEFGH', token: '', account: 'acme-sub' as typeof caller.account }
    const ports = { ...rig.ports, subAccountsOf: () => [sub] }
    const { body } = await listMessages(ports, caller, { subaccount: sub.authId })
    expect(body['objects']).toMatchObject([{ resource_uri: `/v1/Account/${sub.authId}/Message/${uuidOf(idOf(0))}/` }])
  })
})

describe('one message', () => {
  it('is shown to whoever sent it', async () => {
    const rig = await rigWith(2)
    expect(await showMessage(rig.ports, caller, uuidOf(idOf(1)))).toMatchObject({
      status: 200,
      body: { message_uuid: uuidOf(idOf(1)), message_state: 'delivered', error_code: '000', total_amount: '0.00450' },
    })
    const other = { ...caller, account: 'other' as typeof caller.account }
    expect(await showMessage(rig.ports, other, uuidOf(idOf(1)))).toMatchObject({ status: 404 })
  })

  it.each(['x', uuidOf(idOf(9)), '11111111-1111-4111-8111-111111111111'])('is not %s', async (uuid) => {
    expect(await showMessage((await rigWith(2)).ports, caller, uuid)).toMatchObject({ status: 404 })
  })
})

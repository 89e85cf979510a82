// Messages from phones to numbers of an API account, and what callbacks say.
import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../../message/kept.js'
import type { AccountId, MessageId } from '../../message/ids.js'
import type { Content, Message } from '../../message/message.js'
import { usualKeywords } from '../../powerpack/keywords.js'
import { judgeJoining, judgeLeaving } from '../../powerpack/number-changes.js'
import { Rig } from '../../powerpack/rig.suite.js'
import { encodePlain } from '../../text/charsets.js'
import { encodeGsm7 } from '../../text/gsm7.js'
import { KEPT_TEXT_MAX_BYTES } from '../../store/contracts/kept.js'
import { statusFields, type StatusCallback } from './callback-fields.js'
import { type InboundTarget, defaultAcknowledgements, type InboundPorts, takeInbound } from './inbound.js'
import { endpointOfKey, messageOfKey, webhookOf } from './webhook-row.js'
import { endpointOf } from './webhook-url.js'

const number = '14155550199'
const phone = '14155550100'
const application: InboundTarget = {
  account: 'MA',
  messageUrl: 'https://example.com/inbound',
  messageMethod: 'POST',
}

function messageOf(text: string | Content, changes: Partial<Message> = {}): Message {
  const content: Content =
    typeof text === 'string' ? { dataCoding: 0, udhi: false, octets: encodeGsm7(text) ?? new Uint8Array() } : text
  return {
    id: '0000010000000001' as MessageId,
    direction: 'mo',
    account: 'acme' as AccountId,
    source: { ton: 1, npi: 1, value: phone },
    destination: { ton: 1, npi: 1, value: number },
    asSent: undefined,
    content,
    shape: 'whole',
    parts: [],
    serviceType: '',
    protocolId: 0,
    priority: 0,
    replyPath: false,
    receiptRequest: { final: 'none', intermediate: false },
    tlvs: [],
    userMessageReference: -1,
    acceptedAtMs: 0,
    expiresAtMs: 0,
    ...changes,
  }
}

function inbound() {
  const rig = new Rig()
  rig.pack('pack', [number, '14155550198'])
  let id = 0
  let takes = true
  const ports: InboundPorts = {
    powerpacks: rig.packs,
    uuidOf: ({ id: messageId }) => `uuid-${messageId}`,
    nextId: () => String(id++).padStart(16, '0'),
    takes: () => takes,
    nowMs: () => rig.nowMs,
    wallMs: () => rig.nowMs,
  }
  const rules = { keywords: usualKeywords, acknowledgements: defaultAcknowledgements }
  const price = { totalRate: '0.00000', totalAmount: '0.00000' }
  const take = (message: Message, to = application) => takeInbound(message, to, price, rules, ports)
  return { rig, take, full: () => (takes = false) }
}

const webhooks = (rows: readonly KeptRow[]) =>
  rows.filter(({ table }) => table === 'callback').map(({ text }) => webhookOf(text)!)

describe('a message from a phone', () => {
  it('is told to the application', () => {
    const { take } = inbound()
    const taken = take(messageOf('Hi there € [x]'))
    expect(taken).toMatchObject({ intent: '', powerpack: 'pack', units: 1, isTold: true, text: 'Hi there € [x]' })
    const [row] = taken.rows
    expect(taken.rows).toHaveLength(1)
    expect(endpointOfKey(row!.key)).toBe(endpointOf(application.messageUrl))
    expect(messageOfKey(row!.key)).toBe('0000010000000001')
    expect(webhooks(taken.rows)).toEqual([
      {
        account: 'MA',
        purpose: 'inbound',
        method: 'POST',
        url: application.messageUrl,
        fields: [
          ['MessageUUID', 'uuid-0000010000000001'],
          ['From', phone],
          ['To', number],
          ['Text', 'Hi there € [x]'],
          ['Type', 'sms'],
          ['Units', '1'],
          ['TotalRate', '0.00000'],
          ['TotalAmount', '0.00000'],
          ['MessageIntent', ''],
          ['PowerpackUUID', 'pack'],
        ],
        madeAtMs: expect.any(Number) as number,
      },
    ])
  })

  it('has as many units as it came in, and no powerpack where its number has none', () => {
    const { take } = inbound()
    const part = { id: 'x' as MessageId, receiptRequest: { final: 'none', intermediate: false }, userMessageReference: -1 } as const // prettier-ignore
    const taken = take(
      messageOf('Hi', { parts: [part, part, part], destination: { ton: 1, npi: 1, value: '14155550111' } }),
    )
    expect(taken).toMatchObject({ units: 3, powerpack: '' })
  })

  it('is told as no text where it is none', () => {
    const taken = inbound().take(messageOf({ dataCoding: 4, udhi: false, octets: Uint8Array.of(1, 2, 3) }))
    expect(webhooks(taken.rows)[0]!.fields.find(([name]) => name === 'Text')).toEqual(['Text', ''])
  })

  it('is told to nobody where no application is set, or too much waits for it', () => {
    const { take, full } = inbound()
    expect(take(messageOf('Hi'), { ...application, messageUrl: '' })).toMatchObject({ isTold: false, rows: [] })
    full()
    expect(take(messageOf('Hi'))).toMatchObject({ isTold: false, rows: [] })
  })

  it('fits in its row however long it is', () => {
    const text = 'Ω€'.repeat(20_000)
    const octets = encodePlain(text, 'ucs2')!
    const [row] = inbound().take(messageOf({ dataCoding: 8, udhi: false, octets })).rows
    expect(Buffer.byteLength(row!.text)).toBeLessThan(KEPT_TEXT_MAX_BYTES)
    const kept = webhookOf(row!.text)!.fields.find(([name]) => name === 'Text')![1]
    expect(kept.length).toBeGreaterThan(20_000)
    expect(text.startsWith(kept)).toBe(true)
    const smileys = encodePlain('😀'.repeat(20_000), 'ucs2')!
    const [other] = inbound().take(messageOf({ dataCoding: 8, udhi: false, octets: smileys })).rows
    expect(Buffer.from(webhookOf(other!.text)!.fields[3]![1]).toString()).toMatch(/^(😀)+$/u)
  })
})

describe('STOP, START and HELP', () => {
  it('count at once and for all numbers of the pack, and are answered once', () => {
    const { rig, take } = inbound()
    const stop = take(messageOf(' stop '))
    expect(stop.intent).toBe('optout')
    expect(rig.send('pack', phone)).toBe(200)
    expect(stop.rows.map(({ table }) => table)).toEqual(['optout', 'optout', 'callback', 'callback'])
    const [acknowledgement, told] = webhooks(stop.rows)
    expect(acknowledgement).toMatchObject({
      purpose: 'acknowledgement',
      account: 'MA',
      replies: [{ src: number, dst: phone, text: defaultAcknowledgements.optout }],
    })
    expect(told!.fields).toContainEqual(['MessageIntent', 'optout'])
    // Of another number of the pack.
    const again = take(messageOf('STOP', { destination: { ton: 1, npi: 1, value: '14155550198' } }))
    expect(webhooks(again.rows).map(({ purpose }) => purpose)).toEqual(['inbound'])

    rig.keep(stop.rows)
    expect(rig.rebuilt().optOuts.has('pack', phone)).toBe(true)
    const start = take(messageOf('Start'))
    expect(webhooks(start.rows).map(({ purpose }) => purpose)).toEqual(['acknowledgement', 'inbound'])
    rig.keep(start.rows)
    expect(rig.send('pack', phone)).toMatch(/^1415555019[89]$/)
    expect(rig.rebuilt().optOuts.has('pack', phone)).toBe(false)
    expect(webhooks(take(messageOf('unstop')).rows).map(({ purpose }) => purpose)).toEqual(['inbound'])
  })

  it('stay right in the store where they come faster than it writes', () => {
    const { rig, take } = inbound()
    const rows = [...take(messageOf('STOP')).rows, ...take(messageOf('START')).rows, ...take(messageOf('STOP')).rows]
    rig.keep(rows)
    expect(rig.packs.optOuts.has('pack', phone)).toBe(true)
    expect(rig.rebuilt().optOuts.has('pack', phone)).toBe(true)
  })

  it('are of the number alone where it is in no pack', () => {
    const { rig, take } = inbound()
    take(messageOf('STOP', { destination: { ton: 1, npi: 1, value: '14155550111' } }))
    expect(rig.packs.optOuts.has('14155550111', phone)).toBe(true)
    expect(rig.packs.optOuts.has('pack', phone)).toBe(false)
  })

  it('hold for the number that they were said to when it is in another pack, until it hears START', () => {
    const { rig, take } = inbound()
    rig.keep(take(messageOf('STOP')).rows)
    const { book } = rig.packs
    rig.done(judgeLeaving(book, 'pool-pack', number, false))
    expect(rig.packs.hasOptedOut(number, phone)).toBe(true)
    rig.pack('other', [])
    rig.done(judgeJoining(book, 'pool-other', number, 'sms', rig.nowMs))
    rig.packs = rig.rebuilt()
    expect([rig.send('other', phone), rig.send('pack', phone)]).toEqual([200, 200])
  })

  it('end with START to any number of the pack, whichever heard STOP', () => {
    const { rig, take } = inbound()
    rig.keep(take(messageOf('STOP', { destination: { ton: 1, npi: 1, value: '14155550198' } })).rows)
    const start = take(messageOf('START'))
    expect(webhooks(start.rows)[0]!.purpose).toBe('acknowledgement')
    rig.keep(start.rows)
    expect(rig.rebuilt().optOuts.size).toBe(0)
    expect(rig.packs.optOuts.size).toBe(0)
  })

  it('end with START also where the number heard STOP before it joined its pack', () => {
    const { rig, take } = inbound()
    const alone = '14155550111'
    rig.keep(take(messageOf('STOP', { destination: { ton: 1, npi: 1, value: alone } })).rows)
    rig.join('pool-pack', alone)
    expect(rig.packs.hasOptedOut(alone, phone)).toBe(true)
    const start = take(messageOf('START', { destination: { ton: 1, npi: 1, value: alone } }))
    expect(webhooks(start.rows)[0]!.purpose).toBe('acknowledgement')
    expect(rig.packs.hasOptedOut(alone, phone)).toBe(false)
  })

  it('get help each time', () => {
    const { take } = inbound()
    for (const text of ['HELP', 'info']) {
      const [acknowledgement] = webhooks(take(messageOf(text)).rows)
      expect(acknowledgement!.replies![0]!.text).toBe(defaultAcknowledgements.help)
    }
  })

  it('are words alone', () => {
    const { rig, take } = inbound()
    expect(take(messageOf('please stop')).intent).toBe('')
    expect(rig.packs.optOuts.size).toBe(0)
  })
})

describe('the callback of a state', () => {
  const callback: StatusCallback = {
    uuid: 'u',
    from: number,
    to: phone,
    status: 'queued',
    units: 2,
    totalRate: '0.00500',
    totalAmount: '0.01000',
    mcc: '310',
    mnc: '260',
    errorCode: '',
    sequence: 1,
    messageTimeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 67),
    queuedTimeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 68),
    sentTimeMs: undefined,
    deliveryReportTimeMs: undefined,
    requesterIp: '192.0.2.1',
    powerpack: 'pack',
  }

  it('has the fields of the API', () => {
    expect(Object.fromEntries(statusFields(callback))).toEqual({
      MessageUUID: 'u',
      From: number,
      To: phone,
      Type: 'sms',
      Status: 'queued',
      Units: '2',
      TotalRate: '0.00500',
      TotalAmount: '0.01000',
      MCC: '310',
      MNC: '260',
      ParentMessageUUID: 'u',
      PartInfo: '1 of 1',
      Sequence: '1',
      MessageTime: '2026-01-02 03:04:05.067000',
      QueuedTime: '2026-01-02 03:04:05.068000',
      requester_ip: '192.0.2.1',
      PowerpackUUID: 'pack',
    })
  })

  it('says why where it failed, and when what happened', () => {
    const failed = { ...callback, status: 'undelivered', errorCode: '30', sentTimeMs: 0, deliveryReportTimeMs: 1 } as const // prettier-ignore
    expect(Object.fromEntries(statusFields(failed))).toMatchObject({
      ErrorCode: '30',
      SentTime: '1970-01-01 00:00:00.000000',
      DeliveryReportTime: '1970-01-01 00:00:00.001000',
    })
    expect(statusFields({ ...failed, status: 'delivered' }).map(([name]) => name)).not.toContain('ErrorCode')
  })
})

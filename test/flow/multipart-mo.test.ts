// Messages from phones: from the vendor to the account that has the number, whole or in parts, now or when its ESME binds.
import { expect, it } from 'vitest'
import type smpp from 'smpp'
import type { SimEsme, SimMo } from '../../src/sim/esme.js'
import { startHandVendor, type HandVendor } from './hand-vendor.js'
import { receiptsOf, startScenario, type Row, type Scenario, type ScenarioOptions } from './scenario.js'
import { emojiText, latinText, markOf, partsOf, wholesOf } from './texts.js'
import { when } from './waiting.js'

const status = { ok: 0, tryAgain: 0x64, refused: 0x66 } as const
const phone = '447700900123'
const number = '12025550123'
const addresses = {
  source_addr: phone,
  source_addr_ton: 1,
  source_addr_npi: 1,
  destination_addr: number,
  dest_addr_ton: 1,
  dest_addr_npi: 1,
}

interface Phones extends Scenario {
  readonly hand: HandVendor
}

async function startPhones(account: Row = {}, more: Partial<ScenarioOptions> = {}): Promise<Phones> {
  const hand = await startHandVendor()
  const scenario = await startScenario({
    vendors: [],
    handVendors: [hand],
    account: { numbers: [number, '7726'], ...account },
    ...more,
  })
  await hand.bound(1)
  // Not copied: after a restart its daemon is another.
  return Object.assign(scenario, { hand })
}

/** What the ESME gets from now on. */
function inboxOf(esme: SimEsme): { readonly got: readonly SimMo[]; came(count: number): Promise<void> } {
  const got = esme.mo
  return { got, came: (count) => when(esme.events, 'mo', () => got.length >= count, `${count} deliver_sm at the ESME`) }
}

const pdusOf = (list: readonly SimMo[]): readonly smpp.Pdu[] => list.map(({ pdu }) => pdu)
const whole = { source: phone, destination: number }

it.each(['deliver_sm', 'data_sm'] as const)(
  'brings a message in one %s to the account of the number',
  async (command) => {
    const { hand, bind } = await startPhones()
    const inbox = inboxOf(await bind())
    const text = 'привет 😀'
    const field = command === 'data_sm' ? 'message_payload' : 'short_message'
    const octets = Buffer.from(text, 'utf16le').swap16()
    const answer = await hand.mo({ ...addresses, data_coding: 8, [field]: octets }, command)
    expect(answer).toMatchObject({ command: `${command}_resp`, command_status: status.ok })
    await inbox.came(1)
    expect(wholesOf(pdusOf(inbox.got))).toEqual([{ ...whole, text, way: 'short', order: [1] }])
    expect(inbox.got[0]!.pdu).toMatchObject({ esm_class: 0, data_coding: 8, source_addr_ton: 1, dest_addr_ton: 1 })
  },
)

it.each([
  ['asReceived', 'udh8'],
  ['payload', 'payload'],
  ['udh16', 'udh16'],
  ['sar', 'sar'],
] as const)('joins a message of three parts and hands it over as the account has it: %s', async (longMessage, way) => {
  const { hand, bind, daemon } = await startPhones({ longMessage })
  const inbox = inboxOf(await bind())
  const texts = [latinText(400), emojiText(180)]
  for (const [i, text] of texts.entries()) {
    const parts = partsOf(text, 'udh8', i)
    expect(parts).toHaveLength(3)
    // In any order; a vendor's window is often 1, so each part is answered before the next comes.
    for (const part of [parts[2]!, parts[0]!, parts[1]!]) {
      expect((await hand.mo({ ...addresses, ...part })).command_status).toBe(status.ok)
    }
    await inbox.came((i + 1) * (way === 'payload' ? 1 : 3))
  }
  expect(wholesOf(pdusOf(inbox.got))).toEqual(
    texts.map((text) => ({ ...whole, text, way, order: way === 'payload' ? [1] : [1, 2, 3] })),
  )
  expect(await daemon.metric('smswitch_mo_total', { connection: 'v1-1', outcome: 'accepted' })).toBe(6)
  expect(await daemon.metric('smswitch_reassembly_total', { peer: 'vendor', outcome: 'whole' })).toBe(2)
})

it('withholds the answers to parts where the connection says so', async () => {
  const { hand, bind } = await startPhones(
    { longMessage: 'payload' },
    { connections: [{ multipart: { ack: 'withheld' } }] },
  )
  const inbox = inboxOf(await bind())
  const parts = partsOf(latinText(400), 'sar', 900)
  const answers = await Promise.all(parts.map((part) => hand.mo({ ...addresses, ...part })))
  expect(answers.map(({ command_status }) => command_status)).toEqual([0, 0, 0])
  await inbox.came(1)
  expect(inbox.got[0]!.text).toBe(latinText(400))
})

it('refuses for good what is for a number that nobody has, or can’t be read', async () => {
  const { hand, bind, daemon } = await startPhones({}, { connections: [{ text: { table: 'gsm0338' } }] })
  const inbox = inboxOf(await bind())
  const toNobody = { ...addresses, destination_addr: '12025550199' }
  expect((await hand.mo({ ...toNobody, short_message: 'hello' })).command_status).toBe(status.refused)
  for (const part of partsOf(latinText(200), 'udh8', 1)) {
    expect((await hand.mo({ ...toNobody, ...part })).command_status).toBe(status.refused)
  }
  // 3GPP TS 23.038 clause 4: a compressed text.
  const compressed = { ...addresses, data_coding: 0x20, short_message: Buffer.from('hello') }
  expect((await hand.mo(compressed)).command_status).toBe(status.refused)
  const halfMarked = { ...addresses, short_message: 'hello', sar_msg_ref_num: 1 }
  expect((await hand.mo(halfMarked)).command_status).toBe(status.refused)
  expect((await hand.mo({ ...addresses, short_message: 'hello' })).command_status).toBe(status.ok)
  await inbox.came(1)
  expect(inbox.got[0]!.text).toBe('hello')
  expect(await daemon.metric('smswitch_mo_total', { outcome: 'refused' })).toBe(5)
  await daemon.logged('vendor.moRefused', ({ destination }) => destination === '12025550199')
})

it('sends acknowledged parts as they came when the others do not come', async () => {
  const { hand, bind } = await startPhones({}, { set: { 'multipart.timeoutMs': 400 } })
  const inbox = inboxOf(await bind())
  const [, second] = partsOf(latinText(400), 'udh8', 5)
  expect((await hand.mo({ ...addresses, ...second })).command_status).toBe(status.ok)
  await inbox.came(1)
  const { udh } = inbox.got[0]!.pdu['short_message'] as smpp.Text
  expect(udh).toEqual([Buffer.of(0x00, 3, 5, 3, 2)])
  expect(inbox.got[0]!.text).toBe(latinText(400).slice(153, 306))
})

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'keeps messages while no ESME is bound, also over %s, and hands them over in order',
  async (how) => {
    const scenario = await startPhones({ longMessage: 'udh8' })
    const { hand } = scenario
    const texts = ['first', latinText(400), 'third']
    for (const [i, text] of texts.entries()) {
      for (const part of i === 1 ? partsOf(text, 'udh8', i) : [{ short_message: text }]) {
        expect((await hand.mo({ ...addresses, ...part })).command_status).toBe(status.ok)
      }
      if (i === 1) {
        const binds = hand.binds.length
        await scenario.restart(how)
        await hand.bound(binds + 1)
      }
    }
    // A transmitter gets nothing.
    const sender = inboxOf(await scenario.bind({ bind: 'tx' }))
    const inbox = inboxOf(await scenario.bind({ bind: 'rx' }))
    await inbox.came(5)
    expect(
      wholesOf(pdusOf(inbox.got))
        .map(({ text }) => text)
        .sort(),
    ).toEqual([...texts].sort())
    // A message begins when those before it have; its segments wait for each other's answers, and others go meanwhile.
    const begins = inbox.got.filter(({ pdu }) => (markOf(pdu)?.part ?? 1) === 1)
    expect(begins.map(({ text }) => text)).toEqual(['first', latinText(153), 'third'])
    expect(sender.got).toEqual([])
  },
)

it('hands over messages and receipts to the same ESME', async () => {
  const { hand, bind } = await startPhones({ longMessage: 'payload' })
  const esme = await bind()
  const inbox = inboxOf(esme)
  const { messageId } = await esme.submit({ source: number, destination: phone, text: 'ask', registeredDelivery: 1 })
  await hand.submits(1)
  hand.answer(0, { message_id: 'v0' })
  expect((await hand.mo({ ...addresses, short_message: 'answer' })).command_status).toBe(status.ok)
  expect(await hand.deliver(0, 'v0', 'DELIVRD')).toBe(0)
  await inbox.came(1)
  await when(esme.events, 'receipt', () => esme.receipts.length === 1, 'the receipt')
  expect(esme.receipts[0]).toMatchObject({ id: messageId, state: 'DELIVRD' })
  expect(inbox.got[0]).toMatchObject({ source: phone, destination: number, text: 'answer' })
})

it('keeps no more for an account than allowed, also after a restart, and takes no room of its receipts for that', async () => {
  const phones = await startPhones({ maxMo: 2, maxReceipts: 2 })
  const { hand, bind } = phones
  const short = (text: string) => hand.mo({ ...addresses, data_coding: 0, short_message: Buffer.from(text) })
  const statuses = async (...texts: readonly string[]) => {
    const all: unknown[] = []
    for (const text of texts) all.push((await short(text)).command_status)
    return all
  }
  expect(await statuses('1', '2', '3')).toEqual([status.ok, status.ok, status.tryAgain])
  const sender = await bind({ bind: 'tx' })
  await sender.submit({ source: number, destination: phone, text: 'hello', registeredDelivery: 1 })
  await hand.submits(1)
  hand.answer(0, { message_id: 'v0' })
  expect(await hand.deliver(0, 'v0', 'DELIVRD')).toBe(0)
  await phones.daemon.metricWhen((value) => value === 1, 'smswitch_receipts_waiting', { account: 'acme' })
  expect(await phones.daemon.metric('smswitch_mo_waiting', { account: 'acme' })).toBe(2)
  await phones.restart('SIGKILL')
  await hand.bound(2)
  expect(await statuses('4')).toEqual([status.tryAgain])
  const esme = await bind()
  const inbox = inboxOf(esme)
  await inbox.came(2)
  await receiptsOf(esme, 1)
  expect(wholesOf(pdusOf(inbox.got)).map(({ text }) => text)).toEqual(['1', '2'])
  await phones.daemon.metricWhen((value) => value === 0, 'smswitch_mo_waiting', { account: 'acme' })
  expect(await statuses('5')).toEqual([status.ok])
  await inbox.came(3)
})

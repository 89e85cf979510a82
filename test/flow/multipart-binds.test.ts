// Long messages over several binds, one of which stops answering; and vendors whose window is smaller than their messages have parts.
import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import type smpp from 'smpp'
import { startHandVendor } from './hand-vendor.js'
import { connectRaw, submitFields } from './raw-esme.js'
import { startScenario } from './scenario.js'
import { emojiText, latinText, partsOf } from './texts.js'
import { when } from './waiting.js'

const status = { ok: 0, systemError: 8, queueFull: 0x14, tryAgain: 0x64 } as const
const number = '12025550123'
const mo = {
  source_addr: '447700900123',
  source_addr_ton: 1,
  source_addr_npi: 1,
  destination_addr: number,
  dest_addr_ton: 1,
  dest_addr_npi: 1,
}
const long = { short_message: '', message_payload: Buffer.alloc(400, 'long ') }

/** The text of a short message, or which segment of a long one it is. */
function pieceOf({ esm_class, short_message }: smpp.Pdu): string {
  const { message, udh } = short_message as { message: string; udh?: Buffer[] }
  return ((esm_class as number) & 0x40) === 0 ? message : `segment ${udh![0]!.at(-1)}`
}

it('sends on over the other bind of a vendor when one stops answering in the middle of a message', async () => {
  const hand = await startHandVendor()
  const { daemon } = await startScenario({
    vendors: [],
    handVendors: [hand],
    connections: [{ binds: 2, window: 1, longMessage: 'udh8' }],
  })
  await hand.bound(2)
  const esme = await connectRaw(daemon.smppPort)
  await esme.bind('transmitter')
  const submit = async (fields: smpp.Fields): Promise<void> => {
    expect((await esme.ask('submit_sm', submitFields(fields))).command_status).toBe(status.ok)
  }
  const taken = (index: number): void => hand.answer(index, { message_id: `m${index}` })

  await submit(long)
  await hand.submits(1)
  taken(0)
  await hand.submits(2)
  // The other bind is full, then this one again: the segment that is to be sent once more has no place on it.
  await submit({ short_message: 'held by the other' })
  await hand.submits(3)
  await submit({ short_message: 'hangs' })
  hand.answer(1, { command_status: status.systemError })
  await hand.submits(4)
  expect([1, 2, 3].map((i) => hand.linkOf(i) === hand.linkOf(0))).toEqual([true, false, true])
  expect(hand.submitted.map(pieceOf)).toEqual(['segment 1', 'segment 2', 'held by the other', 'hangs'])

  // Nothing hinders the short ones meanwhile.
  taken(2)
  const texts = ['one', 'two', 'three', 'four', 'five']
  for (const [i, text] of texts.entries()) {
    await submit({ short_message: text })
    await hand.submits(5 + i)
    taken(4 + i)
  }
  expect(hand.submitted.slice(4).map(pieceOf)).toEqual(texts)
  // Its own bind does not come back: the rest goes over the other, long before the hung one is given up.
  await hand.submits(10)
  taken(9)
  await hand.submits(11)
  taken(10)
  expect(hand.submitted.slice(9).map(pieceOf)).toEqual(['segment 2', 'segment 3'])
  for (let i = 4; i <= 10; i++) expect(hand.linkOf(i)).toBe(hand.linkOf(2))
  taken(3)
  await daemon.metricWhen((value) => value === 8, 'smswitch_messages_final_total')
})

it('hands on over the other bind of an ESME when one stops answering in the middle of a message, receipts too', async () => {
  const hand = await startHandVendor()
  const { daemon } = await startScenario({
    vendors: [],
    handVendors: [hand],
    account: { numbers: [number], longMessage: 'udh8' },
    set: { 'smpp.server.sendWindow': 1 },
  })
  await hand.bound(1)
  const events = new EventEmitter()
  const got: { readonly pdu: smpp.Pdu; readonly by: smpp.Session }[] = []
  for (let i = 0; i < 2; i++) {
    const esme = await connectRaw(daemon.smppPort)
    esme.session.on('pdu', (pdu) => {
      if (pdu.command !== 'deliver_sm') return
      got.push({ pdu, by: esme.session })
      events.emit('got')
    })
    await esme.bind('receiver')
  }
  const came = (count: number): Promise<void> => when(events, 'got', () => got.length >= count, `${count} deliver_sm`)
  const answer = (index: number, commandStatus: number = status.ok): void => {
    const { pdu, by } = got[index]!
    by.send(pdu.response({ command_status: commandStatus }))
  }

  await hand.mo({ ...mo, ...long })
  await came(1)
  answer(0)
  await came(2)
  await hand.mo({ ...mo, short_message: 'held by the other' })
  await came(3)
  await hand.mo({ ...mo, short_message: 'hangs' })
  answer(1, status.queueFull)
  await came(4)
  expect(got.map(({ pdu }) => pieceOf(pdu))).toEqual(['segment 1', 'segment 2', 'held by the other', 'hangs'])
  expect([1, 2, 3].map((i) => got[i]!.by === got[0]!.by)).toEqual([true, false, true])

  answer(2)
  const texts = ['one', 'two', 'three']
  for (const [i, text] of texts.entries()) {
    await hand.mo({ ...mo, short_message: text })
    await came(5 + i)
    answer(4 + i)
  }
  const sender = await connectRaw(daemon.smppPort)
  await sender.bind('transmitter')
  await sender.ask('submit_sm', submitFields({ registered_delivery: 1 }))
  await hand.submits(1)
  hand.answer(0, { message_id: 'm0' })
  await hand.deliver(0, 'm0', 'DELIVRD')
  await came(8)
  answer(7)
  expect(got.slice(4, 7).map(({ pdu }) => pieceOf(pdu))).toEqual(texts)
  expect(got[7]!.pdu.esm_class).toBe(4)
  await came(9)
  answer(8)
  await came(10)
  answer(9)
  expect(got.slice(8).map(({ pdu }) => pieceOf(pdu))).toEqual(['segment 2', 'segment 3'])
  for (let i = 4; i < 10; i++) expect(got[i]!.by).toBe(got[2]!.by)
  answer(3)
})

it('lets a vendor wait once whose window of 1 is full of a withheld part, not for each message', async () => {
  const stallMs = 1000
  const hand = await startHandVendor()
  const { bind } = await startScenario({
    vendors: [],
    handVendors: [hand],
    account: { numbers: [number] },
    connections: [{ multipart: { ack: 'withheld' } }],
    set: { 'multipart.stallMs': stallMs },
  })
  await hand.bound(1)
  const esme = await bind()
  let came = 0
  esme.events.on('mo', () => came++)
  const begunMs = performance.now()
  for (let reference = 0; reference < 4; reference++) {
    for (const part of partsOf(`${reference} ${latinText(400)}`, 'udh8', reference)) {
      expect((await hand.mo({ ...mo, ...part })).command_status).toBe(status.ok)
    }
  }
  expect(performance.now() - begunMs).toBeLessThan(2 * stallMs)
  await when(esme.events, 'mo', () => came >= 4, '4 messages at the ESME')
})

it('takes no silence for a full window where that would count no sooner than the time of a message is over', async () => {
  const hand = await startHandVendor()
  const { daemon } = await startScenario({
    vendors: [],
    handVendors: [hand],
    account: { numbers: [number] },
    connections: [{ multipart: { ack: 'withheld' } }],
    set: { 'multipart.stallMs': 300, 'multipart.timeoutMs': 300 },
  })
  await hand.bound(1)
  const esme = await connectRaw(daemon.smppPort)
  await esme.bind('transmitter')
  const [part] = partsOf(emojiText(100), 'udh8', 1)
  const answers = await Promise.all([esme.ask('submit_sm', submitFields(part)), hand.mo({ ...mo, ...part })])
  // ESME_RINVNUMMSGS to who submits.
  expect(answers.map(({ command_status }) => command_status)).toEqual([0x55, status.tryAgain])
  for (const peer of ['esme', 'vendor']) {
    expect(await daemon.metric('smswitch_parts_turned_early_total', { peer })).toBe(0)
  }
})

import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { SimEsme } from './esme.js'
import { startSimEsme } from './esme.js'
import { inParts } from './parts.js'
import { sendAll, sendAndWait } from './send.js'
import type { SimVendor, SimVendorOptions } from './vendor.js'
import { startSimVendor } from './vendor.js'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function vendorWith(options: SimVendorOptions = {}): Promise<SimVendor> {
  const vendor = await startSimVendor({ random: () => 0, ...options })
  stops.push(() => vendor.stop())
  return vendor
}

async function esmeOf(vendor: SimVendor, bind: 'tx' | 'rx' | 'trx' | 'tx+rx' = 'trx'): Promise<SimEsme> {
  const esme = await startSimEsme({ port: vendor.port, systemId: 'user', password: 'pass', bind })
  stops.push(() => esme.stop())
  return esme
}

const hello = { source: '12345', destination: '4915112345678', text: 'Hello {world} €', registeredDelivery: 1 }
const sending = { count: 20, window: 5, message: () => hello, receiptTimeoutMs: 5000 }

describe('the simulated peers', () => {
  it('send messages one way and a receipt for each the other way, over transmitter and receiver', async () => {
    const vendor = await vendorWith({ idFormat: 'uuid' })
    const esme = await esmeOf(vendor, 'tx+rx')
    expect(await sendAll(esme, sending)).toMatchObject({ accepted: 20, receipts: 20, missingReceipts: 0 })
    expect(vendor.received[0]).toMatchObject({ text: hello.text, destination: hello.destination })
    expect(esme.receipts[0]).toMatchObject({ state: 'DELIVRD', source: hello.destination, destination: hello.source })
  })

  it('send a long text in parts that say which they are, and a short one whole', async () => {
    const vendor = await vendorWith()
    const esme = await esmeOf(vendor)
    const texts = ['x'.repeat(160), `${'x'.repeat(152)}€${'y'.repeat(151)}`, `${'ж'.repeat(66)}😀ж`]
    const cut = texts.map((text, i) => inParts({ ...hello, text }, i))
    expect(cut.map((parts) => parts.map(({ text }) => text.length))).toEqual([[160], [152, 152], [69]])
    const long = inParts({ ...hello, text: `${'ж'.repeat(66)}😀жжж` }, 9)
    expect(long.map(({ text }) => text)).toEqual(['ж'.repeat(66), '😀жжж'])
    for (const part of [...cut[1]!, ...long]) expect((await esme.submit(part)).status).toBe(0)
    const udhs = vendor.received.map(({ pdu }) => (pdu['short_message'] as { udh: Buffer[] }).udh[0]!.toString('hex'))
    expect(udhs).toEqual(['0003010201', '0003010202', '0003090201', '0003090202'])
  })

  it('bring messages from phones, and say where nobody takes them', async () => {
    const vendor = await vendorWith()
    const mo = { source: '447700900123', destination: '12025550123', text: 'Привет' }
    expect(await vendor.deliver(mo)).toBe(-1)
    const esme = await esmeOf(vendor)
    expect(await vendor.deliver(mo)).toBe(0)
    expect(await vendor.deliver({ ...mo, source: 'Bank', text: 'Hello' })).toBe(0)
    expect(esme.mo).toMatchObject([mo, { source: 'Bank', text: 'Hello' }])
  })

  it('give ids that no other simulated vendor gives', async () => {
    const ids: string[] = []
    for (const vendor of [await vendorWith(), await vendorWith()]) {
      const esme = await esmeOf(vendor)
      for (let i = 0; i < 20; i++) ids.push((await esme.submit(hello)).messageId)
    }
    expect(new Set(ids).size).toBe(40)
  })

  it('refuse by schedule', async () => {
    const vendor = await vendorWith({
      errors: [
        { first: 2, status: 0x58 },
        { everyNth: 10, status: 0x45 },
      ],
    })
    const esme = await esmeOf(vendor)
    const statuses: number[] = []
    await sendAll(esme, { ...sending, window: 1, onAnswer: (_, { status }) => statuses.push(status) })
    expect(statuses.filter((status) => status === 0x58)).toHaveLength(2)
    expect([statuses[9], statuses[19]]).toEqual([0x45, 0x45])
  })

  it('honour the bits of registered_delivery', async () => {
    const vendor = await vendorWith({ receipts: { outcomes: { UNDELIV: 1 } } })
    const esme = await esmeOf(vendor)
    for (const registeredDelivery of [0, 3]) await esme.submit({ ...hello, registeredDelivery })
    const came = once(esme.events, 'receipt')
    await esme.submit({ ...hello, text: 'failures only', registeredDelivery: 2 })
    await came
    expect(esme.receipts.map(({ state }) => state)).toEqual(['UNDELIV'])
    expect(vendor.stats.accepted).toBe(3)
  })

  it.each([
    ['hex', 'decimal', (id: string) => BigInt(`0x${id}`).toString()],
    ['decimal', 'hex', (id: string) => BigInt(id).toString(16)],
  ] as const)('write a %s id as %s in the receipt', async (idFormat, idForm, expected) => {
    const vendor = await vendorWith({ idFormat, receipts: { idForm, style: 'text' } })
    const esme = await esmeOf(vendor)
    const came = once(esme.events, 'receipt')
    const { messageId } = await esme.submit(hello)
    await came
    expect(esme.receipts[0]?.id).toBe(expected(messageId))
  })

  it('send ENROUTE before DELIVRD, doubled, before the answer', async () => {
    const receipts = {
      outcomes: { 'ENROUTE+DELIVRD': 1 },
      beforeResponse: true,
      duplicate: true,
      style: 'tlv',
    } as const
    const esme = await esmeOf(await vendorWith({ receipts }))
    const order: string[] = []
    esme.events.on('receipt', ({ state }) => order.push(state))
    await esme.submit(hello).then(() => order.push('answer'))
    expect(order).toEqual(['ENROUTE', 'ENROUTE', 'DELIVRD', 'DELIVRD', 'answer'])
  })

  it('keep a receipt until a receiver is bound, and send it again when the link broke before its answer', async () => {
    const vendor = await vendorWith()
    const transmitter = await esmeOf(vendor, 'tx')
    const { messageId } = await transmitter.submit(hello)
    const silent = await startSimEsme({
      port: vendor.port,
      systemId: 'user',
      password: 'pass',
      bind: 'rx',
      answerReceipt: () => undefined,
    })
    if (silent.receipts.length === 0) await once(silent.events, 'receipt')
    const gone = once(vendor.events, 'close')
    silent.drop()
    await gone
    expect(vendor.receiptsOwed()).toBe(1)
    const answered = once(vendor.events, 'receipt')
    const receiver = await esmeOf(vendor, 'rx')
    await answered
    expect(receiver.receipts.map(({ id }) => id)).toEqual([messageId])
    expect(vendor.receiptsOwed()).toBe(0)
  })

  it('refuse a wrong password and a submit before the bind', async () => {
    const vendor = await vendorWith({ systemId: 'user', password: 'secret' })
    const refused = startSimEsme({ port: vendor.port, systemId: 'user', password: 'wrong' })
    await expect(refused).rejects.toThrow('0x0000000e')
  })

  it('say of an unanswered submit that it is so, when muted and when the vendor hangs up', async () => {
    const vendor = await vendorWith({ dropAfter: 2 })
    const summary = await sendAndWait(
      { port: vendor.port, systemId: 'user', password: 'pass' },
      { ...sending, count: 2, window: 1, message: () => ({ ...hello, registeredDelivery: 0 }) },
    )
    expect(summary).toMatchObject({ accepted: 1, unanswered: 1 })
  })

  it.each(['0000000800000001', '00000004', '474554202f20485454502f312e310d0a0d0a', '7fffffff00000004', '00000000'])(
    'outlive the octets %s on the port',
    async (hex) => {
      const vendor = await vendorWith()
      const socket = net.connect(vendor.port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.end(Buffer.from(hex, 'hex'))
      const esme = await esmeOf(vendor)
      expect((await esme.submit(hello)).status).toBe(0)
      socket.destroy()
    },
  )
})

// What passes from the sender's submit_sm to the vendor's: content, TLVs, numbering, validity.
import type smpp from 'smpp'
import { expect, it } from 'vitest'
import { connectRaw, submitFields } from './raw-esme.js'
import { receiptsOf, startScenario, submitsAt } from './scenario.js'

const octetsOf = (field: unknown): Buffer => {
  const { message } = field as { readonly message: string | Buffer }
  return typeof message === 'string' ? Buffer.from(message, 'latin1') : message
}

it('passes a message_payload of 1,000 octets whole, and everything that describes a short message', async () => {
  const { daemon, vendor } = await startScenario({ connections: [{ longMessage: 'payload' }] })
  const esme = await connectRaw(daemon.smppPort)
  expect(await esme.bind('transmitter')).toBe(0)
  const payload = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256))
  await esme.ask('submit_sm', submitFields({ short_message: '', message_payload: payload, data_coding: 4 }))
  const binary = Buffer.from([0x05, 0x00, 0x03, 0x2a, 0x02, 0x01, 0x00, 0xff, 0x80, 0x0a])
  await esme.ask(
    'submit_sm',
    submitFields({
      short_message: binary,
      data_coding: 4,
      esm_class: 0x40,
      service_type: 'WAP',
      priority_flag: 2,
      protocol_id: 0x41,
    }),
  )
  await esme.ask('submit_sm', submitFields({ short_message: 'grüß', data_coding: 8 }))
  await submitsAt(vendor, 3)
  const [long, short, ucs2] = vendor.received.map(({ pdu }) => pdu)
  expect(octetsOf(long!['message_payload'])).toEqual(payload)
  expect(octetsOf(long!['short_message'])).toHaveLength(0)
  expect(short).toMatchObject({
    data_coding: 4,
    esm_class: 0x40,
    service_type: 'WAP',
    priority_flag: 2,
    protocol_id: 0x41,
  })
  expect(vendor.received[1]!.text === '' ? undefined : rawShortMessage(short!)).toEqual(binary)
  expect(ucs2!['data_coding']).toBe(8)
  expect(vendor.received[2]!.text).toBe('grüß')
})

/** npm `smpp` takes the UDH off: the octets of short_message as they were on the wire. */
function rawShortMessage(pdu: smpp.Pdu): Buffer {
  const { message, udh } = pdu['short_message'] as {
    readonly message: string | Buffer
    readonly udh?: readonly Buffer[]
  }
  const rest = typeof message === 'string' ? Buffer.from(message, 'latin1') : message
  if (udh === undefined) return rest
  const head = Buffer.concat(udh)
  return Buffer.concat([Buffer.from([head.length]), head, rest])
}

it('passes TLVs of vendors byte for byte', async () => {
  const { daemon, vendor } = await startScenario()
  const esme = await connectRaw(daemon.smppPort)
  await esme.bind()
  const { session } = esme
  // npm `smpp` cannot write a TLV that it does not know: it is put at the end of a PDU by hand.
  const value = Buffer.from([0x00, 0x01, 0xfe, 0xff, 0x7f])
  session.socket.write(submitWithTlv(0x1400, value))
  await submitsAt(vendor, 1)
  const seen = vendor.received[0]!.pdu
  const tlvs = Object.entries(seen).filter(([, field]) => Buffer.isBuffer(field) && field.equals(value))
  expect(tlvs).toHaveLength(1)
})

/** A plain submit_sm with one more TLV, written by hand (SMPP 3.4 §4.4.1, §3.2.4). */
function submitWithTlv(tag: number, value: Buffer): Buffer {
  const text = (field: string): Buffer => Buffer.from(`${field}\0`, 'latin1')
  const message = Buffer.from('hello', 'latin1')
  const body = Buffer.concat([
    text(''),
    Buffer.from([1, 1]),
    text('12025550100'),
    Buffer.from([1, 1]),
    text('447700900123'),
    Buffer.from([0, 0, 0]),
    text(''),
    text(''),
    Buffer.from([0, 0, 0, 0, message.length]),
    message,
    Buffer.from([tag >> 8, tag & 0xff, value.length >> 8, value.length & 0xff]),
    value,
  ])
  const head = Buffer.alloc(16)
  head.writeUInt32BE(16 + body.length, 0)
  head.writeUInt32BE(0x4, 4)
  head.writeUInt32BE(1000, 12)
  return Buffer.concat([head, body])
}

it('numbers addresses by their shape, as received, or as fixed, and takes the connection’s service type', async () => {
  const addresses = [
    { source_addr: '12025550100', source_addr_ton: 0, source_addr_npi: 0 },
    { source_addr: '74655', source_addr_ton: 0, source_addr_npi: 1 },
    { source_addr: 'Acme Bank', source_addr_ton: 0, source_addr_npi: 1 },
    { source_addr: '+447700900999', source_addr_ton: 1, source_addr_npi: 1 },
  ]
  const byConnection = async (
    connection: Readonly<Record<string, unknown>>,
  ): Promise<readonly (readonly unknown[])[]> => {
    const { daemon, vendor } = await startScenario({ connections: [connection] })
    const esme = await connectRaw(daemon.smppPort)
    await esme.bind()
    for (const source of addresses)
      await esme.ask('submit_sm', submitFields({ ...source, dest_addr_ton: 2, dest_addr_npi: 8 }))
    await submitsAt(vendor, addresses.length)
    return vendor.received.map(({ pdu }) => [
      pdu['source_addr'],
      pdu['source_addr_ton'],
      pdu['source_addr_npi'],
      pdu['dest_addr_ton'],
      pdu['dest_addr_npi'],
      pdu['service_type'],
    ])
  }
  expect(await byConnection({ serviceType: 'CMT' })).toEqual([
    ['12025550100', 1, 1, 1, 1, 'CMT'],
    ['74655', 3, 0, 1, 1, 'CMT'],
    ['Acme Bank', 5, 0, 1, 1, 'CMT'],
    ['447700900999', 1, 1, 1, 1, 'CMT'],
  ])
  expect(await byConnection({ sourceAddress: 'asReceived', destinationAddress: 'asReceived' })).toEqual([
    ['12025550100', 0, 0, 2, 8, ''],
    ['74655', 0, 1, 2, 8, ''],
    ['Acme Bank', 0, 1, 2, 8, ''],
    ['447700900999', 1, 1, 2, 8, ''],
  ])
  const fixed = await byConnection({ sourceAddress: { ton: 4, npi: 9 }, destinationAddress: { ton: 6, npi: 3 } })
  expect(fixed.map(([, ...numbering]) => numbering)).toEqual(addresses.map(() => [4, 9, 6, 3, '']))
})

it('writes the validity anew at each attempt, in the connection’s form', async () => {
  const first = await startScenario({ set: { 'delivery.resendStepMs': 2100 } })
  first.vendor.configure({ errors: [{ first: 1, status: 0x08 }] })
  const seconds: number[] = []
  first.vendor.events.on('submit', ({ pdu }) => seconds.push(secondsFromNow(pdu['validity_period'])))
  const esme = await first.bind()
  await esme.submit({ source: '12025550100', destination: '447700900123', text: 'x', validitySeconds: 100 })
  await submitsAt(first.vendor, 2)
  expect(seconds[0]).toBeGreaterThanOrEqual(99)
  expect(seconds[0]).toBeLessThanOrEqual(100)
  expect(seconds[1]).toBeGreaterThanOrEqual(96)
  expect(seconds[1]).toBeLessThanOrEqual(98)

  const second = await startScenario({ connections: [{ validity: 'omit' }] })
  const other = await second.bind()
  await other.submit({ source: '12025550100', destination: '447700900123', text: 'x', validitySeconds: 100 })
  await submitsAt(second.vendor, 1)
  expect(second.vendor.received[0]!.pdu['validity_period']).toBe('')
})

/** npm `smpp` reads a relative time (SMPP 3.4 §7.1.1.2) as a Date. */
function secondsFromNow(field: unknown): number {
  if (!(field instanceof Date)) throw new Error(`no time: ${String(field)}`)
  return Math.round((field.getTime() - Date.now()) / 1000)
}

it('writes an absolute validity where the connection wants one', async () => {
  const { bind, vendor } = await startScenario({ connections: [{ validity: 'absolute' }] })
  const esme = await bind()
  await esme.submit({ source: '12025550100', destination: '447700900123', text: 'x', validitySeconds: 3600 })
  await submitsAt(vendor, 1)
  // npm `smpp` reads it as a Date; it has tenths of a second at most.
  const seconds = secondsFromNow(vendor.received[0]!.pdu['validity_period'])
  expect(seconds).toBeGreaterThanOrEqual(3595)
  expect(seconds).toBeLessThanOrEqual(3600)
})

it('keeps a scheduled message until its time', async () => {
  const { daemon, vendor } = await startScenario()
  const esme = await connectRaw(daemon.smppPort)
  await esme.bind()
  const startedMs = performance.now()
  await esme.ask('submit_sm', submitFields({ short_message: 'later', schedule_delivery_time: '000000000002000R' }))
  await esme.ask('submit_sm', submitFields({ short_message: 'now' }))
  await submitsAt(vendor, 2)
  expect(performance.now() - startedMs).toBeGreaterThan(1900)
  expect(vendor.received.map(({ text }) => text)).toEqual(['now', 'later'])
})

it('does not send what has expired, and says so in the receipt', async () => {
  const { bind, vendor, daemon } = await startScenario({ vendors: [{ errors: [{ everyNth: 1, status: 0x08 }] }] })
  await vendor.stop()
  await daemon.logged('vendor.bindFailed')
  const esme = await bind()
  const answer = await esme.submit({
    source: '12025550100',
    destination: '447700900123',
    text: 'too late',
    registeredDelivery: 1,
    validitySeconds: 2,
  })
  expect(answer.status).toBe(0)
  const [receipt] = await receiptsOf(esme, 1, 6000)
  expect(receipt).toMatchObject({ id: answer.messageId, state: 'EXPIRED' })
  expect(receipt!.pdu['message_state']).toBe(3)
  expect(vendor.stats.submits).toBe(0)
  expect(await daemon.metric('smswitch_queue_depth', { connection: 'v1-1' })).toBe(0)
  expect(await daemon.metric('smswitch_messages_final_total', { state: 'EXPIRED' })).toBe(1)
})

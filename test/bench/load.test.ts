import { afterEach, describe, expect, it } from 'vitest'
import { sendAndWait } from '../../src/sim/send.js'
import { startSimVendor } from '../../src/sim/vendor.js'
import type { Child, JsonLine } from '../../bench/child.js'
import { startNode } from '../../bench/child.js'
import { startReady, startRelay } from '../../bench/measure.js'

const file = (name: string): string => new URL(`../../bench/load/${name}`, import.meta.url).pathname
const children: Child[] = []
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop()))
})

async function sinkWith(...options: readonly string[]): Promise<readonly [Child, number]> {
  const started = await startReady('sink', [file('sink.mjs'), '--port', '0', ...options])
  children.push(started[0])
  return started
}

function generate(port: number, ...options: readonly string[]): Promise<JsonLine> {
  const generator = startNode('generator', [file('generator.mjs'), '--port', String(port), ...options])
  children.push(generator)
  return generator.line((line) => 'ok_rate' in line, 20_000)
}

async function report(sink: Child): Promise<JsonLine> {
  const line = sink.line((each) => 'unique' in each, 5000)
  sink.tell('report')
  return line
}

describe('generator and sink', () => {
  it.each(['decimal', 'hex', 'uuid'])('match each receipt to its answer with %s ids', async (form) => {
    const [sink, port] = await sinkWith('--id-format', form, '--receipt-delay', '2')
    const options = ['--connections', '4', '--window', '100', '--count', '20000', '--registered', '1', '--match']
    const sent = await generate(port, ...options)
    expect(sent).toMatchObject({ ok: 20_000, unanswered: 0, receipts_matched: 20_000, receipts_unmatched: 0 })
    expect(await report(sink)).toMatchObject({ unique: 20_000, dups: 0, unmarked: 0, receipts_ok: 20_000 })
  })

  it('keep a timetable, and charge a late answer to the message', async () => {
    const [, port] = await sinkWith('--delay', '20')
    const sent = await generate(port, '--rate', '2000', '--count', '1000', '--window', '100', '--connections', '2')
    const latency = sent['latency_us'] as { readonly p50: number }
    expect(sent['ok']).toBe(1000)
    expect(latency.p50).toBeGreaterThan(19_000)
    expect(Number(sent['offered_rate'])).toBeLessThan(2100)
  })

  it('say what was refused and what was not answered', async () => {
    const vendor = await startSimVendor({ errors: [{ everyNth: 10, status: 0x58 }], receipts: false, dropAfter: 195 })
    const sent = await generate(vendor.port, '--count', '200', '--window', '1')
    expect(sent).toMatchObject({ rejected: 19, ok: 175, unanswered: 1, statuses: { 88: 19 } })
    await vendor.stop()
  })

  it('speak with npm smpp on the other end, both ways', async () => {
    const vendor = await startSimVendor({ idFormat: 'uuid', receipts: { style: 'text' } })
    const sent = await generate(vendor.port, '--count', '500', '--registered', '1', '--match')
    expect(sent).toMatchObject({ ok: 500, receipts_matched: 500 })
    await vendor.stop()

    const [, port] = await sinkWith()
    const summary = await sendAndWait(
      { port, systemId: 'a', password: 'b' },
      {
        count: 200,
        window: 20,
        receiptTimeoutMs: 5000,
        message: () => ({ source: '12345', destination: '4915112345678', text: 'x', registeredDelivery: 1 }),
      },
    )
    expect(summary).toMatchObject({ accepted: 200, receipts: 200, missingReceipts: 0 })
  })
})

it('the relay hands on messages and receipts', async () => {
  const [sink, vendorPort] = await sinkWith()
  const [relay, port] = await startRelay(vendorPort)
  children.push(relay)
  const sent = await generate(port, '--count', '2000', '--connections', '2', '--registered', '1', '--match')
  expect(sent).toMatchObject({ ok: 2000, receipts_matched: 2000 })
  expect(await report(sink)).toMatchObject({ unique: 2000, dups: 0 })
})

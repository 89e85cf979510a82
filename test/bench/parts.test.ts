// Parts of messages between the generator, the sink, and npm smpp as somebody else who reads them.
import { afterEach, expect, it } from 'vitest'
import type { Child, JsonLine } from '../../bench/child.js'
import { startNode } from '../../bench/child.js'
import { startReady } from '../../bench/measure.js'
import { startSimVendor } from '../../src/sim/vendor.js'

const file = (name: string): string => new URL(`../../bench/load/${name}`, import.meta.url).pathname
const children: Child[] = []
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop()))
})

function generate(port: number, ...options: readonly string[]): Promise<JsonLine> {
  const generator = startNode('generator', [file('generator.mjs'), '--port', String(port), ...options])
  children.push(generator)
  return generator.line((line) => 'ok_rate' in line, 20_000)
}

it('every part has its number, whichever connection it takes, and its receipt', async () => {
  const [sink, port] = await startReady('sink', [file('sink.mjs'), '--port', '0'])
  children.push(sink)
  const options = ['--parts', '3', '--connections', '4', '--window', '100', '--count', '6000']
  const sent = await generate(port, ...options, '--registered', '1', '--match')
  expect(sent).toMatchObject({ ok: 6000, unanswered: 0, receipts_matched: 6000 })
  const line = sink.line((each) => 'unique' in each, 5000)
  sink.tell('report')
  expect(await line).toMatchObject({ unique: 6000, dups: 0, unmarked: 0 })
})

it('the three parts of a message follow each other, 153 characters and one reference each', async () => {
  const vendor = await startSimVendor({ receipts: false })
  expect(await generate(vendor.port, '--parts', '3', '--window', '4', '--count', '900')).toMatchObject({ ok: 900 })
  const parts = vendor.received.map(({ destination, pdu }) => {
    const { udh, message } = pdu.short_message as { readonly udh: readonly Buffer[]; readonly message: string }
    const [kind, length, reference, total, part] = udh[0] ?? []
    return { destination, kind, length, reference, total, part, characters: message.length }
  })
  await vendor.stop()
  expect(parts).toHaveLength(900)
  parts.forEach((each, index) => {
    const message = Math.floor(index / 3)
    expect(each).toEqual({
      destination: String(4915100000000 + message),
      kind: 0,
      length: 3,
      reference: message % 256,
      total: 3,
      part: (index % 3) + 1,
      characters: 153,
    })
  })
})

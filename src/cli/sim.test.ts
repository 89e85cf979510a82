import { EventEmitter, once } from 'node:events'
import { expect, it } from 'vitest'
import { startSimEsme } from '../sim/esme.js'
import { startSimVendor } from '../sim/vendor.js'
import { parseCommand } from './args.js'
import { createOutput } from './output.js'
import { simEsmeCommand } from './sim-esme.js'
import { simVendorCommand } from './sim-vendor.js'

function capture(): { readonly lines: string[]; readonly output: ReturnType<typeof createOutput> } {
  const lines: string[] = []
  const sink = { write: (text: string) => lines.push(text) }
  return { lines, output: createOutput({ json: true, out: sink, err: sink }) }
}

it('sim esme prints the answer and the receipt of a message, a line of JSON each', async () => {
  const vendor = await startSimVendor()
  const argv = ['--port', String(vendor.port), '--system-id', 'a', '--password', 'b', '--text', 'number {n}']
  const parsed = parseCommand(simEsmeCommand, 'smswitch', argv)
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  const { lines, output } = capture()
  expect(await simEsmeCommand.run(parsed.values, output)).toBe(0)
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const id = vendor.received[0]?.id
  expect(events[0]).toEqual({ event: 'answer', n: 1, status: 0, id })
  expect(events[1]).toMatchObject({ event: 'receipt', id, state: 'DELIVRD' })
  expect(events[2]).toMatchObject({ event: 'done', accepted: 1, missingReceipts: 0 })
  expect(vendor.received[0]?.text).toBe('number 1')
  await vendor.stop()
})

it('sim vendor delivers a message to who binds, and says what came of it', async () => {
  const parsed = parseCommand(simVendorCommand, 'smswitch', ['--port', '0', '--mo-to', '4420', '--mo-text', 'Hello'])
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  const said = new EventEmitter()
  const sink = { write: (line: string) => said.emit('line', JSON.parse(line)) }
  const ready = once(said, 'line') as Promise<[{ port: number }]>
  const code = simVendorCommand.run(parsed.values, createOutput({ json: true, out: sink, err: sink }))
  const [{ port }] = await ready
  const delivered = new Promise<unknown>((resolve) =>
    said.on('line', (line: { event?: string }) => line.event === 'deliver' && resolve(line)),
  )
  const esme = await startSimEsme({ port, systemId: 'a', password: 'b' })
  expect(await delivered).toMatchObject({ status: 0, destination: '4420', text: 'Hello' })
  expect(esme.mo).toMatchObject([{ source: '447700900123', destination: '4420', text: 'Hello' }])
  await esme.stop()
  process.emit('SIGTERM')
  expect(await code).toBe(0)
})

it('sim esme binds without a password, and says what a refusal is called', async () => {
  const vendor = await startSimVendor({ password: '', errors: [{ everyNth: 1, status: 0x45 }] })
  const parsed = parseCommand(simEsmeCommand, 'smswitch', ['--port', String(vendor.port), '--system-id', 'a'])
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  const lines: string[] = []
  const sink = { write: (text: string) => lines.push(text) }
  expect(await simEsmeCommand.run(parsed.values, createOutput({ json: false, out: sink, err: sink }))).toBe(1)
  expect(lines[0]).toBe('message 1 refused with 0x00000045 (ESME_RSUBMITFAIL)\n')
  await vendor.stop()
})

it.each([
  ['--receipts', 'LOST=1'],
  ['--error', 'sometimes:3:0x14'],
  ['--error', 'every:3'],
  ['--receipts', 'DELIVRD=x'],
])('sim vendor refuses %s %s as wrong usage', async (option, value) => {
  const parsed = parseCommand(simVendorCommand, 'smswitch', [option, value])
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  expect(await simVendorCommand.run(parsed.values, capture().output)).toBe(2)
})

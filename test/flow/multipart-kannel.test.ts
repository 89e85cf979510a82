// Long texts of Kannel, cut by itself, through the switch to vendors on npm `smpp` that take them in each of the four ways.
import { expect, it, type TestContext } from 'vitest'
import { requirePeer } from '../peers.js'
import { startKannel } from './kannel.js'
import { accountPassword, startScenario } from './scenario.js'
import { emojiText, latinText, wholesOf } from './texts.js'
import { when } from './waiting.js'

const ways = ['udh8', 'udh16', 'sar', 'payload'] as const
type Way = (typeof ways)[number]

/** Kannel's own parts: 153 septets, or 67 units of UCS-2. */
const texts = [
  { name: 'latin-250', text: latinText(250), coding: 0, parts: 2 },
  { name: 'latin-700', text: latinText(700), coding: 0, parts: 5 },
  { name: 'latin-1530', text: latinText(1530), coding: 0, parts: 10 },
  { name: 'emoji-250', text: emojiText(250), coding: 2, parts: 4 },
  { name: 'emoji-700', text: emojiText(700), coding: 2, parts: 11 },
  { name: 'emoji-1530', text: emojiText(1530), coding: 2, parts: 23 },
] as const

interface Run {
  readonly ack: 'withheld' | 'early'
  /** Kannel's max-pending-submits. */
  readonly window: number
  /** The ways in which the n-th text goes out. */
  readonly waysOf: (n: number) => readonly Way[]
}

async function run({ ack, window, waysOf }: Run, context: TestContext): Promise<void> {
  const programs = requirePeer('kannel', context)
  const { daemon, folder, vendors } = await startScenario({
    account: { multipart: { ack } },
    vendors: ways.map(() => ({})),
    connections: ways.map((longMessage) => ({ longMessage, tariff: longMessage })),
    tariffs: ways.map((way, i) => ({ id: way, rates: [{ prefix: `447${i}`, price: '0.01' }] })),
    set: { 'multipart.stallMs': 300 },
  })
  const kannel = await startKannel({
    programs,
    folder,
    smppPort: daemon.smppPort,
    systemId: 'acme',
    password: accountPassword,
    maxPendingSubmits: window,
  })
  const sent = texts.flatMap(({ name, ...text }, n) =>
    waysOf(n).map((way) => {
      const v = ways.indexOf(way)
      return { ...text, way, name: `${name}-${way}`, to: `447${v}009001${String(n).padStart(2, '0')}` }
    }),
  )
  for (const { name, to, text, coding } of sent) {
    expect(await kannel.send(name, { from: '12025550100', to, text, coding })).toBe(202)
  }
  const reported = (type: number): readonly string[] =>
    kannel.reports.filter((report) => report.type === type).map(({ name }) => name)

  // Kannel asks for a report of the first part only, and passes that on: one for each text, when all its segments are delivered.
  await when(kannel.events, 'report', () => reported(1).length >= sent.length, `${sent.length} final reports`, 30_000)
  const wholes = vendors.flatMap(({ received }) => wholesOf(received.map(({ pdu }) => pdu)))
  const came = wholes.map(({ destination, way, text }) => [destination, way, text])
  expect(came.sort()).toEqual(sent.map((one) => [one.to, cameAs(one), one.text]).sort())
  for (const { order } of wholes) expect(order).toEqual(order.map((_, i) => i + 1))
  expect([...reported(1)].sort()).toEqual(sent.map(({ name }) => name).sort())
  expect([...reported(2), ...reported(16)]).toEqual([])
  // Every part was taken, as one, and none waits for others.
  const parts = sent.reduce((sum, one) => sum + one.parts, 0)
  expect(await daemon.metric('smswitch_pdus_total', { direction: 'ingress', command: 'submit_sm' })).toBe(parts)
  expect(await daemon.metric('smswitch_reassembly_total', { peer: 'esme', outcome: 'whole' })).toBe(sent.length)
  expect(await daemon.metric('smswitch_reassembly_sets')).toBe(0)
  expect(await daemon.metric('smswitch_reassembly_bytes')).toBe(0)
}

/** SMPP 3.4 §4.4.1: short_message holds 254 octets, whatever does not fit goes as message_payload. */
function cameAs({ way, text, coding }: { readonly way: Way; readonly text: string; readonly coding: 0 | 2 }): string {
  return way === 'payload' && text.length * (coding === 0 ? 1 : 2) <= 254 ? 'short' : way
}

const all = (): readonly Way[] => ways
/** Two of the four for each text, each of the four for one text of each alphabet at least. */
const two = (n: number): readonly Way[] => (n % 2 === 0 ? ['udh8', 'payload'] : ['udh16', 'sar'])

it(
  'takes Kannel’s parts with max-pending-submits 10, answering when the whole is there',
  { timeout: 60_000 },
  (context) => run({ ack: 'withheld', window: 10, waysOf: all }, context),
)

it('takes Kannel’s parts with max-pending-submits 10, answering each early', { timeout: 60_000 }, (context) =>
  run({ ack: 'early', window: 10, waysOf: all }, context),
)

it(
  'takes Kannel’s parts with max-pending-submits 1, where withheld answers turn early',
  { timeout: 60_000 },
  (context) => run({ ack: 'withheld', window: 1, waysOf: two }, context),
)

it('takes Kannel’s parts with max-pending-submits 1, answering each early', { timeout: 60_000 }, (context) =>
  run({ ack: 'early', window: 1, waysOf: two }, context),
)

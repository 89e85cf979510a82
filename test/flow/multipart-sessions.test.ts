// Parts and the sessions that they come over: windows smaller than a message, sessions that are lost, and ends of the switch half way.
import { expect, it } from 'vitest'
import type smpp from 'smpp'
import type { SimAnswer, SimEsme } from '../../src/sim/esme.js'
import { connectRaw, submitFields } from './raw-esme.js'
import { receiptsOf, startScenario, type Scenario } from './scenario.js'
import { emojiText, latinText, partsOf, submitPart, submitParts, wholesOf } from './texts.js'

const payload = { connections: [{ longMessage: 'payload' }] } as const
const quickStall = { 'multipart.stallMs': 200 } as const
const stallMs = 1000

/** Sends with at most `window` parts unanswered. */
async function submitWindowed(esme: SimEsme, parts: readonly smpp.Fields[], window: number): Promise<SimAnswer[]> {
  const answers: SimAnswer[] = []
  let next = 0
  const sendNext = async (): Promise<void> => {
    for (let i = next++; i < parts.length; i = next++) answers[i] = await submitPart(esme, parts[i]!)
  }
  await Promise.all(Array.from({ length: window }, sendNext))
  return answers
}

async function setsOpen({ daemon }: Scenario, count: number): Promise<void> {
  await daemon.metricWhen((value) => value === count, 'smswitch_reassembly_sets', { peer: 'esme' })
}

it.each([
  [2, 3],
  [1, 3],
  [3, 5],
])('takes messages over a window of %i that have %i parts: withheld answers turn early', async (window, parts) => {
  const { bind, vendor, daemon } = await startScenario({ ...payload, set: { 'multipart.stallMs': stallMs } })
  const esme = await bind()
  const texts = ['one', 'two', 'three', 'four'].map((word) => `${word} ${latinText(parts * 150 - 10)}`)
  const begunMs = performance.now()
  const answers: SimAnswer[] = []
  for (const [i, text] of texts.entries()) {
    const cut = partsOf(text, 'udh8', i)
    expect(cut).toHaveLength(parts)
    answers.push(...(await submitWindowed(esme, cut, window)))
  }
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([0]))
  await receiptsOf(esme, texts.length * parts)
  expect(esme.receipts.map(({ id }) => id).sort()).toEqual(answers.map(({ messageId }) => messageId).sort())
  expect(vendor.received.map(({ text }) => text).sort()).toEqual([...texts].sort())
  expect(await daemon.metric('smswitch_parts_turned_early_total', { peer: 'esme' })).toBeGreaterThanOrEqual(window)
  await daemon.logged('esme.windowFull', ({ requests }) => requests === window)
  // What was learnt of the window at the first stall spares the wait at the others, of which there is one a message at least.
  expect(performance.now() - begunMs).toBeLessThan(texts.length * stallMs)
})

it('takes whole messages that are mixed with parts, and answers enquire_link while parts are withheld', async () => {
  const { daemon, vendor } = await startScenario({ ...payload, set: { 'multipart.timeoutMs': 5000 } })
  const esme = await connectRaw(daemon.smppPort)
  expect(await esme.bind()).toBe(0)
  const [first, second] = partsOf(emojiText(100), 'udh8', 3)
  let isAnswered = false
  const withheld = esme.ask('submit_sm', submitFields(first)).finally(() => (isAnswered = true))
  expect((await esme.ask('submit_sm', submitFields())).command_status).toBe(0)
  for (let i = 0; i < 3; i++) expect((await esme.ask('enquire_link')).command_status).toBe(0)
  expect(isAnswered).toBe(false)
  const last = await esme.ask('submit_sm', submitFields(second))
  expect([last.command_status, (await withheld).command_status]).toEqual([0, 0])
  await daemon.metricWhen((value) => value === 2, 'smswitch_messages_final_total')
  expect(vendor.received.map(({ text }) => text).sort()).toEqual(['hello', emojiText(100)].sort())
})

it('never stops reading because of withheld parts, however many', async () => {
  const { bind, vendor } = await startScenario({ ...payload, set: { 'smpp.server.receiveWindow': 10 } })
  const esme = await bind()
  const texts = Array.from({ length: 20 }, (_, i) => `${i} ${latinText(300)}`)
  const sets = texts.map((text, i) => partsOf(text, 'udh16', i))
  const turns = [0, 1].flatMap((part) => sets.map((set) => set[part]!))
  const answers = await submitParts(esme, turns)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([0]))
  await receiptsOf(esme, turns.length)
  expect(vendor.received.map(({ text }) => text).sort()).toEqual([...texts].sort())
})

it('drops the withheld parts of a session that is lost, and joins them when they come again over another', async () => {
  const scenario = await startScenario(payload)
  const { vendor } = scenario
  const [lost, other] = [await scenario.bind(), await scenario.bind()]
  const parts = partsOf(latinText(400), 'sar', 12)
  const unanswered = submitPart(lost, parts[0]!)
  await setsOpen(scenario, 1)
  const second = submitPart(other, parts[1]!)
  // Another set, of which nothing is left when the session is gone.
  void submitPart(lost, partsOf(latinText(400), 'sar', 13)[0]!)
  await setsOpen(scenario, 2)
  lost.drop()
  expect((await unanswered).status).toBe(-1)
  await setsOpen(scenario, 1)
  // Two of three are there: nobody is answered yet.
  let isAnswered = false
  const third = submitPart(other, parts[2]!).finally(() => (isAnswered = true))
  await setsOpen(scenario, 1)
  expect(isAnswered).toBe(false)
  const esme = await scenario.bind()
  expect((await submitPart(esme, parts[0]!)).status).toBe(0)
  expect([(await second).status, (await third).status]).toEqual([0, 0])
  await scenario.daemon.metricWhen((value) => value === 3, 'smswitch_receipts_total', { outcome: 'delivered' })
  expect(esme.receipts.length + other.receipts.length).toBe(3)
  expect(vendor.received.map(({ text }) => text)).toEqual([latinText(400)])
})

it('keeps parts that turned early when their session is lost', async () => {
  const scenario = await startScenario({ ...payload, set: quickStall })
  const lost = await scenario.bind({ bind: 'tx' })
  const parts = partsOf(emojiText(180), 'udh16', 4000)
  const first = await submitPart(lost, parts[0]!)
  expect(first.status).toBe(0)
  lost.drop()
  const esme = await scenario.bind()
  const rest = await submitParts(esme, parts.slice(1))
  expect(rest.map(({ status }) => status)).toEqual([0, 0])
  await receiptsOf(esme, 3)
  expect(esme.receipts.map(({ id }) => id).sort()).toEqual([first, ...rest].map(({ messageId }) => messageId).sort())
  expect(scenario.vendor.received.map(({ text }) => text)).toEqual([emojiText(180)])
})

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'keeps acknowledged parts over %s, and joins them with the rest',
  async (how) => {
    const scenario = await startScenario({ account: { multipart: { ack: 'early' } } })
    const { vendor } = scenario
    const before = await scenario.bind()
    const texts = [emojiText(200), latinText(400)]
    const sets = texts.map((text, i) => partsOf(text, 'udh8', i))
    const first = await submitParts(before, [sets[0]![0]!, sets[0]![2]!, sets[1]![1]!])
    expect(first.map(({ status }) => status)).toEqual([0, 0, 0])
    await scenario.restart(how)
    await setsOpen(scenario, 2)
    const after = await scenario.bind()
    const rest = await submitParts(after, [sets[0]![1]!, sets[1]![2]!, ...sets[0]!.slice(3), sets[1]![0]!])
    expect(new Set(rest.map(({ status }) => status))).toEqual(new Set([0]))
    const ids = [...first, ...rest].map(({ messageId }) => messageId)
    expect(new Set(ids).size).toBe(sets.flat().length)
    await receiptsOf(after, ids.length)
    expect(after.receipts.map(({ id, state }) => [id, state]).sort()).toEqual(ids.map((id) => [id, 'DELIVRD']).sort())
    expect(
      wholesOf(vendor.received.map(({ pdu }) => pdu))
        .map(({ text }) => text)
        .sort(),
    ).toEqual([...texts].sort())
    await setsOpen(scenario, 0)
  },
)

it('keeps deadlines over a restart: parts whose time ended meanwhile are reported', async () => {
  const scenario = await startScenario({
    account: { multipart: { ack: 'early' } },
    set: { 'multipart.timeoutMs': 500 },
  })
  const before = await scenario.bind()
  const { messageId } = await submitPart(before, partsOf(latinText(400), 'udh8', 1)[0]!)
  await scenario.restart('SIGKILL')
  const after = await scenario.bind()
  expect((await receiptsOf(after, 1))[0]).toMatchObject({ id: messageId, state: 'UNDELIV' })
  expect(scenario.vendor.stats.submits).toBe(0)
})

it('answers withheld parts when the switch goes down', async () => {
  const scenario = await startScenario(payload)
  const esme = await scenario.bind()
  const answer = submitPart(esme, partsOf(latinText(400), 'udh8', 1)[0]!)
  await setsOpen(scenario, 1)
  await scenario.daemon.stop()
  expect((await answer).status).toBe(0x08)
  await scenario.start()
  await setsOpen(scenario, 0)
})

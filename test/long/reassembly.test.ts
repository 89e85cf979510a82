// The long evidence for reassembly: a million parts whose others never come, sent by a thousand accounts, leave nothing behind.
// Figures printed and kept as JSON in test/long/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { Submission } from '../../src/pipeline/stage.js'
import { Reassembly } from '../../src/pipeline/reassemble/reassemble.js'
import { receiptRequestOf } from '../../src/message/receipt.js'
import { createIdSource } from '../../src/message/id-source.js'
import type { AccountId } from '../../src/message/ids.js'
import type { Recorder } from '../../src/store/contracts/recorder.js'

const PARTS = 1_000_000
const LIVE = 50_000
const results = fileURLToPath(new URL('./results/', import.meta.url))

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is alive, in octets: heap, and the octets of buffers. */
function memory(): number {
  for (let i = 0; i < 4; i++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

it('memory returns to its base after a million abandoned parts', () => {
  let refused = 0
  let nowMs = 0
  const answer = {
    accepted: () => undefined,
    refused: () => void refused++,
    withheld: () => undefined,
    readmitted: () => undefined,
  }
  const reassembly = new Reassembly(
    {
      recorder: {} as Recorder,
      ids: createIdSource(0, 1, () => 2),
      rulesOf: () => ({ ack: 'withheld', incomplete: 'fail', strictPartLimits: false }),
      mayPass: () => undefined,
      abandon: () => undefined,
      proceed: () => undefined,
      nowMs: () => nowMs,
      events: { onOutcome: () => undefined, onTurnedEarly: () => undefined, onCollected: () => undefined },
    },
    { timeoutMs: 60_000, maxParts: 254, maxSets: LIVE, maxSetsPerPeer: LIVE, maxBytes: 1e9, maxBytesPerPeer: 1e9 },
  )
  const links = Array.from({ length: 1000 }, () => ({}))
  const partOf = (n: number): Submission => {
    const octets = Buffer.alloc(140, 0x41)
    octets.set([5, 0, 3, n & 0xff, 3, 1])
    return {
      sender: { kind: 'account', account: `account${n % 1000}` as AccountId },
      link: links[n % 1000]!,
      source: { ton: 5, npi: 0, value: 'Acme' },
      destination: { ton: 1, npi: 1, value: `4477${n.toString().padStart(8, '0')}` },
      domain: '',
      content: { dataCoding: 0, udhi: true, octets },
      sar: undefined,
      serviceType: '',
      protocolId: 0,
      priority: 0,
      replyPath: false,
      receiptRequest: receiptRequestOf(1),
      tlvs: [],
      userMessageReference: -1,
      validityMs: undefined,
      scheduleMs: 0,
      answer: Object.create(answer) as typeof answer,
    }
  }
  const fill = (from: number, count: number): void => {
    for (let n = from; n < from + count; n++) reassembly.take(partOf(n), nowMs, nowMs)
  }
  const end = (): void => {
    nowMs += 60_000
    reassembly.tick(nowMs)
  }
  fill(0, LIVE)
  end()
  const base = memory()
  fill(0, LIVE)
  const perPart = (memory() - base) / LIVE
  const counted = reassembly.size('esme').bytes / LIVE
  end()
  refused = 0
  const startedAt = performance.now()
  for (let n = 0; n < PARTS; n += LIVE) {
    fill(n, LIVE)
    end()
  }
  const seconds = (performance.now() - startedAt) / 1000
  const leftBehind = memory() - base
  const figures = {
    name: 'reassembly',
    date: new Date().toISOString(),
    parts: PARTS,
    octetsPerPart: Math.round(perPart),
    countedPerPart: Math.round(counted),
    octetsLeftBehind: leftBehind,
    partsPerSecond: Math.round(PARTS / seconds),
  }
  mkdirSync(results, { recursive: true })
  writeFileSync(`${results}reassembly.json`, JSON.stringify(figures, undefined, 2) + '\n')
  console.log(figures)
  expect(refused).toBe(PARTS)
  expect(reassembly.isEmpty).toBe(true)
  expect(leftBehind).toBeLessThan(2_000_000)
  // What the bounds count is what is there, or a little more.
  expect(counted).toBeGreaterThanOrEqual(perPart)
})

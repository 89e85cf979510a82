// The long evidence for reassembly: a million parts whose others never come, sent by a thousand accounts, leave nothing behind.
// Figures printed and kept as JSON in test/long/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { SenderRules } from '../../src/pipeline/reassemble/reassembly-contract.js'
import { standardText } from '../../src/text/standard.js'
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

/** What a neighbourhood of parts may look like. */
interface Shape {
  readonly total: number
  /** Octets of text in a part. */
  readonly text: number
  /** Other messages between two parts, whose octets are copied into the same slabs. */
  readonly others: number
  readonly tlvs: readonly number[]
  /** How often each part is sent. */
  readonly times: number
}

const usual: Shape = { total: 3, text: 134, others: 0, tlvs: [], times: 1 }
const rules: SenderRules = {
  text: standardText,
  multipart: { ack: 'withheld', incomplete: 'fail', strictPartLimits: false },
}

/** Reassembly under a flood of parts whose others never come. */
function flood() {
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
      rulesOf: () => rules,
      mayPass: () => undefined,
      payerOf: () => undefined,
      abandon: () => undefined,
      proceed: () => undefined,
      nowMs: () => nowMs,
      events: { onOutcome: () => undefined, onTurnedEarly: () => undefined, onCollected: () => undefined },
    },
    { timeoutMs: 60_000, maxParts: 254, maxSets: LIVE, maxSetsPerPeer: LIVE, maxBytes: 1e9, maxBytesPerPeer: 1e9 },
  )
  const links = Array.from({ length: 1000 }, () => ({}))
  const partOf = (n: number, { total, text, tlvs }: Shape): Submission => {
    const octets = Buffer.from(Buffer.concat([Buffer.of(5, 0, 3, n & 0xff, total, 1), Buffer.alloc(text, 0x41)]))
    return {
      sender: { kind: 'account', account: `account${n % 1000}` as AccountId },
      link: links[n % 1000]!,
      source: { ton: 5, npi: 0, value: 'Acme' },
      destination: { ton: 1, npi: 1, value: `4477${n.toString().padStart(8, '0')}` },
      asSent: undefined,
      domain: '',
      content: { dataCoding: 0, udhi: true, octets },
      sar: undefined,
      serviceType: '',
      protocolId: 0,
      priority: 0,
      replyPath: false,
      receiptRequest: receiptRequestOf(1),
      tlvs: tlvs.map((length, i) => ({ tag: 0x1400 + i, value: Buffer.from(Buffer.alloc(length)) })),
      userMessageReference: -1,
      validityMs: undefined,
      scheduleMs: 0,
      answer: Object.create(answer) as typeof answer,
    }
  }
  const fill = (from: number, count: number, shape = usual): void => {
    for (let n = from; n < from + count; n++) {
      for (let i = 0; i < shape.times; i++) reassembly.take(partOf(n, shape), nowMs, nowMs)
      for (let i = 0; i < shape.others; i++) partOf(n, shape)
    }
  }
  /** As many at a time as one tick ends. */
  const end = (): void => {
    nowMs += 60_000
    while (!reassembly.isEmpty) reassembly.tick(nowMs)
  }
  /** Long enough for what waits to be copied into memory of its own. */
  const age = (): void => {
    for (let ticks = 0; ticks < 400; ticks++) reassembly.tick((nowMs += 20))
  }
  return { reassembly, fill, age, end, refused: () => refused }
}

it.each<[string, Partial<Shape>]>([
  ['the usual ones', {}],
  ['of short texts', { text: 1 }],
  ['of messages of many parts', { total: 254 }],
  ['between other messages', { others: 60 }],
  ['of many, between other messages', { total: 254, others: 60 }],
  ['with one parameter', { tlvs: [4] }],
  ['with one long parameter, between other messages', { tlvs: [200], others: 60 }],
  ['with many parameters, between other messages', { tlvs: new Array<number>(20).fill(100), others: 10 }],
  ['with 100 empty parameters', { tlvs: new Array<number>(100).fill(0) }],
  ['sent many times', { times: 10 }],
])('parts %s take no more than the bounds count', (_, changes) => {
  const { reassembly, fill, age, end } = flood()
  const shape = { ...usual, ...changes }
  const count = 10_000
  fill(0, 100, shape)
  end()
  const base = memory()
  fill(0, count, shape)
  age()
  const perPart = (memory() - base) / count
  const counted = reassembly.size('esme').bytes / count
  console.log(`octets per part: ${Math.round(perPart)}, counted: ${Math.round(counted)}`)
  end()
  expect(counted).toBeGreaterThanOrEqual(perPart)
})

it('memory returns to its base after a million abandoned parts', () => {
  const { reassembly, fill, age, end, refused } = flood()
  fill(0, LIVE)
  end()
  const base = memory()
  fill(0, LIVE)
  age()
  const perPart = (memory() - base) / LIVE
  const counted = reassembly.size('esme').bytes / LIVE
  end()
  const before = refused()
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
  expect(refused() - before).toBe(PARTS)
  expect(reassembly.isEmpty).toBe(true)
  expect(leftBehind).toBeLessThan(2_000_000)
  // What the bounds count is what is there, or a little more.
  expect(counted).toBeGreaterThanOrEqual(perPart)
})

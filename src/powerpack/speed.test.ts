// What choosing a number costs with 100,000 in one pool, printed. The bounds are what is promised, or far above what was measured.
import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../message/kept.js'
import { areaCodesByRegion } from '../phone/nanp-areas.js'
import { judgeJoining } from './number-changes.js'
import { numberText, type OwnedNumber } from './owned-number.js'
import { packText } from './pack.js'
import { Powerpacks } from './powerpacks.js'
import { account, chances, noonMs, owned, Rig } from './rig.suite.js'
import { keptRow } from './rows.js'
import { StickyTable } from './sticky-table.js'

const NUMBERS = 100_000
const RUNS = 2000
const ROUNDS = 60
const areaCodes = Object.values(areaCodesByRegion).flatMap((codes) => codes.split(' '))
const pack = new Rig().pack('p')
const numbers = Array.from({ length: NUMBERS }, (_, i): OwnedNumber =>
  owned(`1${areaCodes[i % areaCodes.length]}${2_000_000 + i}`, { account, pool: pack.pool, joinedAtMs: 1 }),
)
const numberRows = numbers.map((row) => keptRow('number', row.number, numberText(row)))
const chance = chances(11)

function loadedPacks(rows: readonly KeptRow[] = numberRows, more: Partial<typeof pack> = {}): Powerpacks {
  const packs = new Powerpacks()
  packs.load('powerpack', [keptRow('powerpack', 'p', packText({ ...pack, ...more }))])
  packs.load('number', rows)
  packs.loaded(noonMs)
  return packs
}

function report(what: string, value: number, unit: string, bound: number): void {
  console.log(`${what}: ${value.toFixed(3)} ${unit}`)
  expect(value).toBeLessThan(bound)
}

/** Each destination is a new one. @returns microseconds a choice, the best of many short rounds: what else the machine does is not ours */
function microsPerChoice(packs: Powerpacks, isNew = true): number {
  let best = Infinity
  let phone = 0
  for (let round = 0; round < ROUNDS; round++) {
    if (!isNew) phone = 0
    const destinations = Array.from(
      { length: RUNS },
      () => `1${areaCodes[phone++ % areaCodes.length]}${3_000_000 + phone}`,
    )
    const from = process.hrtime.bigint()
    for (const destination of destinations)
      packs.choose({ pack: 'p', destination, service: 'sms', segments: 1, carrier: 'unknown' }, noonMs, noonMs, chance)
    best = Math.min(best, Number(process.hrtime.bigint() - from) / 1000 / RUNS)
  }
  return best
}

describe('a pool of 100,000 numbers', () => {
  const used = loadedPacks()

  it('is there soon after a start', () => {
    const from = process.hrtime.bigint()
    const packs = loadedPacks()
    const ms = Number(process.hrtime.bigint() - from) / 1e6
    expect(packs.book.pool(pack.pool)?.size).toBe(NUMBERS)
    report('all numbers read', ms, 'ms', 5000)
  })

  it('a choice', () => {
    report('with local connect and sticky sender', microsPerChoice(used), 'µs', 20)
    const plain = loadedPacks(numberRows, { stickySender: false, localConnect: false })
    report('without', microsPerChoice(plain), 'µs', 20)
    report('of a phone that is known', microsPerChoice(used, false), 'µs', 20)
  })

  it('a choice after midnight', () => {
    const from = process.hrtime.bigint()
    const wanted = { pack: 'p', destination: '14155559999', service: 'sms', segments: 1, carrier: 'unknown' } as const
    used.choose(wanted, noonMs, noonMs + 86_400_000, chance)
    report('the first', Number(process.hrtime.bigint() - from) / 1000, 'µs', 5000)
  })

  it('a change', () => {
    const packs = loadedPacks(numberRows.slice(1000))
    const { book } = packs
    for (const { number } of numbers.slice(0, 1000)) book.putNumber(owned(number))
    const from = process.hrtime.bigint()
    for (const { number } of numbers.slice(0, 1000)) {
      const judged = judgeJoining(book, pack.pool, number, 'sms', noonMs)
      if (judged.kind === 'change') judged.apply()
    }
    report('a number that joins', Number(process.hrtime.bigint() - from) / 1e6, 'µs', 200)
    expect(book.pool(pack.pool)?.size).toBe(NUMBERS)
  })
})

describe('a million sticky phones', () => {
  it('take little memory, and are found at once', () => {
    const table = new StickyTable()
    for (let i = 0; i < 1_000_000; i++) table.set(i & 3, 12_012_000_000 + i * 7919, 14_155_550_100, i)
    report('octets a phone', table.octets / 1e6, 'octets', 60)
    const from = process.hrtime.bigint()
    for (let i = 0; i < 100_000; i++) table.find(i & 3, 12_012_000_000 + i * 7919)
    report('a look', Number(process.hrtime.bigint() - from) / 1e8, 'µs', 5)
  })
})

// A new process that reads the kept rows knows what the one before it knew: random changes and choices, then the same questions to both.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  judgeGivingUp,
  judgeJoining,
  judgeLeaving,
  judgeOwning,
  judgeQuarantine,
  judgeRelease,
} from './number-changes.js'
import { judgeOptIn, judgeOptOut } from './opt-outs.js'
import { judgePackChange, judgePackEnd } from './pack-changes.js'
import type { Change, Judged } from './change.js'
import type { Powerpacks } from './powerpacks.js'
import { dayMs, owned, Rig } from './rig.suite.js'

const packs = ['p', 'q']
const numbers = [
  ...['14155550101', '14155550102', '14155550103', '15105550101', '12125550101', '16045550101', '14165550101'],
  ...['18005550101', '18335550101', '444444', '555555'],
]
const phones = ['14155559991', '14155559992', '12125559993', '16045559994', '19075559995']

const choice = fc.record({
  kind: fc.constantFrom('send', 'send', 'send', 'refused', 'heard'),
  pack: fc.constantFrom(...packs),
  number: fc.constantFrom(...numbers),
  phone: fc.constantFrom(...phones),
  segments: fc.integer({ min: 1, max: 9 }),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
})
const change = fc.record({
  kind: fc.constantFrom(
    'own',
    'join',
    'join',
    'join',
    'leave',
    'giveUp',
    'quarantine',
    'release',
    'optOut',
    'optIn',
    'sticky',
    'local',
    'endPack',
    'newPack',
    'time',
    'time',
  ),
  pack: fc.constantFrom(...packs),
  number: fc.constantFrom(...numbers),
  phone: fc.constantFrom(...phones),
  segments: fc.integer({ min: 0, max: 40 }),
  chance: fc.boolean(),
})

interface Step {
  readonly kind: string
  readonly pack: string
  readonly number: string
  readonly phone: string
  readonly segments: number
  readonly chance: number | boolean
}

function begin(): Rig {
  const rig = new Rig({ dayCap: 20 })
  for (const pack of packs) rig.pack(pack)
  numbers.forEach((number, i) =>
    i % 3 === 0 ? rig.join(`pool-${packs[i % 2]!}`, number) : rig.done(judgeOwning(rig.packs.book, [owned(number)])),
  )
  return rig
}

function tried<T>(rig: Rig, judged: Judged<T>): Change<T> | undefined {
  if (judged.kind === 'refused') return undefined
  rig.done(judged)
  return judged
}

function take(rig: Rig, { kind, pack, number, phone, segments, chance }: Step): void {
  const { book, optOuts } = rig.packs
  const pool = `pool-${pack}`
  const asked = { segments, chance: Number(chance) }
  if (kind === 'send') rig.send(pack, phone, asked)
  if (kind === 'refused') {
    const chosen = rig.choose(pack, phone, asked)
    if (chosen.kind === 'chosen') rig.packs.undo(chosen)
  }
  if (kind === 'heard') rig.keep(rig.packs.heard(number, phone, rig.nowMs))
  if (kind === 'own') tried(rig, judgeOwning(book, [owned(number, { mms: segments % 2 === 0 })]))
  if (kind === 'join') tried(rig, judgeJoining(book, pool, number, 'sms', rig.nowMs))
  if (kind === 'leave') tried(rig, judgeLeaving(book, pool, number, chance === true))
  if (kind === 'giveUp') tried(rig, judgeGivingUp(book, number))
  if (kind === 'quarantine') tried(rig, judgeQuarantine(book, number, 'why', rig.nowMs))
  if (kind === 'release') tried(rig, judgeRelease(book, number, rig.nowMs))
  if (kind === 'optOut') tried(rig, judgeOptOut(optOuts, rig.packs.optOutScope(number), phone, rig.nowMs))
  if (kind === 'optIn') tried(rig, judgeOptIn(optOuts, rig.packs.optOutScope(number), phone))
  if (kind === 'sticky') tried(rig, judgePackChange(book, pack, { stickySender: chance === true }, rig.nowMs))
  if (kind === 'local') tried(rig, judgePackChange(book, pack, { localConnect: chance === true }, rig.nowMs))
  if (kind === 'endPack' && segments > 30) tried(rig, judgePackEnd(book, pack, chance === true))
  if (kind === 'newPack' && book.pack(pack) === undefined) rig.pack(pack)
  if (kind === 'time') rig.nowMs += segments * (dayMs / 24)
}

/** Numbers that may send from a pack to a phone, by all that chance can do. */
function possible(rig: Rig, asked: Powerpacks, pack: string, phone: string): readonly string[] {
  const found = new Set<string>()
  for (let i = 0; i < 24; i++) {
    const chosen = rig.choose(pack, phone, { packs: asked, chance: i / 24 })
    found.add(chosen.kind === 'none' ? `${chosen.code} ${chosen.reason}` : `${chosen.number} ${chosen.isSticky}`)
    if (chosen.kind === 'chosen') asked.undo(chosen)
  }
  return [...found].sort()
}

function knowledge(rig: Rig, asked: Powerpacks): unknown {
  return {
    packs: packs.map((pack) => asked.book.pack(pack)),
    numbers: numbers.map((number) => [asked.book.numbers.get(number), asked.sentToday(number, rig.nowMs)]),
    sizes: packs.map((pack) => asked.book.pool(`pool-${pack}`)?.size),
    standings: packs.flatMap((pack) =>
      numbers.map((number) => phones.map((phone) => asked.standing(pack, number, phone))),
    ),
    possible: packs.flatMap((pack) => phones.map((phone) => possible(rig, asked, pack, phone))),
  }
}

it('a new process knows what the one before it knew', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(choice, change), { maxLength: 80 }), fc.nat(79), (steps, restartAt) => {
      const rig = begin()
      steps.forEach((step, i) => {
        if (i === restartAt) {
          rig.keep(rig.packs.owed(1000))
          rig.packs = rig.rebuilt()
        }
        take(rig, step)
      })
      rig.keep(rig.packs.owed(1000))
      expect(knowledge(rig, rig.rebuilt())).toEqual(knowledge(rig, rig.packs))
    }),
    { numRuns: 300 },
  )
})

it('what left, opted out or is of the wrong country never sends, whatever happened', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(choice, change), { maxLength: 80 }), (steps) => {
      const rig = begin()
      for (const step of steps) {
        take(rig, step)
        const chosen = rig.choose(step.pack, step.phone)
        if (chosen.kind === 'none') continue
        rig.keep(chosen.kept)
        const row = rig.packs.book.numbers.get(chosen.number)!
        expect(row.pool).toBe(`pool-${step.pack}`)
        expect(row.quarantine).toBeUndefined()
        expect(rig.packs.optOuts.has(step.pack, step.phone)).toBe(false)
        expect(rig.packs.optOuts.has(chosen.number, step.phone)).toBe(false)
        expect(rig.packs.standing(step.pack, chosen.number, step.phone)).toBe('usable')
        const isCanadian = step.phone.startsWith('1604')
        if (row.type !== 'longcode') expect(isCanadian).toBe(false)
      }
    }),
    { numRuns: 500 },
  )
})

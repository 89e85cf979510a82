import { describe, expect, it } from 'vitest'
import {
  judgeGivingUp,
  judgeJoining,
  judgeLeaving,
  judgeOwning,
  judgeQuarantine,
  judgeRelease,
} from './number-changes.js'
import { judgePackChange, judgePackEnd } from './pack-changes.js'
import { dayMs, owned, Rig } from './rig.suite.js'

const [first, second] = ['14155550101', '14155550102'] as const
const phone = '14155559999'
const holdMs = 15 * dayMs

/** A phone that had its last message from a number of two. */
function stuck(): { rig: Rig; number: string; pool: string } {
  const rig = new Rig()
  const { pool } = rig.pack('p', [first, second])
  const number = String(rig.send('p', phone))
  return { rig, number, pool }
}

/** Whether the phone would hear from the number because it did before. */
function holds({ rig, number }: { rig: Rig; number: string }): boolean {
  const chosen = rig.choose('p', phone)
  if (chosen.kind === 'none') throw new Error(chosen.reason)
  rig.packs.undo(chosen)
  return chosen.isSticky && chosen.number === number
}

describe('a sticky sender', () => {
  it('holds for 15 days after the last message and not a millisecond more', () => {
    const it = stuck()
    it.rig.nowMs += holdMs
    expect(holds(it)).toBe(true)
    it.rig.nowMs += 1
    expect(holds(it)).toBe(false)
  })

  it('holds for another 15 days with each message', () => {
    const it = stuck()
    for (let i = 0; i < 5; i++) {
      it.rig.nowMs += holdMs
      expect(it.rig.send('p', phone)).toBe(it.number)
    }
  })

  it('holds for another 15 days when the phone writes to that number, and to no other', () => {
    const it = stuck()
    const other = it.number === first ? second : first
    it.rig.nowMs += holdMs
    expect(it.rig.packs.heard(other, phone, it.rig.nowMs)).toEqual([])
    expect(it.rig.packs.heard(it.number, '14155550000', it.rig.nowMs)).toEqual([])
    it.rig.keep(it.rig.packs.heard(it.number, phone, it.rig.nowMs))
    it.rig.nowMs += holdMs
    expect(holds(it)).toBe(true)
    it.rig.packs = it.rig.rebuilt()
    expect(holds(it)).toBe(true)
    it.rig.nowMs += 1
    expect(it.rig.packs.heard(it.number, phone, it.rig.nowMs)).toEqual([])
  })

  it('goes above what is recommended for a day, and before an area code that fits better', () => {
    const it = stuck()
    for (let i = 0; i < 400; i++) expect(it.rig.send('p', phone)).toBe(it.number)
  })

  it('is refused where its queue has no room: the thread is not broken for that', () => {
    const it = stuck()
    expect(it.rig.send('p', phone, { hasRoom: (number) => number !== it.number })).toBe(300)
  })

  it('is another one where it cannot do the service', () => {
    const rig = new Rig()
    rig.pack('p', [first, owned(second, { mms: true })])
    const number = rig.send('p', phone, { hasRoom: (other) => other === first })
    expect(number).toBe(first)
    expect(rig.send('p', phone, { service: 'mms' })).toBe(second)
  })

  it.each([true, false])('is forgotten with the feature, after a restart too: %s', (restarts) => {
    const it = stuck()
    const set = (stickySender: boolean): unknown =>
      it.rig.done(judgePackChange(it.rig.packs.book, 'p', { stickySender }, it.rig.nowMs))
    set(false)
    expect(holds(it)).toBe(false)
    set(true)
    if (restarts) it.rig.packs = it.rig.rebuilt()
    expect(holds(it)).toBe(false)
    const next = it.rig.send('p', phone)
    expect(holds({ ...it, number: String(next) })).toBe(true)
  })

  it.each([true, false])('is forgotten with the number, though that comes back; given up: %s', (unrent) => {
    const it = stuck()
    it.rig.done(judgeLeaving(it.rig.packs.book, it.pool, it.number, unrent))
    expect(it.rig.send('p', '14155559998')).not.toBe(it.number)
    if (unrent) it.rig.done(judgeOwning(it.rig.packs.book, [owned(it.number)]))
    it.rig.done(judgeJoining(it.rig.packs.book, it.pool, it.number, 'sms', it.rig.nowMs))
    expect(holds(it)).toBe(false)
    it.rig.packs = it.rig.rebuilt()
    expect(holds(it)).toBe(false)
  })

  it('is forgotten with a quarantine', () => {
    const it = stuck()
    it.rig.done(judgeQuarantine(it.rig.packs.book, it.number, 'delivery rate 50%', it.rig.nowMs))
    expect(holds(it)).toBe(false)
    it.rig.done(judgeRelease(it.rig.packs.book, it.number, it.rig.nowMs))
    expect(holds(it)).toBe(false)
  })

  it('is forgotten with its pack', () => {
    const it = stuck()
    it.rig.done(judgePackEnd(it.rig.packs.book, 'p', false))
    expect(it.rig.send('p', phone)).toBe(90)
    it.rig.pack('p', [], {})
    it.rig.join('pool-p', first)
    it.rig.join('pool-p', second)
    expect(holds(it)).toBe(false)
  })

  it('is not kept where the feature is off', () => {
    const rig = new Rig()
    rig.pack('p', [first], { stickySender: false })
    rig.send('p', phone)
    expect(rig.rows('sticky')).toEqual([])
  })
})

describe('what is remembered of phones', () => {
  it('is bounded: the longest silent ones are forgotten, in what is kept too', () => {
    const rig = new Rig({ stickyPhones: 3 })
    rig.pack('p', [first, second])
    const phones = ['14155559990', '14155559991', '14155559992', '14155559993']
    for (const one of phones) {
      rig.nowMs += 1
      rig.send('p', one)
    }
    expect(rig.rows('sticky').map(({ key }) => key)).toEqual(phones.slice(1).map((one) => `p|${one}`))
  })

  it('is dropped when it is over, with the messages that follow', () => {
    const rig = new Rig()
    rig.pack('p', [first, second])
    for (let i = 0; i < 6; i++) rig.send('p', `1415555999${i}`)
    rig.nowMs += holdMs + 1
    for (let i = 0; i < 3; i++) rig.send('p', '14155558888')
    expect(rig.rows('sticky').map(({ key }) => key)).toEqual(['p|14155558888'])
  })

  it('is put right in what is kept after a choice was taken back', () => {
    const rig = new Rig({ stickyPhones: 1 })
    rig.pack('p', [first, second])
    rig.send('p', phone)
    const chosen = rig.choose('p', '14155558888')
    if (chosen.kind === 'none') throw new Error(chosen.reason)
    // Its unit came to nothing, and with it the row that took the first phone away.
    rig.packs.undo(chosen)
    expect(rig.packs.sentToday(chosen.number, rig.nowMs)).toBe(0)
    rig.keep(rig.packs.owed(100))
    expect(rig.packs.owed(100)).toEqual([])
    expect(rig.rows('sticky')).toEqual([])
    expect(rig.rows('sent').map(({ text }) => text.split('|')[1])).toEqual(expect.arrayContaining(['0']))
  })

  it('is taken back no further than what came after', () => {
    const rig = new Rig()
    rig.pack('p', [first, second])
    const chosen = rig.choose('p', phone)
    if (chosen.kind === 'none') throw new Error(chosen.reason)
    rig.nowMs += 5
    expect(rig.send('p', phone)).toBe(chosen.number)
    rig.packs.undo(chosen)
    expect(holds({ rig, number: chosen.number })).toBe(true)
    expect(rig.packs.sentToday(chosen.number, rig.nowMs)).toBe(1)
  })
})

it('a number that nobody owns any more has nothing kept', () => {
  const it = stuck()
  it.rig.done(judgeGivingUp(it.rig.packs.book, it.number))
  expect([it.rig.rows('sent'), it.rig.rows('number').length]).toEqual([[], 1])
  expect(it.rig.packs.standing('p', it.number, phone)).toBe('gone')
})

import { describe, expect, it } from 'vitest'
import { judgeOptOut } from './opt-outs.js'
import { chances, dayMs, owned, Rig } from './rig.suite.js'

const sanFrancisco = '14155550100'
const berkeley = '15105550100'
const newYork = '12125550100'
const vancouver = '16045550100'
const tollFree = '18005550100'
const shortCode = '444444'

/** The numbers of a pool, in the order in which a message to one phone after the other takes them. */
function sent(numbers: readonly string[], destination: string, used: readonly string[] = []): string | number {
  const rig = new Rig()
  rig.pack('p', numbers, { stickySender: false })
  for (const number of used) use(rig, number, 150)
  return rig.send('p', destination)
}

/** Makes a number of the pool send so much today. */
function use(rig: Rig, number: string, segments: number): void {
  const hasRoom = (other: string): boolean => other === number
  expect(rig.send('p', `${number.slice(0, 4)}5550199`, { segments, hasRoom })).toBe(number)
}

describe('local connect, to a phone in San Francisco', () => {
  const to = '14155559999'
  it.each([
    ['its area code', [sanFrancisco, berkeley, newYork, vancouver], [], sanFrancisco],
    [
      'its region, where the area code has sent its 150 of today',
      [sanFrancisco, berkeley, newYork, vancouver],
      [sanFrancisco],
      berkeley,
    ],
    ['its region, where no number has the area code', [berkeley, newYork, vancouver], [], berkeley],
    ['the United States, where no number is of the region', [newYork, vancouver], [], newYork],
    ['Canada, where no number is of the United States', [vancouver], [], vancouver],
    [
      'the area code all the same, where all have sent their 150',
      [sanFrancisco, berkeley],
      [sanFrancisco, berkeley],
      sanFrancisco,
    ],
    ['nobody, where the pool is empty', [], [], 90],
  ])('it is %s', (_, numbers, used, expected) => {
    expect(sent(numbers, to, used)).toBe(expected)
  })

  it('is its own country first for a phone in Toronto', () => {
    expect(sent([sanFrancisco, berkeley, newYork, vancouver], '14165559999')).toBe(vancouver)
    expect(sent([newYork], '14165559999')).toBe(newYork)
  })

  it('is no matter where it is switched off: the least used of the country', () => {
    const rig = new Rig()
    rig.pack('p', [newYork, sanFrancisco, vancouver], { stickySender: false, localConnect: false })
    const first = rig.send('p', to, { chance: 0 })
    const second = rig.send('p', to, { chance: 0 })
    expect(new Set([first, second])).toEqual(new Set([newYork, sanFrancisco]))
  })

  it('begins anew with each day of UTC', () => {
    const rig = new Rig()
    rig.pack('p', [sanFrancisco, berkeley], { stickySender: false })
    use(rig, sanFrancisco, 150)
    expect(rig.packs.sentToday(sanFrancisco, rig.nowMs)).toBe(150)
    expect(rig.send('p', to)).toBe(berkeley)
    rig.nowMs += dayMs / 2
    expect(rig.packs.sentToday(sanFrancisco, rig.nowMs)).toBe(0)
    expect(rig.send('p', to)).toBe(sanFrancisco)
  })

  it.each([
    ['has no room in its queue', { hasRoom: (number: string) => number !== sanFrancisco }],
    ['the phone wants nothing from', {}],
  ])('is another number where the least used one of all %s', (why, more) => {
    const rig = new Rig()
    const oakland = '15105550100'
    rig.pack('p', [sanFrancisco, oakland], { stickySender: false })
    for (const times of [1, 2]) expect([times, rig.send('p', '15105559998')]).toEqual([times, oakland])
    if (why.startsWith('the phone')) rig.done(judgeOptOut(rig.packs.optOuts, sanFrancisco, to, rig.nowMs))
    for (const times of [1, 2, 3]) expect([times, rig.send('p', to, more)]).toEqual([times, oakland])
    // Also above the 150 of a day, as where all have sent them.
    rig.send('p', '15105559998', { segments: 150 })
    expect(rig.send('p', to, more)).toBe(oakland)
  })

  it('takes area codes that nobody has heard of as the United States', () => {
    expect(sent([sanFrancisco, vancouver], '19995559999')).toBe(sanFrancisco)
  })
})

describe('the type of number', () => {
  const all = [sanFrancisco, vancouver, tollFree, shortCode]
  const us = '14155559999'
  const canada = '16045559999'
  const priority = (country: 'US' | 'CA', ...types: ('shortcode' | 'tollfree' | 'longcode' | null)[]) => ({
    priority: [{ country, service: 'sms' as const, types }],
  })

  it.each([
    ['a short code first', {}, us, shortCode],
    ['no short code of the other country, and a long code before a toll-free number', {}, canada, vancouver],
    ['as the pack says', priority('US', 'longcode', 'tollfree'), us, sanFrancisco],
    ['turns that nothing has are passed over', priority('US', null, 'tollfree', 'longcode'), us, tollFree],
    ['no toll-free number of the United States to Canada', priority('CA', 'tollfree', 'longcode'), canada, vancouver],
    ['and an error where there is nothing else', priority('CA', 'tollfree'), canada, 201],
    ['nothing where the pack names no type', priority('US'), us, 90],
  ])('%s', (_, wish, destination, expected) => {
    const rig = new Rig()
    rig.pack('p', all, wish)
    expect(rig.send('p', destination)).toBe(expected)
  })

  it('is a toll-free number that Canada gave, to Canada', () => {
    const rig = new Rig()
    rig.pack('p', [owned(tollFree, { country: 'CA' })])
    expect(rig.send('p', canada)).toBe(tollFree)
  })

  it('is a short code of Canada, to Canada', () => {
    const rig = new Rig()
    rig.pack('p', [vancouver, owned(shortCode, { country: 'CA' }), '555555'])
    expect(rig.send('p', canada)).toBe(shortCode)
    expect(rig.send('p', us)).toBe('555555')
  })

  it('is what an operator is set to, whatever the priority; others are as before', () => {
    const rig = new Rig()
    rig.pack('p', all, { ...priority('US', 'longcode'), operators: { verizon: 'shortcode', att: 'tollfree' } })
    const carriers = ['verizon', 'att', 'tmobile', 'unknown'] as const
    expect(carriers.map((carrier, i) => rig.send('p', `1415555990${i}`, { carrier }))).toEqual([
      ...[shortCode, tollFree, sanFrancisco, sanFrancisco],
    ])
  })

  it('is the next one where the carrier takes nothing from the first, or its queue has no room', () => {
    const rig = new Rig()
    rig.pack('p', [owned(shortCode, { unsupported: ['tmobile'] }), tollFree, sanFrancisco], { stickySender: false })
    expect(rig.send('p', us, { carrier: 'att' })).toBe(shortCode)
    expect(rig.send('p', us, { carrier: 'tmobile' })).toBe(tollFree)
    const isFull = (...full: string[]) => ({ hasRoom: (number: string) => !full.includes(number) })
    expect(rig.send('p', us, isFull(shortCode))).toBe(tollFree)
    expect(rig.send('p', us, isFull(shortCode, tollFree))).toBe(sanFrancisco)
    expect(rig.send('p', us, isFull(shortCode, tollFree, sanFrancisco))).toBe(300)
  })

  it('is one that can do the service', () => {
    const rig = new Rig()
    const mms = owned('14155550101', { mms: true })
    const onlyMms = owned('14155550102', { sms: false, mms: true })
    rig.pack('p', [sanFrancisco, mms, onlyMms], { stickySender: false })
    const taken = (service: 'sms' | 'mms') =>
      new Set([0, 0.5, 0.99].map((chance) => rig.send('p', us, { service, chance })))
    expect(taken('mms')).toEqual(new Set([mms.number, onlyMms.number]))
    expect(taken('sms')).toEqual(new Set([sanFrancisco, mms.number]))
  })
})

describe('the destination', () => {
  it.each([
    ['of another country', '447700900123', 450],
    ['of another country of the plan', '18765550100', 450],
    ['of no country', 'sip:me', 50],
    ['too short', '1415', 50],
  ])('%s', (_, destination, code) => {
    const rig = new Rig()
    rig.pack('p', [sanFrancisco])
    expect(rig.send('p', destination)).toBe(code)
  })

  it('is no matter where there is no such pack', () => {
    expect(new Rig().choose('p', '14155559999')).toMatchObject({ kind: 'none', reason: 'unknownPack', code: 90 })
  })
})

it('equal numbers send within 5% of each other over 10,000 messages', () => {
  const rig = new Rig()
  const numbers = Array.from({ length: 40 }, (_, i) => `1415555${String(1000 + i)}`)
  rig.pack('p', numbers, { stickySender: false })
  const chance = chances(7)
  const counts = new Map<string | number, number>()
  for (let i = 0; i < 10_000; i++) {
    const number = rig.send('p', `1415${String(2_000_000 + i)}`, { chance: chance() })
    counts.set(number, (counts.get(number) ?? 0) + 1)
  }
  const mean = 10_000 / numbers.length
  expect(counts.size).toBe(numbers.length)
  for (const count of counts.values()) expect(Math.abs(count - mean) / mean).toBeLessThan(0.05)
})

it('ties are broken by chance: each of the equals has its share', () => {
  const rig = new Rig()
  rig.pack('p', ['14155550101', '14155550102', '14155550103', '14155550104'], { stickySender: false })
  const chance = chances(3)
  const firsts = new Map<string, number>()
  for (let i = 0; i < 4000; i++) {
    const chosen = rig.choose('p', '14155559999', { chance: chance() })
    if (chosen.kind === 'none') throw new Error(chosen.reason)
    firsts.set(chosen.number, (firsts.get(chosen.number) ?? 0) + 1)
    rig.packs.undo(chosen)
  }
  expect([...firsts.values()].every((count) => count > 880 && count < 1120)).toBe(true)
})

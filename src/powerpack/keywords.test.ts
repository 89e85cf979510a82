import { describe, expect, it } from 'vitest'
import { intentOf } from './keywords.js'
import { numberTypeOf } from './number-type.js'
import { judgeOptIn, judgeOptOut } from './opt-outs.js'
import { Rig } from './rig.suite.js'

describe('what a text means', () => {
  it.each([
    ...(['STOP', 'stop', '  Stop \n', 'stop all', 'Stop   All', 'STOPALL', 'end', 'quit', 'cancel'] as const).map(
      (text) => [text, 'optout'],
    ),
    ...(['unsub', 'unsubscribe', 'revoke', 'opt out', 'optout'] as const).map((text) => [text, 'optout']),
    ...(['START', 'unstop', 'yes', 'resume', 'go'] as const).map((text) => [text, 'optin']),
    ...(['help', 'Info'] as const).map((text) => [text, 'help']),
    ...(['', ' ', 'please stop', 'stop.', 'st op', 'stopp', `stop${' '.repeat(80)}`] as const).map((text) => [
      text,
      '',
    ]),
  ])('%j: %s', (text, intent) => {
    expect(intentOf(text)).toBe(intent)
  })

  it('by other words', () => {
    const words = { optout: ['ARRET'], optin: [], help: ['AIDE'] }
    expect(['arret', 'aide', 'stop'].map((text) => intentOf(text, words))).toEqual(['optout', 'help', ''])
  })
})

describe('the type of a number', () => {
  it.each([
    ['14155550100', 'longcode'],
    ['447700900123', 'longcode'],
    ['18885550100', 'tollfree'],
    ['444444', 'shortcode'],
    ['55555', 'shortcode'],
    ['044444', undefined],
    ['12', undefined],
    ['ACME', undefined],
    ['+14155550100', undefined],
  ])('%s: %s', (number, type) => {
    expect(numberTypeOf(number)).toBe(type)
  })
})

describe('a phone that opted out', () => {
  const phone = '14155559999'
  const numbers = ['14155550101', '14155550102'] as const

  it('hears from no number of the pack until it opts in again, after a restart too', () => {
    const rig = new Rig()
    rig.pack('p', numbers)
    rig.pack('q', ['14155550103'])
    const scope = rig.packs.optOutScope(numbers[0])
    const wrote = String(rig.send('p', phone))
    expect(rig.done(judgeOptOut(rig.packs.optOuts, scope, phone, rig.nowMs))).toBe(true)
    expect(rig.done(judgeOptOut(rig.packs.optOuts, scope, phone, rig.nowMs + 5))).toBe(false)
    for (const packs of [rig.packs, rig.rebuilt()]) {
      // Whoever sends by one of its numbers.
      const unwanted = [...numbers, '14155550103', '14155559999', 'Acme'].map((from) => packs.hasOptedOut(from, phone))
      expect(unwanted).toEqual([true, true, false, false, false])
      expect(packs.hasOptedOut(numbers[0], '14155559998')).toBe(false)
      expect(rig.choose('p', phone, { packs })).toEqual({ kind: 'none', reason: 'optedOut', code: 200 })
      expect(packs.standing('p', wrote, phone)).toBe('optedOut')
      expect(packs.optOuts.sinceMs(scope, phone)).toBe(rig.nowMs)
      expect(rig.choose('q', phone, { packs })).toMatchObject({ kind: 'chosen' })
      expect(rig.choose('p', '14155559998', { packs })).toMatchObject({ kind: 'chosen' })
    }
    expect(rig.done(judgeOptIn(rig.packs.optOuts, scope, phone))).toBe(true)
    expect(rig.done(judgeOptIn(rig.packs.optOuts, scope, phone))).toBe(false)
    expect(rig.send('p', phone)).toBe(wrote)
    expect([rig.rows('optout'), rig.packs.optOuts.size]).toEqual([[], 0])
    expect(rig.packs.hasOptedOut(numbers[0], phone)).toBe(false)
  })

  it('of a number by itself hears from that no more, in whatever pool that is later', () => {
    const rig = new Rig()
    const [first, second] = numbers
    expect(rig.packs.optOutScope(first)).toBe(first)
    rig.done(judgeOptOut(rig.packs.optOuts, first, phone, rig.nowMs))
    const { pool } = rig.pack('p', [first])
    expect(rig.send('p', phone)).toBe(200)
    expect(rig.packs.standing('p', first, phone)).toBe('gone')
    rig.join(pool, second)
    for (const chance of [0, 0.5, 0.9]) expect(rig.send('p', phone, { chance })).toBe(second)
    expect([rig.packs.hasOptedOut(first, phone), rig.packs.hasOptedOut(second, phone)]).toEqual([true, false])
  })

  it('is one by its digits', () => {
    const rig = new Rig()
    expect(judgeOptOut(rig.packs.optOuts, 'p', 'ACME', 1)).toMatchObject({ kind: 'refused', reason: 'invalid' })
  })
})

import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tableNames } from './tables-shape.js'
import { describeTableMistake, profileNames, readTables, shippedTables, type ProfileName } from './tables.js'

const stamp = { version: 2, effective: '2026-09-01', source: 'a contract' }
const laidOver = (tables: unknown, profile?: ProfileName) => readTables(profile, { ...stamp, tables })
const mistakesOf = (tables: unknown): readonly string[] => laidOver(tables).mistakes?.map(describeTableMistake) ?? []

describe('the tables shipped', () => {
  it('are all read', () => {
    const files = readdirSync(new URL('./tables', import.meta.url)).filter((name) => name.endsWith('.json'))
    // That of the networks is shared with other rooms.
    expect(files.length).toBe(tableNames.length - 1)
    const profiles = readdirSync(new URL('./tables/profiles', import.meta.url))
    expect(profiles.map((name) => name.replace('.json', '')).sort()).toEqual(
      profileNames.filter((name) => name !== 'usual').sort(),
    )
  })

  it.each(profileNames)('fit their shape with the profile %s, and say where they are from', (profile) => {
    const tables = shippedTables(profile)
    for (const name of tableNames) {
      for (const { version, effective, source } of tables.stamps[name]) {
        expect(version).toBeGreaterThan(0)
        expect(new Date(effective).toISOString()).toContain(effective)
        expect(source.length).toBeGreaterThan(20)
      }
    }
  })

  it('of each class: a second is a sixtieth of a minute, and a score has the rate of its class', () => {
    const { scores, attClasses } = shippedTables()
    for (const { declared, mixed } of [...scores.bands, scores.unvetted])
      for (const { attClass, mps } of [declared, mixed]) expect(attClasses[attClass].smsTpm / 60).toBe(mps)
  })

  it('are not changed by what is laid over them', () => {
    laidOver({ attClasses: { A: { smsTpm: 3600, mmsTpm: 100, per: 'campaign' } } })
    expect(shippedTables().attClasses.A.smsTpm).toBe(4500)
  })
})

describe("an operator's rows", () => {
  it('replace those of their keys, on top of a profile', () => {
    const { tables } = laidOver({ senders: { tollFree: { perSecond: 50 } } }, 'plivo')
    expect(tables?.senders.tollFree).toEqual({ perSecond: 50 })
    expect(tables?.senders.shortCodeCanada).toEqual({ perSecond: 10 })
    expect(tables?.senders.unregistered).toEqual({ perSecond: 1 })
    expect(tables?.stamps.senders.map(({ source }) => source)).toEqual([
      expect.stringContaining('Twilio'),
      expect.stringContaining('Plivo'),
      'a contract',
    ])
    expect(tables?.stamps.queues).toHaveLength(2)
    expect(tables?.stamps.attClasses).toHaveLength(1)
  })

  it.each([
    ['a network of another country', { networks: { 26201: 'tmobile' } }, '/tables/networks/26201 expects'],
    ['a carrier that nobody knows', { networks: { 310410: 'acme' } }, '/tables/networks/310410 expects one of att'],
    ['a class that nobody has', { attClasses: { Q: {} } }, '/tables/attClasses/Q expects'],
    [
      'a rate of nothing',
      { attClasses: { A: { smsTpm: 0, mmsTpm: 1, per: 'campaign' } } },
      '/tables/attClasses/A/smsTpm expects a whole number above 0',
    ],
    ['a table that nobody has', { classes: {} }, '/tables/classes expects'],
    ['a row that is not whole', { attClasses: { A: { smsTpm: 60 } } }, '/tables/attClasses/A/mmsTpm expects'],
    ['a pace of nothing', { senders: { tollFree: {} } }, '/tables/senders/tollFree expects a mapping with perSecond'],
    [
      'two rules at once',
      { carriers: { verizon: { follows: 'att', perNumber: 1 } } },
      '/tables/carriers/verizon expects one of {follows: scores}',
    ],
    [
      'bands in the wrong order',
      {
        tmobileDay: {
          bands: [
            { from: 25, segments: 1 },
            { from: 50, segments: 2 },
          ],
        },
      },
      '/tables/tmobileDay/bands/1/from expects less than the band before it',
    ],
    [
      'a queue without a life',
      { queues: { campaign: { lifeSeconds: 5, leastSeconds: 10, mostSeconds: 20 } } },
      '/tables/queues/campaign expects leastSeconds up to lifeSeconds',
    ],
    [
      'no shares',
      { shares: { att: 0, tmobile: 0, verizon: 0, uscellular: 0, minor: 0 } },
      '/tables/shares expects a share above 0',
    ],
  ])('are told: %s', (_, tables, expected) => {
    expect(mistakesOf(tables)).toContainEqual(expect.stringContaining(expected))
  })

  it.each([[null], [[]], ['text'], [{}], [{ tables: {} }], [{ ...stamp, effective: 'soon', tables: {} }]])(
    'of the wrong form are told: %j',
    (overlay) => {
      expect(readTables('usual', overlay).mistakes?.length).toBeGreaterThan(0)
    },
  )
})

import { describe, expect, it } from 'vitest'
import { readCarrierCsv } from './carrier-csv.js'
import { CarrierOverrides } from './carrier-overrides.js'
import { DestinationCarriers, type CarrierSources } from './carrier.js'
import { carriers, majorCarriers, type Carrier } from './carriers.js'
import { LearnedCarriers } from './learned-carriers.js'
import { readTables, shippedTables } from './tables.js'

const wallMs = Date.UTC(2026, 7, 1)
const phone = '14155550100'

function carriersWith(sources: Partial<CarrierSources> = {}): DestinationCarriers {
  return new DestinationCarriers({
    tables: shippedTables(),
    overrides: new CarrierOverrides([]),
    learned: new LearnedCarriers(),
    unknown: 'strict',
    ...sources,
  })
}

const asked = { destination: phone, network: undefined, chance: 0, wallMs }

describe('the carrier of a destination', () => {
  const overrides = new CarrierOverrides([
    ['1415', 'verizon'],
    ['1415555', 'att'],
    ['14155550101', 'minor'],
  ])
  const learned = new LearnedCarriers()
  learned.learn(phone, 'uscellular', wallMs)
  const network = { mcc: '310', mnc: '260' }

  it.each([
    ['14155550101', 'minor'],
    ['14155550102', 'att'],
    ['14154440102', 'verizon'],
  ] as const)('is what the operator says of %s, whatever others say', (destination, carrier) => {
    expect(carriersWith({ overrides, learned }).of({ ...asked, destination, network })).toEqual({
      carriers: [carrier],
      by: 'operator',
    })
  })

  it('is what a lookup answered, else what a receipt taught', () => {
    const both = carriersWith({ learned })
    expect(both.of({ ...asked, network })).toEqual({ carriers: ['tmobile'], by: 'lookup' })
    expect(both.of(asked)).toEqual({ carriers: ['uscellular'], by: 'receipts' })
    expect(both.of({ ...asked, wallMs: wallMs + 30 * 86_400_000 })?.by).toBe('strict')
  })

  it.each([
    ['310410', 'att'],
    ['313100', 'att'],
    ['310260', 'tmobile'],
    ['310120', 'tmobile'],
    ['311480', 'verizon'],
    ['311580', 'uscellular'],
    ['311999', 'minor'],
    ['330110', 'minor'],
  ] as const)('of the network %s is %s', (digits, carrier) => {
    expect(carriersWith().carrierOfNetwork({ mcc: digits.slice(0, 3), mnc: digits.slice(3) })).toBe(carrier)
  })

  it('is by the networks that the operator added', () => {
    const overlay = { version: 1, effective: '2026-09-01', source: 'us', tables: { networks: { 311999: 'verizon' } } }
    const { tables } = readTables('usual', overlay)
    expect(carriersWith({ tables: tables! }).carrierOfNetwork({ mcc: '311', mnc: '999' })).toBe('verizon')
  })

  it.each([
    ['447700900123', 'the United Kingdom'],
    ['14165550100', 'Canada'],
    ['12', 'nowhere'],
  ])('is nobody’s for %s, of %s', (destination) => {
    expect(carriersWith().of({ ...asked, destination })).toBeUndefined()
  })

  it('is asked for in Puerto Rico, and where an area code is new', () => {
    expect(carriersWith().of({ ...asked, destination: '17875550100' })?.carriers).toEqual(majorCarriers)
    expect(carriersWith().of({ ...asked, destination: '19245550100' })?.carriers).toEqual(majorCarriers)
  })
})

describe('an unknown carrier', () => {
  it('is all three, to be strict', () => {
    expect(carriersWith().of(asked)).toEqual({ carriers: ['att', 'tmobile', 'verizon'], by: 'strict' })
  })

  it('is guessed by shares, the same for the same chance', () => {
    const spread = carriersWith({ unknown: 'spread' })
    const counts = new Map<Carrier, number>()
    const { shares } = shippedTables()
    const all = Object.values(shares).reduce((sum, share) => sum + share, 0)
    for (let at = 0; at < all * 10; at++) {
      const { by, carriers: guessed } = spread.of({ ...asked, chance: at / (all * 10) })!
      const name = by === 'guess' && guessed.length === 1 ? guessed[0]! : 'minor'
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    for (const carrier of carriers) expect(Math.abs(counts.get(carrier)! / 10 - shares[carrier])).toBeLessThan(0.5)
    expect(spread.of({ ...asked, chance: 0.3 })).toBe(spread.of({ ...asked, chance: 0.3 }))
  })

  it('is never one without a share', () => {
    const shares = { att: 0, tmobile: 1, verizon: 0, uscellular: 0, minor: 0 }
    const { tables } = readTables('usual', { version: 1, effective: '2026-09-01', source: 'us', tables: { shares } })
    const spread = carriersWith({ tables: tables!, unknown: 'spread' })
    for (const chance of [0, 0.5, 0.999999, 1]) expect(spread.of({ ...asked, chance })?.carriers).toEqual(['tmobile'])
  })
})

describe('a list of carriers', () => {
  it('is read', () => {
    const { overrides } = readCarrierCsv(
      '\uFEFFnumber,carrier\r\n# ours\r\n+14155550101,att\r\n"1415555";"verizon"\r\n\r\n1212\ttmobile,\r\n',
    )
    expect(overrides?.size).toBe(3)
    expect(['14155550101', '14155550102', '12125550100', '13055550100'].map((number) => overrides?.of(number))).toEqual(
      ['att', 'verizon', 'tmobile', undefined],
    )
  })

  it('of nothing is right', () => {
    expect(readCarrierCsv('').overrides?.size).toBe(0)
  })

  it.each([
    ['1415,orange', 1, 'one of att, tmobile, verizon, uscellular, minor after the number'],
    ['1415', 1, 'one of att'],
    ['number,carrier\n44770,att', 2, 'a number of the United States'],
    ['1415,att\nnumber,carrier', 2, 'a number of the United States'],
    ['141555501001,att', 1, 'a number of the United States'],
    ['1415,att,verizon', 1, 'nothing after them'],
    ['1415,att\n\n+1415,att', 3, 'line 1 has this one too'],
  ])('is refused: %j', (text, line, expected) => {
    expect(readCarrierCsv(text).mistakes).toEqual([{ line, expected: expect.stringContaining(expected) as string }])
  })

  it('tells a hundred mistakes', () => {
    expect(readCarrierCsv('1,x\n'.repeat(1000)).mistakes).toHaveLength(100)
  })

  it('of many numbers finds each of them', () => {
    const numbers = Array.from({ length: 5000 }, (_, at) => String(12_025_550_000 + ((at * 7919) % 5000) * 3))
    const many = new CarrierOverrides(numbers.map((number, at) => [number, carriers[at % 5]!]))
    numbers.forEach((number, at) => expect(many.of(number)).toBe(carriers[at % 5]))
    expect(many.of('12025550001')).toBeUndefined()
  })
})

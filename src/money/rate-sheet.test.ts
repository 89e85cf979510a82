import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRecords, separatorOf } from './csv.js'
import { finished } from '../lib/slices.js'
import { describeSheetMistake, readRateSheet, sheetLimits } from './rate-sheet.js'
import { rateDefaults } from './tariff.js'

const read = (text: string, limits = sheetLimits) => finished(readRateSheet(text, limits))
const mistakesOf = (text: string) => read(text).mistakes.map(describeSheetMistake)

describe('CSV', () => {
  it.each([
    [
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '\ufeffa;b\r\n1;2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a\tb\n\n1\t2\n\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '"a;x",b\n"1""2",',
      [
        ['a;x', 'b'],
        ['1"2', ''],
      ],
    ],
    [
      'a,b\n"1\n2",3\n4,5',
      [
        ['a', 'b'],
        ['1\n2', '3'],
        ['4', '5'],
      ],
    ],
    ['', []],
  ] as const)('of %j is read', (text, expected) => {
    expect([...csvRecords(text, 100)].map((record) => (record.kind === 'record' ? record.fields : record))).toEqual(
      expected,
    )
  })

  it('tells the line of each record, and of each broken one', () => {
    const text = 'a,b\n"x\ny",1\n"z"z,2\nok,3\n"open,4\nlast,5'
    const seen = [...csvRecords(text, 100)].map((record) =>
      record.kind === 'record'
        ? `${record.line} ${record.fields.join('|')}`
        : `${record.line} ${record.why} ${record.column}`,
    )
    expect(seen).toEqual(['1 a|b', '2 x\ny|1', '4 textAfterQuote 4', '5 ok|3', '6 openQuote 1', '7 last|5'])
  })

  it('is bounded in the length of a record', () => {
    const long = 'x'.repeat(50)
    const kinds = [...csvRecords(`a\n${long}\n"${long}"\nb`, 20)].map((record) =>
      record.kind === 'record' ? 'record' : record.why,
    )
    expect(kinds).toEqual(['record', 'tooLong', 'tooLong', 'record'])
  })

  it('takes the separator that the first line has most of', () => {
    expect(separatorOf('a;b;"c,d,e,f"\n1,2,3,4,5')).toBe(';')
    expect(separatorOf('a')).toBe(',')
  })

  it('is read back as it was written', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', ' '), maxLength: 8 })
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 8 })
    fc.assert(
      fc.property(rows, (records) => {
        const all = [['h', 'h', 'h', 'h', 'h', 'h', 'h', 'h', 'h'], ...records]
        const text = all.map((fields) => fields.map((f) => `"${f.replaceAll('"', '""')}"`).join(',')).join('\r\n')
        const back = [...csvRecords(text, 1000)].map((record) => (record.kind === 'record' ? [...record.fields] : []))
        expect(back).toEqual(all)
      }),
    )
  })
})

describe('a rate sheet', () => {
  it('has columns by name, in any order, with defaults for what is not said', () => {
    const sheet = read(
      [
        'Price;Country;Destination;Effective from;HUNTSTOP;route_category;preference;weight;forbidden',
        '0.0045;Germany;+4915;2027-01-31;yes;Gold;9;3;no',
        '0;;ONNET;;;;;;',
        '1.5;US;E.212-310-410;2027-01-31T12:30:00Z;0;;;;1',
      ].join('\r\n'),
    )
    expect(sheet.mistakes).toEqual([])
    expect(sheet.ignored).toEqual(['Country'])
    expect(sheet.rates).toEqual([
      {
        destination: '4915',
        priceMicros: 4500,
        effectiveFromMs: Date.UTC(2027, 0, 31),
        preference: 9,
        routeCategory: 'Gold',
        huntstop: true,
        forbidden: false,
        weight: 3,
      },
      { ...rateDefaults, destination: 'ONNET', priceMicros: 0 },
      {
        ...rateDefaults,
        destination: 'E.212-310-410',
        priceMicros: 1_500_000,
        effectiveFromMs: Date.UTC(2027, 0, 31, 12, 30),
        forbidden: true,
      },
    ])
  })

  it('names every bad line, with what would be right', () => {
    const text = [
      'destination,price,preference,effectiveFrom,huntstop,weight',
      '44,0.01,5,,,',
      '44x,0.01,,,,',
      '45,1.2345678,11,2027-02-30,maybe,70000',
      '46,0.01',
      '"47"x,0.01,,,,',
      '44,0.02,,,,',
      'e.212-310,,,,,',
      '48,-1,,,,',
    ].join('\n')
    expect(mistakesOf(text)).toEqual([
      'line 3: destination: expects up to 15 digits, =digits for one number, E.212-MCC-MNC, E.212-MCC, or a word such as ONNET, not "44x"',
      'line 4: price: expects a decimal number such as 0.0045, at most 6 decimals and 1000000, not "1.2345678"',
      'line 4: effectiveFrom: expects a day such as 2027-01-31 or a moment such as 2027-01-31T12:00:00Z, in UTC, not "2027-02-30"',
      'line 4: preference: expects a whole number from 0 to 10, not "11"',
      'line 4: huntstop: expects yes or no, not "maybe"',
      'line 4: weight: expects a whole number from 0 to 65535, not "70000"',
      'line 5: expects 6 fields, as many as the first line has, not "2 fields"',
      'line 6: expects a separator after a closing quote, not "column 5"',
      'line 7: destination: expects a destination and moment that line 2 does not have, not "44"',
      'line 8: price: expects a decimal number such as 0.0045, at most 6 decimals and 1000000',
      'line 9: price: expects a decimal number such as 0.0045, at most 6 decimals and 1000000, not "-1"',
    ])
    expect(read(text).rates).toHaveLength(1)
  })

  it.each([
    ['', ['line 1: expects a first line with the names of the columns']],
    [
      'destination,cost',
      [
        'line 1: price: expects a column price, among destination, price, effectiveFrom, preference, routeCategory, huntstop, forbidden, weight',
      ],
    ],
    ['destination,price,preferense', ['line 1: preferense: expects the column preference, not "preferense"']],
    ['destination,price,Price', ['line 1: price: expects each column once, not "Price"']],
  ])('with the first line %j is refused', (text, expected) => {
    expect(mistakesOf(text)).toEqual(expected)
  })

  it('is bounded in its lines', () => {
    const sheet = read('destination,price\n1,1\n2,1\n3,1', { maxRates: 2, maxLineLength: 100 })
    expect(sheet.mistakes.map(describeSheetMistake)).toEqual(['line 4: expects at most 2 rates'])
    expect(sheet.rates).toHaveLength(2)
  })

  it('lists the first 1,000 mistakes and counts all', () => {
    const bad = Array.from({ length: 100_000 }, (_, n) => `x${n};0,0`)
    const sheet = read(['destination;price', ...bad].join('\n'))
    expect(sheet.mistakeCount).toBe(200_000)
    expect(sheet.mistakes).toHaveLength(1000)
    expect(sheet.mistakes.at(-1)).toMatchObject({ line: 501, column: 'price', value: '0,0' })
  })

  it('never throws, whatever it is given', () => {
    const unit = fc.constantFrom('"', ',', ';', '\n', '\r', '1', '.', 'E.212-', '-', 'é')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), (text) => {
        const sheet = read(`destination,price\n${text}`)
        for (const { line } of sheet.mistakes) expect(line).toBeGreaterThan(0)
      }),
    )
  })
})

// The static table: what its lines mean, and that every bad line is named.
import { describe, expect, it } from 'vitest'
import { parseTable } from './static-table.js'

function tableOf(csv: string) {
  const parsed = parseTable('own', csv)
  if (parsed.kind !== 'table') throw new Error(JSON.stringify(parsed.mistakes))
  return parsed
}

describe('a table of networks', () => {
  it('finds a number before its longest prefix', () => {
    const { table, size } = tableOf(
      '\uFEFFnumber,network,ported\r\n# ours\r\n12025550123,310410,true\r\n1202*;310-004\r\n\r\n1*,"E.212-310-260",no\r\n',
    )
    expect(size).toBe(3)
    expect(table.find('12025550123')).toEqual({
      kind: 'network',
      network: { mcc: '310', mnc: '410' },
      ported: true,
      roaming: undefined,
      reachable: undefined,
    })
    expect(table.find('12025550124')?.network).toEqual({ mcc: '310', mnc: '004' })
    expect(table.find('13125550123')).toMatchObject({ network: { mcc: '310', mnc: '260' }, ported: false })
    expect(table.find('442079460000')).toBeUndefined()
  })

  it('takes * alone for every number', () => {
    expect(tableOf('*,26201').table.find('442079460000')?.network).toEqual({ mcc: '262', mnc: '01' })
  })

  it('names every bad line and is not used at all', () => {
    const csv =
      '1202*,310410\n1202*,310260\n+1202,310410\n1303,31\n1404,310410,maybe\n1505\n1606,,\n1707,310410,1,2\n1808,31026'
    expect(parseTable('own', csv)).toEqual({
      kind: 'mistakes',
      mistakes: [
        { line: 2, expected: 'each number and prefix once (it is in line 1 already)', value: '1202*' },
        { line: 3, expected: 'a number, or a prefix with * behind it', value: '+1202' },
        { line: 4, expected: 'MCC and MNC such as 310410 or 310-04', value: '31' },
        { line: 5, expected: 'true or false for ported', value: 'maybe' },
        { line: 6, expected: 'number,network or number,network,ported', value: '1505' },
        { line: 7, expected: 'MCC and MNC such as 310410 or 310-04', value: '' },
        { line: 8, expected: 'number,network or number,network,ported', value: '1707,310410,1,2' },
      ],
    })
  })
})

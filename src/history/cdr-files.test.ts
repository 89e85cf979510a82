import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cdrDays, cdrFileAt, readCdrDay, type CdrFilter } from './cdr-files.js'

const DAY = '2026-01-01'
const limits = { rows: 100, bytes: 2 ** 20 }
let folder: string

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'smswitch-cdr-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const row = (n: number, changes: object = {}) => ({
  message: `m${n}`,
  id: `p${n}`,
  customer: n % 2 === 0 ? 'even' : 'odd',
  account: 'acme',
  ...changes,
})

function write(day: string, ...rows: object[]): void {
  writeFileSync(join(folder, `cdr-${day}.jsonl`), rows.map((one) => `${JSON.stringify(one)}\n`).join(''))
}

async function idsOf(filter: CdrFilter): Promise<unknown[]> {
  return (await readCdrDay(folder, DAY, filter, 0, limits)).rows.map(({ id }) => id)
}

describe('the days of records', () => {
  it('are those that there are files of, oldest first', async () => {
    write('2026-01-02', row(1))
    write('2025-12-31', row(1), row(2))
    writeFileSync(join(folder, 'notes.txt'), '')
    mkdirSync(join(folder, 'cdr-old'))
    expect((await cdrDays(folder)).map(({ day }) => day)).toEqual(['2025-12-31', '2026-01-02'])
    expect(await cdrDays(join(folder, 'nowhere'))).toEqual([])
  })

  it('begin at midnight UTC', () => {
    expect(cdrFileAt(Date.UTC(2026, 0, 1) - 1)).toBe('cdr-2025-12-31.jsonl')
    expect(cdrFileAt(Date.UTC(2026, 0, 1))).toBe('cdr-2026-01-01.jsonl')
  })
})

describe('records of a day', () => {
  it('are found by customer, account and message or part, to the letter', async () => {
    write(DAY, row(1), row(2), row(3, { account: 'odd' }), row(4, { customer: 'even2' }))
    expect(await idsOf({})).toEqual(['p1', 'p2', 'p3', 'p4'])
    expect(await idsOf({ customer: 'even' })).toEqual(['p2'])
    expect(await idsOf({ customer: 'odd', account: 'acme' })).toEqual(['p1'])
    expect(await idsOf({ message: 'm3' })).toEqual(['p3'])
    expect(await idsOf({ message: 'p4' })).toEqual(['p4'])
    expect(await idsOf({ customer: 'EVEN' })).toEqual([])
  })

  it('are found by names that a line writes another way', async () => {
    const names = ['Ünïcode', 'with "quotes" \\', 'plain']
    const escaped = names.map((customer, n) =>
      JSON.stringify(row(n, { customer })).replace(
        /[^ -~]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
    )
    writeFileSync(join(folder, `cdr-${DAY}.jsonl`), `${escaped.join('\n')}\n`)
    for (const [n, customer] of names.entries()) expect(await idsOf({ customer })).toEqual([`p${n}`])
  })

  it('come in pages that go on where the last one ended', async () => {
    const rows = Array.from({ length: 25 }, (_, n) => row(n))
    write(DAY, ...rows)
    const found: unknown[] = []
    let from: number | undefined = 0
    let pages = 0
    while (from !== undefined) {
      const page = await readCdrDay(folder, DAY, { customer: 'odd' }, from, { ...limits, rows: 5 })
      found.push(...page.rows)
      from = page.next
      pages++
    }
    expect(found).toEqual(rows.filter(({ customer }) => customer === 'odd'))
    expect(pages).toBe(3)
  })

  it('are looked for in so many octets at a time, also where none is found', async () => {
    write(DAY, ...Array.from({ length: 10_000 }, (_, n) => row(n)), row(10_000, { customer: 'rare' }))
    const first = await readCdrDay(folder, DAY, { customer: 'rare' }, 0, { rows: 10, bytes: 100_000 })
    expect(first.rows).toEqual([])
    expect(first.next).toBeGreaterThan(99_000)
    let page = first
    while (page.next !== undefined && page.rows.length === 0)
      page = await readCdrDay(folder, DAY, { customer: 'rare' }, page.next, { rows: 10, bytes: 100_000 })
    expect(page.rows).toMatchObject([{ id: 'p10000' }])
  })

  it('end before a line that is being written; other lines and long ones do no harm', async () => {
    const long = row(1, { policy: 'x'.repeat(700_000) })
    writeFileSync(
      join(folder, `cdr-${DAY}.jsonl`),
      `${JSON.stringify(long)}\nnot JSON\n\n${JSON.stringify(row(2))}\n{"id":"p3","custo`,
    )
    const page = await readCdrDay(folder, DAY, {}, 0, limits)
    expect(page.rows.map(({ id }) => id)).toEqual(['p1', 'p2'])
    expect(page.next).toBeUndefined()
  })

  it('of a day without a file are none, and a day that is no day opens no other file', async () => {
    for (const day of [DAY, '', '../../etc/passwd', '2026-01-01.jsonl/../x'])
      expect(await readCdrDay(folder, day, {}, 0, limits)).toEqual({ rows: [], next: undefined })
  })
})

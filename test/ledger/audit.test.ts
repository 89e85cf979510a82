import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it } from 'vitest'
import type { ArrivalEntry, SentEntry } from './audit.js'
import { audit, readArrivals, readSent } from './audit.js'
import type { LedgerProcess } from './process.js'
import { startLedger } from './process.js'

const options = { killsMs: [100], answerGraceMs: 5, receiptsExpected: true }
const accepted: SentEntry = { state: 'A', receipts: 1, answeredAtMs: 10, sentAtMs: 5 }
const arrival = (number: number, cameAtMs: number, answeredAtMs: number): ArrivalEntry => ({
  number,
  cameAtMs,
  answeredAtMs,
  receipt: 'O',
})

const processes: LedgerProcess[] = []
const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
afterEach(async () => {
  for (const each of processes.splice(0)) await each.stop()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('finds an acknowledged message that never arrived', () => {
  expect(audit([accepted, accepted], [arrival(1, 20, 30)], options)).toMatchObject({ lost: [0], unexplained: [] })
})

it('finds a receipt that the switch took and the ESME never got, and tells it from one not taken yet', () => {
  const silent: SentEntry = { ...accepted, receipts: 0 }
  const waiting: ArrivalEntry = { ...arrival(1, 20, 30), receipt: 'W' }
  const found = audit([silent, silent], [arrival(0, 20, 30), waiting], options)
  expect(found).toMatchObject({ receiptsLost: [0], receiptsPending: [1] })
})

it.each([
  ['unanswered at the kill', 'explained', arrival(0, 90, 0)],
  ['answered within the grace before the kill', 'explained', arrival(0, 90, 96)],
  ['answered well before the kill', 'unexplained', arrival(0, 80, 90)],
  ['come after the kill', 'unexplained', arrival(0, 120, 130)],
])('calls a duplicate whose first copy was %s %s', (_, verdict, first) => {
  const found = audit([accepted], [first, arrival(0, 200, 210)], options)
  expect(found.doubled).toBe(1)
  expect(found.explained).toBe(verdict === 'explained' ? 1 : 0)
  expect(found.unexplained).toEqual(verdict === 'explained' ? [] : [0])
})

it('the two ledgers agree when nothing lies between them, with late answers', async () => {
  const smsc = startLedger('smsc', { delay: 20, 'id-format': 'uuid' })
  processes.push(smsc)
  const { port } = await smsc.next('ready')
  const esme = startLedger('esme', { port: Number(port), rate: 5000, window: 200 })
  processes.push(esme)
  await esme.next('bound')
  esme.tell({ cmd: 'start', count: 3000 })
  await esme.until((report) => report['accepted'] === 3000 && report['withReceipt'] === 3000, 20_000)
  await smsc.until((report) => report['receiptsOwed'] === 0, 5000)
  const [sentFile, arrivalFile] = [join(folder, 'sent'), join(folder, 'arrivals')]
  await esme.ask({ cmd: 'dump', file: sentFile }, 'dumped')
  await smsc.ask({ cmd: 'dump', file: arrivalFile }, 'dumped')
  const sent = readSent(readFileSync(sentFile, 'utf8'))
  const arrivals = readArrivals(readFileSync(arrivalFile, 'utf8'))
  expect(arrivals.every(({ cameAtMs, answeredAtMs }) => answeredAtMs - cameAtMs >= 20)).toBe(true)
  expect(audit(sent, arrivals, { ...options, killsMs: [] })).toMatchObject({
    accepted: 3000,
    lost: [],
    receiptsLost: [],
    receiptsPending: [],
    doubled: 0,
  })
})

// A slow and a failing disk, made by strace around the system calls of the real daemon.
import { mkdirSync, renameSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { LedgerProcess } from '../ledger/process.js'
import { requirePeer } from '../peers.js'
import { injectFault } from './faults.js'
import { startScene, type Books, type Scene } from './scene.js'
import { monotonicMs } from './tempo.js'

const ESME_RSYSERR = '8'

let scene: Scene | undefined
afterEach(async () => {
  await scene?.end()
  scene = undefined
})

const nothingWrong = { lost: [], receiptsLost: [], receiptsPending: [], rejectedButArrived: [], unexplained: [] }
const fastestAnswerMs = ({ sent }: Books): number =>
  Math.min(...sent.map(({ sentAtMs, answeredAtMs }) => answeredAtMs - sentAtMs))

it.for<readonly [string, string]>([
  ['fdatasync takes 300 ms', 'fdatasync:delay_enter=300000'],
  ['returning from fdatasync takes 300 ms', 'fdatasync:delay_exit=300000'],
  // Each commit writes a page at least and then what makes it valid.
  ['each write takes 150 ms', 'pwrite64:delay_exit=150000'],
])(
  'no submit_sm and no receipt is answered before it is on disk: %s',
  { timeout: 60_000 },
  async ([, inject], context) => {
    scene = await startScene()
    const { strace } = requirePeer('strace', context)
    const fault = await injectFault(strace, scene.daemon.pid, inject)
    scene.esme.tell({ cmd: 'start', count: 200, rate: 100 })
    await scene.answered(200)
    const books = await scene.close()
    const { fastestReceiptMs } = await scene.smsc.ask({ cmd: 'report' }, 'report')
    await fault.remove()
    expect(books.audit).toMatchObject({ ...nothingWrong, accepted: 200, doubled: 0 })
    expect(fastestAnswerMs(books)).toBeGreaterThanOrEqual(300)
    expect(fastestReceiptMs).toBeGreaterThanOrEqual(300)
  },
)

/** Under load: resolves when as many messages as this were accepted. */
async function accepted(esme: LedgerProcess, count: number): Promise<void> {
  const reached = esme.next('reached')
  esme.tell({ cmd: 'progress', accepted: count })
  await reached
}

it('EIO of fdatasync: only ESME_RSYSERR, nothing refused is delivered, service resumes by itself', async (context) => {
  const { strace } = requirePeer('strace', context)
  scene = await startScene({ smsc: { delay: 50 } })
  const { esme, daemon } = scene
  esme.tell({ cmd: 'start', rate: 500 })
  await accepted(esme, 300)
  const fault = await injectFault(strace, daemon.pid, 'fdatasync:error=EIO')
  const faulty = await esme.until((report) => Number(report['rejected']) >= 200, 20_000)
  const { status: readiness } = await fetch(`http://127.0.0.1:${daemon.adminPort}/readyz`)
  await fault.remove()
  await accepted(esme, Number(faulty['accepted']) + 500)
  esme.tell({ cmd: 'pause' })
  await scene.answered(0)
  const { status: readinessAfter } = await fetch(`http://127.0.0.1:${daemon.adminPort}/readyz`)

  // What was accepted survives a kill after the fault as well.
  const killedMs = monotonicMs()
  await daemon.end('SIGKILL')
  await scene.restart()
  const books = await scene.close([killedMs])
  expect(books.audit).toMatchObject({ ...nothingWrong, unanswered: 0 })
  expect(Object.keys(books.statuses)).toEqual([ESME_RSYSERR])
  expect([readiness, readinessAfter]).toEqual([503, 200])
  expect(daemon.errors()).not.toMatch(/unhandled|uncaught/i)
}, 60_000)

// lmdb 3.5.6 writes the text of this error beyond the memory it took for it: the process may live on or end of it. What was
// promised holds either way.
it.for<readonly [string, string]>([
  ['EIO of every write', 'pwrite64:error=EIO'],
  ['EIO of every second write', 'pwrite64:error=EIO:when=2+2'],
  ['a full disk', 'pwrite64:error=ENOSPC'],
])('%s: nothing accepted is lost, nothing refused is delivered', { timeout: 60_000 }, async ([, inject], context) => {
  const { strace } = requirePeer('strace', context)
  scene = await startScene({ smsc: { delay: 50 } })
  const { esme, daemon } = scene
  esme.tell({ cmd: 'start', rate: 500 })
  await accepted(esme, 300)
  const fault = await injectFault(strace, daemon.pid, inject)
  const refused = esme.until((report) => Number(report['rejected']) >= 100, 20_000)
  await Promise.race([refused, daemon.ended])
  refused.catch(() => undefined)
  await fault.remove()
  const killedMs = monotonicMs()
  await daemon.end('SIGKILL')
  await scene.restart()
  const { accepted: before } = await esme.ask({ cmd: 'report' }, 'report')
  await accepted(esme, Number(before) + 500)
  esme.tell({ cmd: 'pause' })
  await scene.answered(0)
  const books = await scene.close([killedMs])
  expect(books.audit).toMatchObject(nothingWrong)
  expect(Object.keys(books.statuses).filter((status) => status !== ESME_RSYSERR)).toEqual([])
  expect(daemon.errors()).not.toMatch(/unhandled|uncaught/i)
})

it('a store that cannot be opened again ends the daemon with 1 and says why; nothing accepted is lost', async (context) => {
  const { strace } = requirePeer('strace', context)
  scene = await startScene({ smsc: { delay: 50 } })
  const { esme, daemon } = scene
  esme.tell({ cmd: 'start', rate: 500 })
  await accepted(esme, 300)
  const [file, away] = [join(scene.data, 'data.mdb'), join(scene.data, 'away')]
  renameSync(file, away)
  mkdirSync(file)
  const fault = await injectFault(strace, daemon.pid, 'fdatasync:error=EIO')
  expect(await daemon.ended).toBe(1)
  await fault.remove()
  esme.tell({ cmd: 'pause' })
  expect(JSON.stringify(daemon.logged('app.failed'))).toContain(`the data in ${scene.data} can't be opened`)
  rmdirSync(file)
  renameSync(away, file)
  await scene.restart()
  const books = await scene.close()
  // Answers of the vendor that came while nothing could be written are forgotten, so those go out twice.
  expect(books.audit).toMatchObject({ lost: [], receiptsLost: [], receiptsPending: [], rejectedButArrived: [] })
  expect(Object.keys(books.statuses)).toEqual([ESME_RSYSERR])
}, 60_000)

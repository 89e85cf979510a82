// How fast this disk and lmdb alone take durable writes: N puts in flight, each waited for, plus the time of a bare fdatasync.
// What any switch that answers only after the flush can at best do. Prints one JSON line.
import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { open } from 'lmdb'

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    'in-flight': { type: 'string', default: '1,10,400' },
    seconds: { type: 'string', default: '2' },
    bytes: { type: 'string', default: '300' },
  },
})
const durationMs = Number(values.seconds) * 1000
const value = Buffer.alloc(Number(values.bytes), 1)

mkdirSync(values.dir, { recursive: true })
const puts = {}
for (const inFlight of values['in-flight'].split(',').map(Number)) puts[inFlight] = await measurePuts(inFlight)
const syncs = measureSyncs()
rmSync(values.dir, { recursive: true, force: true })
console.log(JSON.stringify({ puts_per_s: puts, fdatasync_p50_us: syncs }))

async function measurePuts(inFlight) {
  const path = join(values.dir, `puts-${inFlight}`)
  const database = open({ path, overlappingSync: false, encoding: 'binary', keyEncoding: 'uint32' })
  let key = 0
  let done = 0
  const startMs = performance.now()
  const worker = async () => {
    while (performance.now() - startMs < durationMs) {
      await database.put(key++, value)
      done++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  const seconds = (performance.now() - startMs) / 1000
  await database.close()
  return Math.round(done / seconds)
}

function measureSyncs() {
  const file = openSync(join(values.dir, 'sync'), 'w')
  const page = Buffer.alloc(4096, 1)
  const times = []
  const startMs = performance.now()
  for (let i = 0; i < 2000 && performance.now() - startMs < durationMs; i++) {
    writeSync(file, page, 0, page.length, (i % 256) * 4096)
    const before = performance.now()
    fdatasyncSync(file)
    times.push(performance.now() - before)
  }
  closeSync(file)
  times.sort((a, b) => a - b)
  return Math.round(times[times.length >> 1] * 1000)
}

// The application that the daemon calls back: answers each callback at once and counts them by message and state.
// Lean on purpose: it shares the processor with what it measures.
import net from 'node:net'
import readline from 'node:readline'
import { parseArgs } from 'node:util'
import { cpuSeconds, Seen } from './meter.mjs'
import { monotonicMs } from './wire.mjs'

const USAGE = `node bench/load/api-receiver.mjs --host 127.0.0.1 --port 0
Prints {"ready":true,"port":N}, and a line of counters for each line on stdin: report | reset (prints, then counts from zero)`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}

const FIRST = 2_000_000
const STEPS = 4 // sequences 1 to 3 of a message have places of their own
const ok = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'latin1')
const seen = new Seen()
let received = 0
let disordered = 0
let unreadable = 0
let firstMs = 0
let lastMs = 0
let cpuAtReset = 0
/** The last sequence of each message, by the number it was to. */
let last = new Uint8Array(1 << 20)

function told(text) {
  const to = /&To=\d*?(\d{7})&/.exec(text)
  const sequence = Number(/&Sequence=(\d+)/.exec(text)?.[1])
  received++
  lastMs = monotonicMs()
  if (firstMs === 0) firstMs = lastMs
  if (to === null || !(sequence > 0 && sequence < STEPS)) return unreadable++
  const number = Number(to[1]) - FIRST
  if (number >= last.length) {
    const larger = new Uint8Array(Math.max(number + 1, last.length * 2))
    larger.set(last)
    last = larger
  }
  if (seen.add(number * STEPS + sequence) > 0) return
  if (sequence !== last[number] + 1) disordered++
  last[number] = sequence
}

function accept(socket) {
  socket.setNoDelay(true)
  let waiting = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    waiting += chunk
    for (;;) {
      const end = waiting.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(waiting.slice(0, end))?.[1] ?? 0)
      if (waiting.length < end + 4 + length) return
      told(waiting.slice(end + 4, end + 4 + length))
      waiting = waiting.slice(end + 4 + length)
      socket.write(ok)
    }
  })
  socket.on('error', () => socket.destroy())
}

function report() {
  const result = {
    received,
    unique: seen.unique,
    dups: seen.dups,
    disordered,
    unreadable,
    rate: lastMs > firstMs ? Math.round(((received - 1) * 1000) / (lastMs - firstMs)) : 0,
    cpu_s: Number((cpuSeconds() - cpuAtReset).toFixed(3)),
  }
  return new Promise((resolve) => process.stdout.write(JSON.stringify(result) + '\n', resolve))
}

function reset() {
  seen.clear()
  last.fill(0)
  received = disordered = unreadable = firstMs = lastMs = 0
  cpuAtReset = cpuSeconds()
}

const server = net.createServer(accept)
server.listen(Number(values.port), values.host, () => {
  console.log(JSON.stringify({ ready: true, port: server.address().port }))
})
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'report') void report()
  if (line === 'reset') void report().then(reset)
})
process.on('SIGTERM', () => process.exit(0))
process.on('SIGINT', () => process.exit(0))

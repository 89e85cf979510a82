// The phones of the bench: registers many users over few sockets, answers each MESSAGE 200, counts what came and what came twice.
import dgram from 'node:dgram'
import net from 'node:net'
import { once } from 'node:events'
import readline from 'node:readline'
import { parseArgs } from 'node:util'
import { cpuSeconds, Histogram, Seen } from './meter.mjs'
import { Digest, Framer, numberAfter, okFor, statusOf } from './sip-wire.mjs'
import { markedNumber, markedTime, monotonicMs } from './wire.mjs'

const USAGE = `node bench/load/sip-sink.mjs [options]
  --host 127.0.0.1 --port 5060 --transport udp | tcp
  --users 1000 (u0, u1, …; the password is the name)   --sockets 4   --window 100 (REGISTERs under way)
  --domain bench.test   --expires 3600   --register-rate 0 (most a second at the start; 0: as the window allows)
Prints {"ready":true,…} when all are registered, and a line of counters at its end or for each line on stdin: report | reset |
refresh N (registers N times more, users in turn, at --refresh-rate a second; prints {"refreshed":N,"lost":N})`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '5060' },
    transport: { type: 'string', default: 'udp' },
    users: { type: 'string', default: '1000' },
    sockets: { type: 'string', default: '4' },
    window: { type: 'string', default: '100' },
    domain: { type: 'string', default: 'bench.test' },
    expires: { type: 'string', default: '3600' },
    'register-rate': { type: 'string', default: '0' },
    'refresh-rate': { type: 'string', default: '500' },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}

const { host, transport, domain } = values
const port = Number(values.port)
const userCount = Number(values.users)
const resendMs = 500 // T1
const giveUpMs = 32_000 // 64·T1
const run = process.pid.toString(36)
const branchMark = Buffer.from(`branch=z9hG4bK${run}.`, 'latin1')
const registrar = `sip:${domain}`
const digests = []

const seen = new Seen()
const endToEnd = new Histogram()
const open = new Map()
/** Of the branch that each number came with first, by number: a datagram sent again has it too. */
let branches = new Int32Array(1 << 20)
let resentToUs = 0
let received = 0
let unmarked = 0
let firstMs = 0
let lastMs = 0
let cpuAtReset = 0
let resent = 0
let refused = 0
let lost = 0
let registered = 0
let next = 0
let goal = userCount
let nextRequest = 0
let isDone = () => undefined

function register(user, isAgain) {
  const socket = sockets[user % sockets.length]
  digests[user] ??= new Digest(`u${user}`, domain, `u${user}`)
  const digest = digests[user]
  const number = nextRequest++
  const text =
    `REGISTER ${registrar} SIP/2.0\r\nVia: SIP/2.0/${socket.via};rport;branch=z9hG4bK${run}.${number}.\r\n` +
    `Max-Forwards: 70\r\nFrom: <sip:u${user}@${domain}>;tag=${run}\r\nTo: <sip:u${user}@${domain}>\r\n` +
    `Call-ID: ${run}-${user}\r\nCSeq: ${number + 1} REGISTER\r\n` +
    `Contact: <sip:u${user}@${socket.address};transport=${transport}>\r\nExpires: ${values.expires}\r\n` +
    (digest.isReady ? digest.line('REGISTER', registrar) : '') +
    'Content-Length: 0\r\n\r\n'
  const bytes = Buffer.from(text, 'latin1')
  const nowMs = monotonicMs()
  open.set(number, { user, isAgain, socket, bytes, sinceMs: nowMs, sentMs: nowMs })
  socket.write(bytes)
}

const registerRate = Number(values['register-rate']) || Infinity
let registeringSinceMs = 0

const fill = () => {
  const due = ((monotonicMs() - registeringSinceMs) * registerRate) / 1000
  while (open.size < Number(values.window) && next < Math.min(goal, due)) register(next++ % userCount, false)
}

function settled() {
  if (registered + refused + lost === goal) isDone()
}

function answered(bytes) {
  const number = numberAfter(bytes, branchMark)
  const waiting = open.get(number)
  if (waiting === undefined) return
  open.delete(number)
  const status = statusOf(bytes)
  if (status === 401 && !waiting.isAgain && digests[waiting.user].challenged(bytes.latin1Slice())) {
    return register(waiting.user, true)
  }
  if (status === 200) registered++
  else refused++
  if (!isRefreshing) fill()
  settled()
}

function onMessage(socket, bytes) {
  if (statusOf(bytes) !== 0) return answered(bytes)
  const nowMs = monotonicMs()
  received++
  const text = bytes.indexOf('\r\n\r\n') + 4
  const number = markedNumber(bytes, text, bytes.length)
  if (number < 0) unmarked++
  else if (!isResent(bytes, number) && seen.add(number) === 0) {
    endToEnd.add(nowMs - markedTime(bytes, text, bytes.length))
    if (firstMs === 0) firstMs = nowMs
    lastMs = nowMs
  }
  socket.write(okFor(bytes.latin1Slice(0, text)))
}

const BRANCH = Buffer.from('branch=', 'latin1')

/** Whether it came before in the same transaction, as a datagram whose answer was late or lost does. */
function isResent(bytes, number) {
  if (number >= branches.length) {
    const larger = new Int32Array(Math.max(number + 1, branches.length * 2))
    larger.set(branches)
    branches = larger
  }
  let mark = 1
  for (let i = bytes.indexOf(BRANCH) + BRANCH.length; bytes[i] > 32 && bytes[i] !== 59; i++)
    mark = (mark * 31 + bytes[i]) | 0
  if (branches[number] === mark) {
    resentToUs++
    return true
  }
  branches[number] = mark
  return false
}

async function udpSocket() {
  const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 4_194_304 })
  socket.connect(port, host)
  await once(socket, 'connect')
  const address = `${host}:${socket.address().port}`
  const sender = { via: `UDP ${address}`, address, write: (bytes) => socket.send(bytes) }
  socket.on('message', (bytes) => onMessage(sender, bytes))
  return sender
}

async function tcpSocket() {
  const socket = net.connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  const address = `${host}:${socket.localPort}`
  let waiting = []
  const flush = () => {
    socket.write(Buffer.concat(waiting))
    waiting = []
  }
  const write = (bytes) => {
    if (waiting.push(bytes) === 1) setImmediate(flush)
  }
  const sender = { via: `TCP ${address}`, address, write }
  const framer = new Framer((bytes) => onMessage(sender, bytes))
  socket.on('data', (chunk) => framer.push(chunk))
  return sender
}

/** Sends again what waits for longer than T1 (UDP), and gives up as a transaction does. */
function watch() {
  const nowMs = monotonicMs()
  for (const [number, each] of open) {
    if (nowMs - each.sinceMs > giveUpMs) {
      open.delete(number)
      lost++
      settled()
    } else if (transport === 'udp' && nowMs - each.sentMs >= resendMs) {
      each.sentMs = nowMs
      resent++
      each.socket.write(each.bytes)
    }
  }
}

let isRefreshing = false

async function refresh(count) {
  const startMs = monotonicMs()
  isRefreshing = true
  registered = refused = lost = resent = next = 0
  goal = count
  const done = new Promise((resolve) => (isDone = resolve))
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((monotonicMs() - startMs) * Number(values['refresh-rate'])) / 1000))
    while (next < due) register(next++ % userCount, false)
  }, 5)
  await done
  clearInterval(timer)
  const seconds = Number(((monotonicMs() - startMs) / 1000).toFixed(2))
  console.log(JSON.stringify({ refreshed: registered, refused, lost, resent, seconds }))
}

function report() {
  const result = {
    received,
    unique: seen.unique,
    dups: seen.dups,
    resent_to_us: resentToUs,
    unmarked,
    rate: lastMs > firstMs ? Math.round(((seen.unique - 1) * 1000) / (lastMs - firstMs)) : 0,
    end_to_end_us: endToEnd.summary(),
    receipts_sent: 0,
    receipts_ok: 0,
    receipts_refused: 0,
    receipts_waiting: 0,
    cpu_s: Number((cpuSeconds() - cpuAtReset).toFixed(3)),
  }
  return new Promise((resolve) => process.stdout.write(JSON.stringify(result) + '\n', resolve))
}

function reset() {
  seen.clear()
  endToEnd.clear()
  branches.fill(0)
  received = resentToUs = unmarked = firstMs = lastMs = 0
  cpuAtReset = cpuSeconds()
}

const sockets = []
for (let i = 0; i < Number(values.sockets); i++) sockets.push(await (transport === 'tcp' ? tcpSocket() : udpSocket()))
setInterval(watch, 100)
const all = new Promise((resolve) => (isDone = resolve))
const startMs = monotonicMs()
registeringSinceMs = startMs
const filling = setInterval(fill, 5)
await all
clearInterval(filling)
const seconds = Number(((monotonicMs() - startMs) / 1000).toFixed(2))
console.log(JSON.stringify({ ready: true, port, registered, refused, lost, resent, seconds }))

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, argument] = line.trim().split(/\s+/)
  if (command === 'report') void report()
  if (command === 'reset') void report().then(reset)
  if (command === 'refresh') void refresh(Number(argument))
})
const stop = () => void report().then(() => process.exit(0))
process.on('SIGTERM', stop)
process.on('SIGINT', stop)

// The senders of the bench: MESSAGE with digest (one nonce for many), as a window on each socket allows; prints one JSON line.
// Lean on purpose: it shares the processor with what it measures.
import dgram from 'node:dgram'
import net from 'node:net'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Digest, Framer, numberAfter, statusOf } from './sip-wire.mjs'
import { Tally } from './tally.mjs'
import { markerText, monotonicMs, NUMBER_DIGITS, stampTime, writeDigits } from './wire.mjs'

const USAGE = `node bench/load/sip-generator.mjs [options]   (prints one JSON line)
  --host 127.0.0.1 --port 5060 --transport udp | tcp
  --sockets 4       a sender each            --window 50      unanswered MESSAGEs on each
  --users 1         u0, u1, …, in turn over the sockets; the password is the name
  --count 1000      messages                 --warmup 0       messages left out of rates and latencies
  --domain bench.test                        the SIP domain of the users
  --to 4915100000000@sms.bench.test          who is called (last 6 digits of the user count up), or with
  --to-users N      u0 … of the domain
  --resp-timeout 10 seconds without any answer after which waiting ends`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '5060' },
    transport: { type: 'string', default: 'udp' },
    sockets: { type: 'string', default: '4' },
    window: { type: 'string', default: '50' },
    users: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    warmup: { type: 'string', default: '0' },
    domain: { type: 'string', default: 'bench.test' },
    to: { type: 'string', default: '4915100000000@sms.bench.test' },
    'to-users': { type: 'string', default: '0' },
    'resp-timeout': { type: 'string', default: '10' },
    text: { type: 'string', default: 'The quick brown fox jumps over the lazy dog' },
    tag: { type: 'string', default: 'r' },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}

const { host, transport, domain } = values
const port = Number(values.port)
const window = Number(values.window)
const count = Number(values.count)
const userCount = Number(values.users)
const calledCount = Number(values['to-users'])
const resendMs = 500 // T1
const run = process.pid.toString(36)
const branchMark = Buffer.from(`branch=z9hG4bK${run}.`, 'latin1')

const tally = new Tally(count, Number(values.warmup))
let resent = 0
let ended = false
const body = Buffer.from(markerText(values.tag, values.text), 'latin1')
const numberAt = values.tag.length + 2
const timeAt = values.tag.length + 3 + NUMBER_DIGITS
const digests = Array.from({ length: userCount }, (_, i) => new Digest(`u${i}`, domain, `u${i}`))

/** Open by number: when it was due, when it was sent, and what, for a second time. */
const open = new Map()

function uriOf(number) {
  if (calledCount > 0) return `sip:u${number % calledCount}@${domain}`
  const [user, where] = values.to.split('@')
  return `sip:${user.slice(0, -6)}${String(number % 1e6).padStart(6, '0')}@${where}`
}

/** With credentials where there is a nonce. */
function request(socket, number, nowMs) {
  const user = number % userCount
  const digest = digests[user]
  const uri = uriOf(number)
  writeDigits(body, numberAt, NUMBER_DIGITS, number)
  stampTime(body, timeAt, nowMs)
  return Buffer.from(
    `MESSAGE ${uri} SIP/2.0\r\nVia: SIP/2.0/${socket.via};rport;branch=z9hG4bK${run}.${number}.${digest.isReady ? 1 : 0}\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:u${user}@${domain}>;tag=${run}\r\nTo: <${uri}>\r\n` +
      `Call-ID: ${run}-${number}\r\nCSeq: ${digest.isReady ? 2 : 1} MESSAGE\r\n` +
      (digest.isReady ? digest.line('MESSAGE', uri) : '') +
      `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body.latin1Slice()}`,
    'latin1',
  )
}

function send(socket, number, nowMs) {
  const bytes = request(socket, number, nowMs)
  open.set(number, { socket, dueMs: nowMs, sentMs: nowMs, bytes })
  socket.write(bytes)
}

function fill(socket, nowMs) {
  while (socket.inFlight < window && tally.sent < count) {
    socket.inFlight++
    send(socket, tally.sent++, nowMs)
  }
  socket.flush()
}

function answered(bytes) {
  const status = statusOf(bytes)
  if (status < 200) return
  const number = numberAfter(bytes, branchMark)
  const waiting = open.get(number)
  if (waiting === undefined) return
  const nowMs = monotonicMs()
  const { socket } = waiting
  tally.lastAnswerMs = nowMs
  if (status === 401 && digests[number % userCount].challenged(bytes.latin1Slice())) {
    send(socket, number, nowMs)
    return socket.flush()
  }
  open.delete(number)
  socket.inFlight--
  if (status === 202) tally.taken(1, waiting.dueMs, nowMs)
  else tally.refused(1, status)
  fill(socket, nowMs)
  if (tally.isOver) finish()
}

/** Over UDP packets are lost: what waits for longer than T1 is sent again, and counted. */
function watch() {
  const nowMs = monotonicMs()
  if (nowMs - tally.lastAnswerMs > Number(values['resp-timeout']) * 1000) return finish()
  if (transport !== 'udp') return
  for (const each of open.values()) {
    if (nowMs - each.sentMs < resendMs) continue
    each.sentMs = nowMs
    resent++
    each.socket.write(each.bytes)
  }
}

function finish() {
  if (ended) return
  ended = true
  process.stdout.write(JSON.stringify({ ...tally.result(), resent }) + '\n', () => process.exit(0))
}

async function udpSocket() {
  const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 4_194_304 })
  socket.on('message', answered)
  socket.connect(port, host)
  await once(socket, 'connect')
  const via = `UDP ${host}:${socket.address().port}`
  return { via, inFlight: 0, write: (bytes) => socket.send(bytes), flush: () => undefined }
}

async function tcpSocket() {
  const socket = net.connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  const framer = new Framer(answered)
  let waiting = []
  socket.on('data', (chunk) => framer.push(chunk))
  socket.on('close', () => finish())
  const flush = () => {
    if (waiting.length === 0) return
    socket.write(Buffer.concat(waiting))
    waiting = []
  }
  return { via: `TCP ${host}:${socket.localPort}`, inFlight: 0, write: (bytes) => waiting.push(bytes), flush }
}

const sockets = []
for (let i = 0; i < Number(values.sockets); i++) sockets.push(await (transport === 'tcp' ? tcpSocket() : udpSocket()))
tally.start(monotonicMs())
for (const socket of sockets) fill(socket, tally.startedMs)
setInterval(watch, 100)

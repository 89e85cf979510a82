// The applications of the bench: POSTs of messages over kept connections, one at a time on each; prints one JSON line.
// Lean on purpose, HTTP by hand: it shares the processor with what it measures.
import net from 'node:net'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Tally } from './tally.mjs'
import { monotonicMs } from './wire.mjs'

const USAGE = `node bench/load/api-generator.mjs [options]   (prints one JSON line)
  --host 127.0.0.1 --port 8780
  --connections 64  kept, one request on each at a time
  --count 1000      messages, each to a number of its own   --warmup 0  messages left out of rates and latencies
  --destinations 1  of one request
  --auth ID:TOKEN   --pack UUID      who sends, and from where
  --url URL         that is called back
  --areas 212,646   area codes of those who are called, in turn
  --resp-timeout 10 seconds without any answer after which waiting ends`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8780' },
    connections: { type: 'string', default: '64' },
    count: { type: 'string', default: '1000' },
    warmup: { type: 'string', default: '0' },
    destinations: { type: 'string', default: '1' },
    auth: { type: 'string', default: '' },
    pack: { type: 'string', default: '' },
    url: { type: 'string', default: '' },
    areas: { type: 'string', default: '212' },
    'resp-timeout': { type: 'string', default: '10' },
    text: { type: 'string', default: 'The quick brown fox jumps over the lazy dog' },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}

const count = Number(values.count)
const perRequest = Number(values.destinations)
const areas = values.areas.split(',')
const FIRST = 2_000_000
const [authId] = values.auth.split(':')
const head =
  `POST /v1/Account/${authId}/Message/ HTTP/1.1\r\nHost: ${values.host}:${values.port}\r\n` +
  `Authorization: Basic ${Buffer.from(values.auth).toString('base64')}\r\nContent-Type: application/json\r\nContent-Length: `
const told = values.url === '' ? '' : `,"url":${JSON.stringify(values.url)},"method":"POST"`
const bodyStart = `{"powerpack_uuid":"${values.pack}","text":${JSON.stringify(values.text)}${told},"dst":"`

const tally = new Tally(count, Number(values.warmup))
let ended = false

function numberOf(index) {
  return `1${areas[index % areas.length]}${FIRST + index}`
}

function send(connection, nowMs) {
  const first = tally.sent
  if (first >= count) return
  const messages = Math.min(perRequest, count - first)
  let to = numberOf(first)
  for (let i = 1; i < messages; i++) to += `<${numberOf(first + i)}`
  tally.sent += messages
  connection.messages = messages
  connection.dueMs = nowMs
  connection.socket.write(`${head}${bodyStart.length + to.length + 2}\r\n\r\n${bodyStart}${to}"}`, 'latin1')
}

/** The length of the answer that begins the text, head included; -1 while it is not whole. */
function answerLength(text) {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return -1
  const at = text.toLowerCase().indexOf('content-length: ')
  if (at < 0 || at > end) throw new Error(`an answer without a length: ${text.slice(0, 200)}`)
  const length = end + 4 + Number.parseInt(text.slice(at + 16, at + 26), 10)
  return text.length < length ? -1 : length
}

function answered(connection, text) {
  const nowMs = monotonicMs()
  const status = text.slice(9, 12)
  const { messages } = connection
  tally.lastAnswerMs = nowMs
  const uuids = status === '202' ? countUuids(text) : 0
  if (uuids === messages) tally.taken(messages, connection.dueMs, nowMs)
  else {
    tally.refused(messages, status)
    if (tally.rejected === messages) process.stderr.write(`${text.slice(0, 1000)}\n`)
  }
  send(connection, nowMs)
  if (tally.isOver) finish()
}

function countUuids(text) {
  const from = text.indexOf('"message_uuid":[')
  if (from < 0) return 0
  let found = 0
  for (let at = text.indexOf('"', from + 16); at >= 0; at = text.indexOf('"', at + 38)) {
    if (text[at + 37] !== '"') break
    found++
    if (text[at + 38] === ']') break
  }
  return found
}

function watch() {
  if (monotonicMs() - tally.lastAnswerMs > Number(values['resp-timeout']) * 1000) finish()
}

function finish() {
  if (ended) return
  ended = true
  process.stdout.write(JSON.stringify(tally.result()) + '\n', () => process.exit(0))
}

async function connect() {
  const socket = net.connect({ host: values.host, port: Number(values.port), noDelay: true })
  await once(socket, 'connect')
  const connection = { socket, messages: 0, dueMs: 0 }
  let waiting = ''
  socket.setEncoding('latin1').on('data', (text) => {
    waiting += text
    const length = answerLength(waiting)
    if (length < 0) return
    const answer = waiting.slice(0, length)
    waiting = waiting.slice(length)
    answered(connection, answer)
  })
  socket.on('error', () => undefined)
  socket.on('close', () => !ended && finish())
  return connection
}

const connections = []
for (let i = 0; i < Number(values.connections); i++) connections.push(await connect())
tally.start(monotonicMs())
for (const connection of connections) send(connection, tally.startedMs)
setInterval(watch, 100)

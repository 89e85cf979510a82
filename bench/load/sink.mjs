// The SMSC of the bench: answers each submit_sm at once, sends receipts if asked, counts what came and what came twice.
// Lean on purpose: patched templates, rings of bytes, no object for a message.
import net from 'node:net'
import readline from 'node:readline'
import { parseArgs } from 'node:util'
import { messageIds } from './ids.mjs'
import { cpuSeconds, Histogram, Seen } from './meter.mjs'
import { ByteRing } from './ring.mjs'
import * as wire from './wire.mjs'
import { COMMAND, RESPONSE, monotonicMs } from './wire.mjs'

const USAGE = `node bench/load/sink.mjs [options]
  --host 127.0.0.1 --port 2776 (0: any)
  --id-format decimal | hex | uuid      --delay 0        ms before each submit_sm_resp
  --no-receipts                         --receipt-delay 0  ms before each receipt
  --receipt-window 200                  unanswered deliver_sm on a connection
  --by-destination                      messages are told apart by the last 7 digits they are to, from 2000000 on, not by their text
Prints {"ready":true,"port":N}, and a line of counters at its end (SIGTERM, SIGINT) or for each line on stdin:
  report | reset [id-format] (prints, then counts from zero) | receipts on | receipts off`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '2776' },
    'id-format': { type: 'string', default: 'decimal' },
    delay: { type: 'string', default: '0' },
    'no-receipts': { type: 'boolean', default: false },
    'receipt-delay': { type: 'string', default: '0' },
    'receipt-window': { type: 'string', default: '200' },
    'by-destination': { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}

const answerDelayMs = Number(values.delay)
const receiptDelayMs = Number(values['receipt-delay'])
const receiptWindow = Number(values['receipt-window'])
const byDestination = values['by-destination']
const DESTINATION_DIGITS = 7
const FIRST_DESTINATION = 2_000_000

let nextId = messageIds(values['id-format'])
const enquireResponse = wire.bareTemplate(COMMAND.enquireLink + RESPONSE)
const unbindResponse = wire.bareTemplate(COMMAND.unbind + RESPONSE)
const nack = wire.bareTemplate(COMMAND.genericNack)
const seen = new Seen()
const sources = new Seen() // by their last digits, with --by-destination
let hasReceipts = !values['no-receipts']
const endToEnd = new Histogram() // from the moment the message was due at its sender
const connections = new Set()
const accounts = new Map() // system_id -> { receivers, next, waiting }
const dirty = new Set() // connections with something to write
const delayed = new ByteRing() // answers that wait for --delay
const delayedConnections = []
let receiptTail = wire.receiptTail('DELIVRD', new Date())
setInterval(() => (receiptTail = wire.receiptTail('DELIVRD', new Date())), 10_000).unref()

let received = 0
let unmarked = 0
let binds = 0
let receiptsSent = 0
let receiptsOk = 0
let receiptsRefused = 0
let receiptsUnanswered = 0
let firstMs = 0
let lastMs = 0
let cpuAtReset = 0

function write(connection, template, sequence) {
  const at = connection.out.copy(template)
  wire.write32(connection.out.bytes, at + 12, sequence)
  dirty.add(connection)
}

/** submit_sm_resp with the id in `nextId.bytes`. */
function writeAnswer(connection, sequence, id, idLength) {
  const { out } = connection
  const length = 17 + idLength
  const at = out.reserve(length)
  const { bytes } = out
  wire.write32(bytes, at, length)
  wire.write32(bytes, at + 4, COMMAND.submitSm + RESPONSE)
  wire.write32(bytes, at + 8, 0)
  wire.write32(bytes, at + 12, sequence)
  for (let i = 0; i < idLength; i++) bytes[at + 16 + i] = id[i]
  bytes[at + 16 + idLength] = 0
  dirty.add(connection)
}

const message = new wire.ShortMessage()

function submitted(connection, bytes, start, end, sequence, nowMs) {
  if (!message.read(bytes, start, end)) return write(connection, nack, sequence)
  received++
  if (firstMs === 0) firstMs = nowMs
  lastMs = nowMs
  const number = byDestination ? destinationNumber(bytes) : wire.markedNumber(bytes, message.text, message.textEnd)
  if (number < 0) unmarked++
  else if (byDestination) seen.add(number)
  else if (seen.add(number) === 0) endToEnd.add(nowMs - wire.markedTime(bytes, message.text, message.textEnd))
  nextId.advance()
  const { bytes: id, length: idLength } = nextId
  if (answerDelayMs > 0) delay(connection, sequence, nowMs)
  else writeAnswer(connection, sequence, id, idLength)
  if ((message.registered & 3) === 1 && hasReceipts && connection.account !== undefined) {
    const { waiting } = connection.account
    const slot = waiting.push(nowMs + answerDelayMs + receiptDelayMs)
    waiting.setLength(
      slot,
      wire.writeReceipt(waiting.bytes, waiting.start(slot), bytes, message, id, idLength, receiptTail),
    )
  }
}

function destinationNumber(bytes) {
  sources.add(wire.readDigits(bytes, message.srcEnd - 1 - DESTINATION_DIGITS, DESTINATION_DIGITS))
  return wire.readDigits(bytes, message.dstEnd - 1 - DESTINATION_DIGITS, DESTINATION_DIGITS) - FIRST_DESTINATION
}

function delay(connection, sequence, nowMs) {
  const slot = delayed.push(nowMs + answerDelayMs)
  const at = delayed.start(slot)
  wire.write32(delayed.bytes, at, sequence)
  nextId.bytes.copy(delayed.bytes, at + 4, 0, nextId.length)
  delayed.setLength(slot, 4 + nextId.length)
  delayedConnections.push(connection)
}

/** Sends the receipts that are due, as far as the receivers' windows allow, in turn. */
function pump(account, nowMs) {
  const { receivers, waiting } = account
  while (waiting.size > 0 && waiting.dueMs() <= nowMs) {
    let connection
    for (let tried = 0; tried < receivers.length; tried++) {
      const candidate = receivers[account.next++ % receivers.length]
      if (candidate.unanswered < receiptWindow) {
        connection = candidate
        break
      }
    }
    if (connection === undefined) return
    const start = waiting.headStart()
    const length = waiting.headLength()
    const { out } = connection
    const at = out.reserve(length)
    waiting.bytes.copy(out.bytes, at, start, start + length)
    connection.sequence = connection.sequence >= 0x7fffffff ? 1 : connection.sequence + 1
    wire.write32(out.bytes, at + 12, connection.sequence)
    connection.unanswered++
    receiptsSent++
    dirty.add(connection)
    waiting.shift()
  }
}

function flush() {
  for (const connection of dirty) connection.out.flush()
  dirty.clear()
}

function tick() {
  const nowMs = monotonicMs()
  while (delayed.size > 0 && delayed.dueMs() <= nowMs) {
    const start = delayed.headStart()
    const id = delayed.bytes.subarray(start + 4, start + delayed.headLength())
    writeAnswer(delayedConnections[delayedHead++], wire.read32(delayed.bytes, start), id, id.length)
    delayed.shift()
  }
  if (delayedHead > 10_000) (delayedConnections.splice(0, delayedHead), (delayedHead = 0))
  for (const account of accounts.values()) pump(account, nowMs)
  flush()
}
let delayedHead = 0
if (answerDelayMs > 0 || receiptDelayMs > 0) setInterval(tick, 1)

function bound(connection, id, bytes, start, end, sequence) {
  let at = start + 16
  while (at < end && bytes[at] !== 0) at++
  const systemId = bytes.toString('latin1', start + 16, at)
  let account = accounts.get(systemId)
  if (account === undefined) {
    account = { receivers: [], next: 0, waiting: new ByteRing() }
    accounts.set(systemId, account)
  }
  connection.account = account
  if (id !== COMMAND.bindTransmitter) account.receivers.push(connection)
  binds++
  const template = wire.bindResponseTemplate(id + RESPONSE, 'sink')
  write(connection, template, sequence)
}

function onPdu(connection, nowMs, bytes, start, end, id, status, sequence) {
  switch (id) {
    case COMMAND.submitSm:
      return submitted(connection, bytes, start, end, sequence, nowMs)
    case COMMAND.deliverSm + RESPONSE:
      connection.unanswered--
      if (status === 0) receiptsOk++
      else receiptsRefused++
      return
    case COMMAND.bindReceiver:
    case COMMAND.bindTransmitter:
    case COMMAND.bindTransceiver:
      return bound(connection, id, bytes, start, end, sequence)
    case COMMAND.enquireLink:
      return write(connection, enquireResponse, sequence)
    case COMMAND.unbind:
      write(connection, unbindResponse, sequence)
      flush()
      return connection.socket.end()
    default:
      if (id < RESPONSE) write(connection, nack, sequence)
  }
}

function accept(socket) {
  socket.setNoDelay(true)
  const connection = { socket, out: new wire.Out(socket), account: undefined, unanswered: 0, sequence: 0 }
  let nowMs = 0
  const scanner = new wire.Scanner((bytes, start, end, id, status, sequence) =>
    onPdu(connection, nowMs, bytes, start, end, id, status, sequence),
  )
  connections.add(connection)
  socket.on('data', (chunk) => {
    try {
      nowMs = monotonicMs()
      scanner.push(chunk)
    } catch {
      socket.destroy()
    }
    if (connection.account !== undefined) pump(connection.account, nowMs)
    flush()
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    connections.delete(connection)
    dirty.delete(connection)
    receiptsUnanswered += connection.unanswered
    const receivers = connection.account?.receivers ?? []
    if (receivers.includes(connection)) receivers.splice(receivers.indexOf(connection), 1)
  })
}

function report() {
  let receiptsWaiting = 0
  for (const account of accounts.values()) receiptsWaiting += account.waiting.size
  const result = {
    received,
    unique: seen.unique,
    dups: seen.dups,
    unmarked,
    sources: sources.unique,
    binds,
    connections: connections.size,
    rate: lastMs > firstMs ? Math.round(((received - 1) * 1000) / (lastMs - firstMs)) : 0,
    end_to_end_us: endToEnd.summary(),
    receipts_sent: receiptsSent,
    receipts_ok: receiptsOk,
    receipts_refused: receiptsRefused,
    receipts_lost_with_link: receiptsUnanswered,
    receipts_waiting: receiptsWaiting,
    cpu_s: Number((cpuSeconds() - cpuAtReset).toFixed(3)),
  }
  return new Promise((resolve) => process.stdout.write(JSON.stringify(result) + '\n', resolve))
}

function reset(idFormat) {
  seen.clear()
  sources.clear()
  endToEnd.clear()
  received = unmarked = binds = receiptsSent = receiptsOk = receiptsRefused = receiptsUnanswered = firstMs = lastMs = 0
  cpuAtReset = cpuSeconds()
  if (idFormat !== undefined) nextId = messageIds(idFormat)
}

const server = net.createServer(accept)
server.on('error', (error) => {
  console.error(`sink: ${error.message}`)
  process.exit(1)
})
server.listen(Number(values.port), values.host, () => {
  console.log(JSON.stringify({ ready: true, port: server.address().port }))
})

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, argument] = line.trim().split(/\s+/)
  if (command === 'report') void report()
  if (command === 'receipts') hasReceipts = argument === 'on'
  if (command === 'reset') void report().then(() => reset(argument))
})
const stop = () => void report().then(() => process.exit(0))
process.on('SIGTERM', stop)
process.on('SIGINT', stop)

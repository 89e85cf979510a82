// The ESME of the bench: sends submit_sm as a window or a timetable allows, counts answers and receipts, prints one JSON line.
// Lean on purpose (it shares the processor with what it measures): patched templates, no object for a message.
import net from 'node:net'
import { parseArgs } from 'node:util'
import { IdTable } from './idtable.mjs'
import { cpuSeconds, Histogram } from './meter.mjs'
import * as wire from './wire.mjs'
import { COMMAND, RESPONSE, monotonicMs } from './wire.mjs'

const USAGE = `node bench/load/generator.mjs [options]   (prints one JSON line)
  --host 127.0.0.1 --port 2775 --system-id bench --password bench
  --connections 1   transceiver binds        --window 10      unanswered submits on each
  --count 1000      messages                 --duration 0     seconds of sending instead of a count
  --rate 0          messages/s over all connections by a timetable; 0: as the window allows
  --parts 1         submits of one message, the user data header in each; counts, rates and times are those of submits
  --registered 0    registered_delivery      --match          match receipts to answers by message id
  --dlr-wait 10     seconds without a receipt after which waiting ends
  --resp-timeout 30 seconds without any answer after which waiting ends
  --warmup 0        messages left out of rates and latencies
  --src 12345 --dst 4915100000000 (its last --dst-digits 6 count up) --text "..." --tag r`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '2775' },
    'system-id': { type: 'string', default: 'bench' },
    password: { type: 'string', default: 'bench' },
    connections: { type: 'string', default: '1' },
    window: { type: 'string', default: '10' },
    count: { type: 'string', default: '1000' },
    duration: { type: 'string', default: '0' },
    rate: { type: 'string', default: '0' },
    parts: { type: 'string', default: '1' },
    registered: { type: 'string', default: '0' },
    match: { type: 'boolean', default: false },
    'dlr-wait': { type: 'string', default: '10' },
    'resp-timeout': { type: 'string', default: '30' },
    warmup: { type: 'string', default: '0' },
    src: { type: 'string', default: '12345' },
    dst: { type: 'string', default: '4915100000000' },
    'dst-digits': { type: 'string', default: '6' },
    text: { type: 'string', default: 'The quick brown fox jumps over the lazy dog' },
    tag: { type: 'string', default: 'r' },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}

const connectionCount = Number(values.connections)
const window = Number(values.window)
const durationMs = Number(values.duration) * 1000
const count = durationMs > 0 ? Infinity : Number(values.count)
const rate = Number(values.rate)
const parts = Number(values.parts)
if (parts > window || (parts > 1 && count % parts !== 0)) {
  console.error('generator: --parts must fit into --window, and --count be a multiple of it')
  process.exit(1)
}
const registered = Number(values.registered)
const matching = values.match && registered !== 0
const warmup = Number(values.warmup)
const dlrWaitMs = Number(values['dlr-wait']) * 1000
const responseTimeoutMs = Number(values['resp-timeout']) * 1000

const submit = wire.submitTemplate({
  src: values.src,
  srcTon: 3,
  srcNpi: 0,
  dst: values.dst,
  countedDigits: Number(values['dst-digits']),
  dstTon: 1,
  dstNpi: 1,
  registered,
  tag: values.tag,
  text: values.text,
  parts,
})
const deliverResponse = wire.bareTemplate(COMMAND.deliverSm + RESPONSE, true)
const enquireResponse = wire.bareTemplate(COMMAND.enquireLink + RESPONSE)
const slotsPerConnection = 2 ** Math.ceil(Math.log2(Math.max(2, window)))
const mostTurns = Math.floor(0x7fffffff / slotsPerConnection) - 1

const latency = new Histogram() // from the moment a message was due to its answer
const service = new Histogram() // from its sending
const receiptLatency = new Histogram() // from the moment it was due to its receipt
const dueById = new IdTable(matching ? 1 << 20 : 2)
const earlyById = new IdTable(1 << 12) // receipts that came before their answer
const statuses = {}
let sent = 0
let part = 1 // the next submit's place in its message
let due = 0 // at a fixed rate: how many the timetable has released
let ok = 0
let rejected = 0
let lost = 0
let nacks = 0
let receipts = 0
let matched = 0
let startedMs = 0
let sendingEndedMs = 0
let firstOkMs = 0
let lastOkMs = 0
let lastReceiptMs = 0
let okAtFirst = 0
let receiptsAtFirst = 0
let cpuAtFirst = 0
let allSent = false
let ended = false
let nextConnection = 0
const connections = []

function remaining() {
  return (rate > 0 ? due : count) - sent
}

/** Sends up to `most` submits on a connection with as many free slots; whole messages only. */
function send(connection, most, nowMs) {
  const wanted = parts === 1 ? most : most - (most % parts)
  if (rate === 0) wire.stampTime(submit.bytes, submit.timeAt, nowMs)
  const { out, free, sequences, turns, dueAt, sentAt } = connection
  for (let i = 0; i < wanted; i++) {
    const slot = free[--connection.freeCount]
    const turn = turns[slot] >= mostTurns ? 0 : turns[slot] + 1
    turns[slot] = turn
    const sequence = turn * slotsPerConnection + slot + 1
    sequences[slot] = sequence
    sentAt[slot] = nowMs
    if (rate > 0) {
      // A message is due at its place in the timetable, in steps of a millisecond, whenever it gets away.
      dueAt[slot] = startedMs + Math.ceil((sent * 1000) / rate)
      wire.stampTime(submit.bytes, submit.timeAt, dueAt[slot])
    } else {
      dueAt[slot] = nowMs
    }
    wire.write32(submit.bytes, 12, sequence)
    out.copy(submit.bytes)
    wire.bumpDigits(submit.bytes, submit.numberAt, wire.NUMBER_DIGITS)
    if (parts === 1 || nextPart()) wire.bumpDigits(submit.bytes, submit.dstDigitsAt, submit.dstDigits)
    sent++
  }
}

/** True when the part that was written last is the last of its message. */
function nextPart() {
  const wasLast = part === parts
  part = wasLast ? 1 : part + 1
  submit.bytes[submit.partAt] = part
  if (wasLast) submit.bytes[submit.referenceAt] = (submit.bytes[submit.referenceAt] + 1) & 0xff
  return wasLast
}

function fill(connection, nowMs) {
  if (!allSent) {
    const wanted = Math.min(connection.freeCount, remaining())
    if (wanted > 0) send(connection, wanted, nowMs)
    if (sent >= count) endSending(nowMs)
  }
  connection.out.flush()
}

function endSending(nowMs) {
  allSent = true
  sendingEndedMs = nowMs
}

/** Releases what has become due and spreads it over the connections. */
function tick() {
  if (allSent || ended) return
  const nowMs = monotonicMs()
  due = Math.min(count, Math.floor(((nowMs - startedMs) * rate) / 1000))
  for (let tried = 0; tried < connections.length && remaining() > 0; tried++) {
    const connection = connections[nextConnection]
    nextConnection = (nextConnection + 1) % connections.length
    if (!connection.bound) continue
    const share = Math.ceil(remaining() / (connections.length - tried))
    const wanted = Math.min(connection.freeCount, share)
    if (wanted > 0) send(connection, wanted, nowMs)
    connection.out.flush()
  }
  if (sent >= count) endSending(nowMs)
  setTimeout(tick, 1)
}

function answered(connection, bytes, start, end, status, sequence, nowMs) {
  const slot = (sequence - 1) & (slotsPerConnection - 1)
  if (connection.sequences[slot] !== sequence) return
  connection.sequences[slot] = 0
  connection.free[connection.freeCount++] = slot
  if (status !== 0) {
    rejected++
    statuses[status] = (statuses[status] ?? 0) + 1
    return
  }
  ok++
  if (ok === warmup + 1) {
    // The clock starts with the first answer that counts; that answer is not among what came after it.
    firstOkMs = nowMs
    okAtFirst = ok
    receiptsAtFirst = receipts
    cpuAtFirst = cpuSeconds()
  }
  lastOkMs = nowMs
  if (ok > warmup) {
    latency.add(nowMs - connection.dueAt[slot])
    if (rate > 0) service.add(nowMs - connection.sentAt[slot])
  }
  if (matching && end - 1 > start + 16) {
    const early = earlyById.size > 0 ? earlyById.take(bytes, start + 16, end - 1) : undefined
    if (early === undefined) dueById.set(bytes, start + 16, end - 1, connection.dueAt[slot])
    else receiptMatched(early, connection.dueAt[slot])
  }
}

function receiptMatched(cameMs, dueMs) {
  matched++
  if (matched > warmup) receiptLatency.add(cameMs - dueMs)
}

const message = new wire.ShortMessage()
const receiptId = new wire.ReceiptId()

function delivered(connection, bytes, start, end, sequence, nowMs) {
  receipts++
  lastReceiptMs = nowMs
  const at = connection.out.copy(deliverResponse)
  wire.write32(connection.out.bytes, at + 12, sequence)
  if (!matching || !message.read(bytes, start, end) || !receiptId.find(bytes, message, end)) return
  const dueMs = dueById.take(bytes, receiptId.start, receiptId.end)
  if (dueMs === undefined) earlyById.set(bytes, receiptId.start, receiptId.end, nowMs)
  else receiptMatched(nowMs, dueMs)
}

function onPdu(connection, nowMs, bytes, start, end, id, status, sequence) {
  switch (id) {
    case COMMAND.submitSm + RESPONSE:
      return answered(connection, bytes, start, end, status, sequence, nowMs)
    case COMMAND.deliverSm:
      return delivered(connection, bytes, start, end, sequence, nowMs)
    case COMMAND.genericNack:
      nacks++
      return answered(connection, bytes, start, end, status || 8, sequence, nowMs)
    case COMMAND.bindTransceiver + RESPONSE:
      if (status !== 0) return fail(`bind refused with status 0x${status.toString(16)}`)
      connection.bound = true
      return begin()
    case COMMAND.enquireLink: {
      const at = connection.out.copy(enquireResponse)
      return wire.write32(connection.out.bytes, at + 12, sequence)
    }
    case COMMAND.unbind:
      return connection.socket.end()
  }
}

function begin() {
  if (startedMs !== 0 || !connections.every((connection) => connection.bound)) return
  startedMs = monotonicMs()
  if (rate > 0) tick()
  else for (const connection of connections) fill(connection, startedMs)
  if (durationMs > 0) setTimeout(() => !allSent && endSending(monotonicMs()), durationMs)
  setInterval(watch, 20)
}

/** Ends the run when everything came, or nothing has come for too long. */
function watch() {
  const nowMs = monotonicMs()
  const done = ok + rejected + lost
  if (!allSent && connections.every((connection) => !connection.bound)) endSending(nowMs)
  if (!allSent) return
  const quietMs = nowMs - Math.max(lastOkMs, lastReceiptMs, sendingEndedMs)
  if (done < sent) {
    if (quietMs > responseTimeoutMs) finish()
    return
  }
  const wanted = registered === 0 ? 0 : ok
  if ((matching ? matched : receipts) >= wanted || quietMs > dlrWaitMs) finish()
}

function rateOf(number, fromMs, toMs) {
  return number > 0 && toMs > fromMs ? Math.round((number * 1000) / (toMs - fromMs)) : 0
}

function finish() {
  if (ended) return
  ended = true
  const result = {
    sent,
    ok,
    rejected,
    unanswered: sent - ok - rejected,
    nacks,
    statuses,
    seconds: Number(((Math.max(lastOkMs, lastReceiptMs) - startedMs) / 1000).toFixed(3)),
    ok_rate: rateOf(ok - okAtFirst, firstOkMs, lastOkMs),
    offered_rate: rateOf(sent, startedMs, sendingEndedMs),
    latency_us: latency.summary(),
    service_us: service.summary(),
    receipts,
    receipts_matched: matched,
    receipts_unmatched: matching ? receipts - matched : null,
    receipt_rate: rateOf(receipts - receiptsAtFirst, firstOkMs, lastReceiptMs),
    end_to_end_us: receiptLatency.summary(),
    cpu_s: Number((cpuSeconds() - cpuAtFirst).toFixed(3)),
  }
  process.stdout.write(JSON.stringify(result) + '\n', () => process.exit(0))
  for (const connection of connections) {
    connection.out.copy(wire.bareTemplate(COMMAND.unbind))
    connection.out.flush()
  }
}

function fail(why) {
  console.error(`generator: ${why}`)
  process.exit(1)
}

function connect() {
  const socket = net.connect({
    host: values.host,
    port: Number(values.port),
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafeSlow(65_536),
      callback(length, buffer) {
        try {
          nowMs = monotonicMs()
          // The buffer is used again for the next read: a PDU cut off at its end is copied.
          scanner.push(buffer.subarray(0, length))
          if (scanner.rest !== undefined) scanner.rest = Buffer.from(scanner.rest)
          if (startedMs !== 0 && connection.bound) fill(connection, nowMs)
        } catch (error) {
          console.error(`generator: ${error.message}`)
          socket.destroy()
        }
        return true
      },
    },
  })
  let nowMs = 0
  const connection = {
    socket,
    out: new wire.Out(socket),
    bound: false,
    free: Int32Array.from({ length: window }, (_, slot) => slot),
    freeCount: window,
    sequences: new Float64Array(slotsPerConnection),
    turns: new Int32Array(slotsPerConnection),
    dueAt: new Float64Array(slotsPerConnection),
    sentAt: new Float64Array(slotsPerConnection),
  }
  const scanner = new wire.Scanner((bytes, start, end, id, status, sequence) =>
    onPdu(connection, nowMs, bytes, start, end, id, status, sequence),
  )
  socket.on('connect', () => {
    connection.out.copy(wire.bindTemplate(COMMAND.bindTransceiver, values['system-id'], values.password))
    connection.out.flush()
  })
  socket.on('error', (error) => (startedMs === 0 ? fail(error.message) : undefined))
  socket.on('close', () => {
    if (startedMs === 0) fail('connection closed before the bind')
    lost += window - connection.freeCount
    connection.freeCount = 0
    connection.bound = false
    connection.sequences.fill(0)
  })
  return connection
}

for (let i = 0; i < connectionCount; i++) connections.push(connect())
process.on('SIGTERM', finish)
process.on('SIGINT', finish)

// The ESME's side of the ledger: sends numbered messages at a rate over restarts of the switch, and writes down what became of each.
// A child process: commands as JSON lines on stdin, events as JSON lines on stdout. Sends nothing twice. Knows no file of src/.
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { parseArgs } from 'node:util'
import { IdTable } from '../../bench/load/idtable.mjs'
import * as wire from '../../bench/load/wire.mjs'
import { COMMAND, RESPONSE, monotonicMs } from '../../bench/load/wire.mjs'
import { onCommands, say } from './lines.mjs'

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    'system-id': { type: 'string', default: 'bench' },
    password: { type: 'string', default: 'bench' },
    connections: { type: 'string', default: '4' },
    window: { type: 'string', default: '100' },
    rate: { type: 'string', default: '1000' },
    count: { type: 'string', default: '0' }, // 0: until {"cmd":"pause"}
    registered: { type: 'string', default: '1' },
    validity: { type: 'string', default: '' }, // as the wire has it
    'reconnect-ms': { type: 'string', default: '50' },
    tag: { type: 'string', default: 'ledger' },
  },
})

/** What is known of a message; the letters of the ledger. */
const STATE = { sent: 1, accepted: 2, rejected: 3, unanswered: 4 }
const LETTERS = ' SARU'
const MOST = 1 << 24
const window = Number(values.window)
const slotCount = 2 ** Math.ceil(Math.log2(Math.max(2, window)))
const mostTurns = Math.floor(0x7fffffff / slotCount) - 1
const mostCreditMs = 50 // after an outage the rate goes on; what could not be sent meanwhile is not made up for

const states = new Uint8Array(MOST)
const receiptTimes = new Uint8Array(MOST)
const sentAt = new Float64Array(MOST)
const answeredAt = new Float64Array(MOST)
const numberById = new IdTable(1 << 18)
const earlyById = new IdTable(1 << 12)
const ids = new Map() // message id -> number, only for ids given twice
const counts = {
  sent: 0,
  accepted: 0,
  rejected: 0,
  unanswered: 0,
  receipts: 0,
  unknownReceipts: 0,
  idsTwice: 0,
  binds: 0,
}
const statuses = {}
let port = Number(values.port)
let rate = Number(values.rate)
let limit = Number(values.count) || MOST
let sending = false
let credit = 0
let lastTickMs = 0
let next = 0
let ended = false
let progressWanted = 0
let lastReceiptMs = monotonicMs()

const submit = wire.submitTemplate({
  src: '12345',
  srcTon: 3,
  srcNpi: 0,
  dst: '4915100000000',
  dstTon: 1,
  dstNpi: 1,
  registered: Number(values.registered),
  tag: values.tag,
  text: 'ledger',
  validity: values.validity,
})
const deliverResponse = wire.bareTemplate(COMMAND.deliverSm + RESPONSE, true)
const enquireResponse = wire.bareTemplate(COMMAND.enquireLink + RESPONSE)
const unbindResponse = wire.bareTemplate(COMMAND.unbind + RESPONSE)

function send(connection, wanted, nowMs) {
  wire.stampTime(submit.bytes, submit.timeAt, nowMs)
  for (let i = 0; i < wanted; i++) {
    const slot = connection.free[--connection.freeCount]
    connection.turns[slot] = connection.turns[slot] >= mostTurns ? 0 : connection.turns[slot] + 1
    const sequence = connection.turns[slot] * slotCount + slot + 1
    connection.sequences[slot] = sequence
    connection.numbers[slot] = counts.sent
    sentAt[counts.sent] = nowMs
    states[counts.sent++] = STATE.sent
    wire.write32(submit.bytes, 12, sequence)
    connection.out.copy(submit.bytes)
    wire.bumpDigits(submit.bytes, submit.numberAt, wire.NUMBER_DIGITS)
    wire.bumpDigits(submit.bytes, submit.dstDigitsAt, submit.dstDigits)
  }
  connection.out.flush()
}

function tick() {
  const nowMs = monotonicMs()
  if (sending) {
    credit = Math.min(credit + ((nowMs - lastTickMs) * rate) / 1000, Math.max(1, (rate * mostCreditMs) / 1000))
    for (let tried = 0; tried < connections.length && credit >= 1 && counts.sent < limit; tried++) {
      const connection = connections[next++ % connections.length]
      if (!connection.bound) continue
      const share = Math.ceil(Math.floor(credit) / (connections.length - tried))
      const wanted = Math.min(connection.freeCount, share, limit - counts.sent)
      if (wanted <= 0) continue
      send(connection, wanted, nowMs)
      credit -= wanted
    }
    if (counts.sent >= limit) sending = false
  }
  lastTickMs = nowMs
  if (progressWanted > 0 && counts.accepted >= progressWanted) {
    progressWanted = 0
    say('reached', { ...summary() })
  }
}
setInterval(tick, 1)

function answered(connection, bytes, start, end, status, sequence, nowMs) {
  const slot = (sequence - 1) & (slotCount - 1)
  if (connection.sequences[slot] !== sequence) return
  connection.sequences[slot] = 0
  connection.free[connection.freeCount++] = slot
  const number = connection.numbers[slot]
  answeredAt[number] = nowMs
  if (status !== 0) {
    states[number] = STATE.rejected
    counts.rejected++
    statuses[status] = (statuses[status] ?? 0) + 1
    return
  }
  states[number] = STATE.accepted
  counts.accepted++
  const known = numberById.get(bytes, start + 16, end - 1)
  if (known !== undefined) {
    counts.idsTwice++
    ids.set(bytes.toString('latin1', start + 16, end - 1), [known, number])
    return
  }
  numberById.set(bytes, start + 16, end - 1, number)
  const early = earlyById.size > 0 ? earlyById.take(bytes, start + 16, end - 1) : undefined
  if (early !== undefined) {
    receiptTimes[number] = early
    counts.unknownReceipts -= early
  }
}

const message = new wire.ShortMessage()
const receiptId = new wire.ReceiptId()

function delivered(connection, bytes, start, end, sequence, nowMs) {
  counts.receipts++
  lastReceiptMs = nowMs
  if (message.read(bytes, start, end) && receiptId.find(bytes, message, end)) {
    const number = numberById.get(bytes, receiptId.start, receiptId.end)
    if (number === undefined) {
      // Before its answer, or of a message whose answer was lost in a crash.
      counts.unknownReceipts++
      const before = earlyById.get(bytes, receiptId.start, receiptId.end) ?? 0
      earlyById.set(bytes, receiptId.start, receiptId.end, before + 1)
    } else if (receiptTimes[number] < 255) receiptTimes[number]++
  }
  const at = connection.out.copy(deliverResponse)
  wire.write32(connection.out.bytes, at + 12, sequence)
}

function echo(connection, template, sequence) {
  const at = connection.out.copy(template)
  wire.write32(connection.out.bytes, at + 12, sequence)
}

function onPdu(connection, nowMs, bytes, start, end, id, status, sequence) {
  switch (id) {
    case COMMAND.submitSm + RESPONSE:
      return answered(connection, bytes, start, end, status, sequence, nowMs)
    case COMMAND.genericNack:
      return answered(connection, bytes, start, end, status || 8, sequence, nowMs)
    case COMMAND.deliverSm:
      return delivered(connection, bytes, start, end, sequence, nowMs)
    case COMMAND.bindTransceiver + RESPONSE:
      if (status !== 0) return connection.socket.end()
      connection.bound = true
      counts.binds++
      return say('bound', { connection: connection.index, bound: connections.filter(({ bound }) => bound).length })
    case COMMAND.enquireLink:
      return echo(connection, enquireResponse, sequence)
    case COMMAND.unbind:
      // The switch stops: no more from here on this link, but what it still answers counts.
      connection.bound = false
      echo(connection, unbindResponse, sequence)
      connection.out.flush()
      return connection.socket.end()
  }
}

function connect(connection) {
  if (ended) return
  const socket = net.connect({ host: values.host, port, noDelay: true })
  const scanner = new wire.Scanner((...pdu) => onPdu(connection, nowMs, ...pdu))
  let nowMs = 0
  connection.socket = socket
  connection.out = new wire.Out(socket)
  socket.on('connect', () => {
    connection.out.copy(wire.bindTemplate(COMMAND.bindTransceiver, values['system-id'], values.password))
    connection.out.flush()
  })
  socket.on('data', (chunk) => {
    nowMs = monotonicMs()
    try {
      scanner.push(chunk)
    } catch {
      socket.destroy()
    }
    connection.out.flush()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    connection.bound = false
    for (let slot = 0; slot < slotCount; slot++) {
      if (connection.sequences[slot] === 0) continue
      connection.sequences[slot] = 0
      states[connection.numbers[slot]] = STATE.unanswered
      counts.unanswered++
    }
    connection.free = Int32Array.from({ length: window }, (_, slot) => slot)
    connection.freeCount = window
    setTimeout(() => connect(connection), Number(values['reconnect-ms']))
  })
}

const connections = Array.from({ length: Number(values.connections) }, (_, index) => ({
  index,
  bound: false,
  free: Int32Array.from({ length: window }, (_, slot) => slot),
  freeCount: window,
  sequences: new Float64Array(slotCount),
  turns: new Int32Array(slotCount),
  numbers: new Int32Array(slotCount),
}))

function summary() {
  let withReceipt = 0
  for (let number = 0; number < counts.sent; number++) if (receiptTimes[number] > 0) withReceipt++
  const waiting = counts.sent - counts.accepted - counts.rejected - counts.unanswered
  return { ...counts, statuses, waiting, withReceipt, quietMs: Math.round(monotonicMs() - lastReceiptMs) }
}

/** One line a message: number, state (S sent and waiting, A accepted, R rejected, U unanswered), receipts, answered at, sent at (ms). */
function dump(file) {
  const lines = []
  for (let number = 0; number < counts.sent; number++) {
    lines.push(
      `${number} ${LETTERS[states[number]]} ${receiptTimes[number]} ${answeredAt[number].toFixed(3)} ${sentAt[number].toFixed(3)}`,
    )
  }
  writeFileSync(file, lines.join('\n') + '\n')
}

onCommands({
  start: (command) => {
    rate = command.rate ?? rate
    limit = command.count === undefined ? limit : Math.min(MOST, counts.sent + command.count)
    sending = true
    credit = 0
  },
  pause: () => (sending = false),
  port: (command) => (port = command.port),
  progress: (command) => (progressWanted = command.accepted),
  report: () => say('report', summary()),
  dump: (command) => {
    dump(command.file)
    say('dumped', { file: command.file, ...summary() })
  },
  stop: () => {
    ended = true
    say('stopped', summary(), () => process.exit(0))
  },
})
for (const connection of connections) connect(connection)

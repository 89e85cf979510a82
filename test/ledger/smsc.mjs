// The vendor's side of the ledger: answers late, writes down each arrival with the time it came and the time it was answered,
// keeps each receipt until the switch has answered it ROK, over broken links. A child process like esme.mjs. Knows no file of src/.
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { parseArgs } from 'node:util'
import { messageIds } from '../../bench/load/ids.mjs'
import * as wire from '../../bench/load/wire.mjs'
import { COMMAND, RESPONSE, monotonicMs } from '../../bench/load/wire.mjs'
import { onCommands, say } from './lines.mjs'
import { Verdicts } from './verdicts.mjs'

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    delay: { type: 'string', default: '0' }, // ms from arrival to answer
    'id-format': { type: 'string', default: 'decimal' },
    receipts: { type: 'string', default: 'all' }, // all | answered (only if the answer left) | none
    'receipt-delay': { type: 'string', default: '0' }, // ms from answer to receipt
    'receipt-window': { type: 'string', default: '200' },
    refuse: { type: 'string', default: '0' }, // so many of the first submits get ESME_RSYSERR
  },
})

const SYSTEM_ERROR = 0x08
const RECEIPT = { none: 0, waiting: 1, sent: 2, ok: 3, refused: 4 }
const LETTERS = '-WSOR'
let delayMs = Number(values.delay)
const receiptDelayMs = Number(values['receipt-delay'])
const receiptWindow = Number(values['receipt-window'])
const temporaryRefusals = new Set([0x08, 0x14, 0x58, 0x64])

const nextId = messageIds(values['id-format'])
const tails = { D: wire.receiptTail('DELIVRD', new Date()), U: wire.receiptTail('UNDELIV', new Date()) }
const verdicts = new Verdicts()
const enquireResponse = wire.bareTemplate(COMMAND.enquireLink + RESPONSE)
const unbindResponse = wire.bareTemplate(COMMAND.unbind + RESPONSE)
const nack = wire.bareTemplate(COMMAND.genericNack)

// An arrival is a place in these tables; one object for each would do, but there are millions.
let size = 1 << 20
let numbers = new Int32Array(size)
let cameAt = new Float64Array(size)
let answeredAt = new Float64Array(size) // 0: never
let receiptState = new Uint8Array(size)
let statuses = new Uint8Array(size)
let reports = new Uint8Array(size) // the letter of the verdict
let arrivals = 0

const toAnswer = [] // { arrival, connection, sequence, status, id, receipt }, in order of arrival
let answerHead = 0
const owed = [] // { arrival, pdu, dueMs }, in order
let owedHead = 0
const connections = new Set()
const counts = {
  binds: 0,
  answered: 0,
  unanswered: 0,
  unmarked: 0,
  receiptsOk: 0,
  receiptsRefused: 0,
  receiptsRetried: 0,
  refused: 0,
  /** Shortest time from a receipt to its answer, ms. */
  fastestReceiptMs: -1,
}
let toRefuse = Number(values.refuse)

function record(number, nowMs) {
  if (arrivals === size) {
    size *= 2
    const grown = (table, Type) => {
      const larger = new Type(size)
      larger.set(table)
      return larger
    }
    numbers = grown(numbers, Int32Array)
    cameAt = grown(cameAt, Float64Array)
    answeredAt = grown(answeredAt, Float64Array)
    receiptState = grown(receiptState, Uint8Array)
    statuses = grown(statuses, Uint8Array)
    reports = grown(reports, Uint8Array)
  }
  numbers[arrivals] = number
  cameAt[arrivals] = nowMs
  return arrivals++
}

const message = new wire.ShortMessage()
const scratch = Buffer.alloc(400)

function submitted(connection, bytes, start, end, sequence, nowMs) {
  if (!message.read(bytes, start, end)) return echo(connection, nack, sequence)
  const number = wire.markedNumber(bytes, message.text, message.textEnd)
  if (number < 0) counts.unmarked++
  const arrival = record(number, nowMs)
  nextId.advance()
  const id = Buffer.from(nextId.bytes.subarray(0, nextId.length))
  const verdict = verdicts.of(bytes, message.text, number)
  const status = toRefuse > 0 ? SYSTEM_ERROR : verdict.status
  if (toRefuse > 0) toRefuse--
  statuses[arrival] = status
  reports[arrival] = verdict.report.charCodeAt(0)
  const tail = tails[verdict.report]
  let receipt
  if (status === 0 && (message.registered & 3) === 1 && values.receipts !== 'none' && tail !== undefined) {
    const length = wire.writeReceipt(scratch, 0, bytes, message, id, id.length, tail)
    receipt = Buffer.from(scratch.subarray(0, length))
  }
  toAnswer.push({ arrival, connection, sequence, status, id, receipt })
  if (delayMs <= 0) answerDue(nowMs)
}

function answerDue(nowMs) {
  while (answerHead < toAnswer.length) {
    const { arrival, connection, sequence, status, id, receipt } = toAnswer[answerHead]
    if (cameAt[arrival] + delayMs > nowMs) break
    answerHead++
    const alive = connections.has(connection) && connection.socket.writable
    if (alive) {
      const { out } = connection
      const length = 17 + id.length
      const at = out.reserve(length)
      wire.write32(out.bytes, at, length)
      wire.write32(out.bytes, at + 4, COMMAND.submitSm + RESPONSE)
      wire.write32(out.bytes, at + 8, status)
      wire.write32(out.bytes, at + 12, sequence)
      out.bytes.set(id, at + 16)
      out.bytes[at + 16 + id.length] = 0
      answeredAt[arrival] = nowMs
      if (status === 0) counts.answered++
      else counts.refused++
    } else counts.unanswered++
    if (receipt === undefined || (!alive && values.receipts === 'answered')) continue
    receiptState[arrival] = RECEIPT.waiting
    owed.push({ arrival, pdu: receipt, dueMs: nowMs + receiptDelayMs })
  }
  if (answerHead > 50_000) {
    toAnswer.splice(0, answerHead)
    answerHead = 0
  }
}

function sendReceipts(nowMs) {
  const receivers = [...connections].filter((connection) => connection.receives)
  let room = true
  while (room && owedHead < owed.length && owed[owedHead].dueMs <= nowMs) {
    room = false
    for (const connection of receivers) {
      if (connection.unanswered.size >= receiptWindow || owedHead >= owed.length) continue
      if (owed[owedHead].dueMs > nowMs) break
      room = true
      const receipt = owed[owedHead++]
      connection.sequence = connection.sequence >= 0x7fffffff ? 1 : connection.sequence + 1
      connection.unanswered.set(connection.sequence, receipt)
      receipt.sentMs = nowMs
      const at = connection.out.copy(receipt.pdu)
      wire.write32(connection.out.bytes, at + 12, connection.sequence)
      receiptState[receipt.arrival] = RECEIPT.sent
    }
  }
  if (owedHead > 50_000) {
    owed.splice(0, owedHead)
    owedHead = 0
  }
}

function receiptAnswered(connection, status, sequence, nowMs) {
  const receipt = connection.unanswered.get(sequence)
  if (receipt === undefined) return
  connection.unanswered.delete(sequence)
  const tookMs = nowMs - receipt.sentMs
  if (counts.fastestReceiptMs < 0 || tookMs < counts.fastestReceiptMs) counts.fastestReceiptMs = tookMs
  if (status === 0) {
    receiptState[receipt.arrival] = RECEIPT.ok
    counts.receiptsOk++
  } else if (temporaryRefusals.has(status)) {
    counts.receiptsRetried++
    owed.push({ ...receipt, dueMs: nowMs + 500 })
  } else {
    receiptState[receipt.arrival] = RECEIPT.refused
    counts.receiptsRefused++
  }
}

function tick() {
  const nowMs = monotonicMs()
  answerDue(nowMs)
  sendReceipts(nowMs)
  for (const connection of connections) connection.out.flush()
}
setInterval(tick, 1)

function echo(connection, template, sequence) {
  const at = connection.out.copy(template)
  wire.write32(connection.out.bytes, at + 12, sequence)
}

function onPdu(connection, nowMs, bytes, start, end, id, status, sequence) {
  switch (id) {
    case COMMAND.submitSm:
      return submitted(connection, bytes, start, end, sequence, nowMs)
    case COMMAND.deliverSm + RESPONSE:
      return receiptAnswered(connection, status, sequence, nowMs)
    case COMMAND.bindReceiver:
    case COMMAND.bindTransmitter:
    case COMMAND.bindTransceiver:
      connection.receives = id !== COMMAND.bindTransmitter
      counts.binds++
      echo(connection, wire.bindResponseTemplate(id + RESPONSE, 'ledger'), sequence)
      return say('bound', { links: connections.size })
    case COMMAND.enquireLink:
      return echo(connection, enquireResponse, sequence)
    case COMMAND.unbind:
      connection.receives = false
      echo(connection, unbindResponse, sequence)
      connection.out.flush()
      return connection.socket.end()
    default:
      if (id < RESPONSE) echo(connection, nack, sequence)
  }
}

const server = net.createServer((socket) => {
  socket.setNoDelay(true)
  const connection = { socket, out: new wire.Out(socket), receives: false, unanswered: new Map(), sequence: 0 }
  const scanner = new wire.Scanner((...pdu) => onPdu(connection, nowMs, ...pdu))
  let nowMs = 0
  connections.add(connection)
  socket.on('data', (chunk) => {
    nowMs = monotonicMs()
    try {
      scanner.push(chunk)
    } catch {
      socket.destroy()
    }
    sendReceipts(nowMs)
    for (const each of connections) each.out.flush()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    connections.delete(connection)
    // Unanswered receipts go out again first, in their order.
    const again = [...connection.unanswered.values()]
    for (const receipt of again) receiptState[receipt.arrival] = RECEIPT.waiting
    owed.splice(owedHead, 0, ...again)
    say('unbound', { links: connections.size })
  })
})
let port = Number(values.port)
function listen() {
  server.listen(port, values.host, () => {
    port = server.address().port
    say('ready', { port })
  })
}
listen()

function summary() {
  const sentReceipts = [...connections].reduce((sum, connection) => sum + connection.unanswered.size, 0)
  return {
    arrivals,
    ...counts,
    toAnswer: toAnswer.length - answerHead,
    receiptsOwed: owed.length - owedHead + sentReceipts,
    links: connections.size,
  }
}

/**
 * One line an arrival: number, came at, answered at (0 never; ms), receipt (- none, W waiting, S sent, O answered ROK, R refused),
 * status of the answer, what the report says (D, U, - for none).
 */
function dump(file) {
  const lines = []
  for (let i = 0; i < arrivals; i++) {
    const times = `${cameAt[i].toFixed(3)} ${answeredAt[i].toFixed(3)}`
    const verdict = `${statuses[i]} ${String.fromCharCode(reports[i])}`
    lines.push(`${numbers[i]} ${times} ${LETTERS[receiptState[i]]} ${verdict}`)
  }
  writeFileSync(file, lines.join('\n') + '\n')
}

onCommands({
  delay: (command) => (delayMs = command.ms),
  // Nobody listens, every link is cut; until `back`.
  away: () => {
    server.close(() => say('gone'))
    for (const connection of connections) connection.socket.destroy()
  },
  back: () => listen(),
  report: () => say('report', summary()),
  dump: (command) => {
    dump(command.file)
    say('dumped', { file: command.file, ...summary() })
  },
  stop: () => say('stopped', summary(), () => process.exit(0)),
})

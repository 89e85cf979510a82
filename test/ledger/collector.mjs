// An ESME that always has many messages half sent: parts of different messages take turns, over all its binds. Sends again what a
// broken link left unanswered, and writes down what each answer and each receipt said. A child process like esme.mjs.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as wire from '../../bench/load/wire.mjs'
import { monotonicMs } from '../../bench/load/wire.mjs'
import { onCommands, say } from './lines.mjs'
import { linkOptions, Links, newLink, Pace, Progress } from './links.mjs'

const { values } = parseArgs({
  options: {
    ...linkOptions,
    'system-id': { type: 'string', default: 'early' },
    connections: { type: 'string', default: '4' },
    window: { type: 'string', default: '100' },
    rate: { type: 'string', default: '3000' }, // parts a second
    spread: { type: 'string', default: '500' }, // messages begun between one part of a message and its next
    'abandon-every': { type: 'string', default: '50' }, // of so many messages, one never gets its last part
  },
})
const PARTS = 3
const window = Number(values.window)
const spread = Number(values.spread)
const abandonEvery = Number(values['abandon-every'])
const pace = new Pace(Number(values.rate))
const progress = new Progress()

let sending = false
let finishing = false
let nextConnection = 0

/** Part number (3 * message + place) -> { sentAtMs (first), sends, refused }. */
const sentParts = new Map()
/** One of each answer ESME_ROK: { number, id, atMs }. */
const answers = []
/** Message id -> the states that its receipts told. */
const receiptStates = new Map()
const idsWithoutReceipt = new Set()
const statuses = {}
const counts = { unanswered: 0, receipts: 0 }

// What is sent next: what was left unanswered first, then step by step one part of each of three messages that lie apart.
const again = []
let begun = 0
let step = 0
let turn = 0
let waiting = 0

const template = wire.submitTemplate({
  ...{ src: '12345', srcTon: 3, srcNpi: 0, dst: '4915100000000', dstTon: 1, dstNpi: 1 },
  ...{ registered: 1, tag: 'collect', text: 'a part of a message of three', parts: PARTS },
})

const isAbandoned = (message) => message % abandonEvery === abandonEvery - 1

/** The number of the next part, or -1 when all that was begun has been sent. */
function nextPart() {
  if (again.length > 0) return again.shift()
  for (;;) {
    if (finishing && step - 2 * spread >= begun) return -1
    const message = step - turn * spread
    // Which part comes first differs from message to message.
    const place = (turn + message) % PARTS
    const isLast = turn === PARTS - 1
    if (!finishing && turn === 0) begun = step + 1
    turn = isLast ? 0 : turn + 1
    if (isLast) step++
    if (message < 0 || message >= begun || (isLast && isAbandoned(message))) continue
    return message * PARTS + place
  }
}

function send(connection, number, nowMs) {
  const message = Math.floor(number / PARTS)
  const { bytes, numberAt, referenceAt, partAt, dstDigits, dstDigitsAt } = template
  wire.writeDigits(bytes, numberAt, wire.NUMBER_DIGITS, number)
  wire.writeDigits(bytes, dstDigitsAt, dstDigits, message)
  bytes[referenceAt] = message & 0xff
  bytes[partAt] = (number % PARTS) + 1
  const sequence = ++connection.sequence
  wire.write32(bytes, 12, sequence)
  connection.out.copy(bytes)
  connection.unanswered.set(sequence, number)
  waiting++
  const known = sentParts.get(number)
  if (known === undefined) sentParts.set(number, { sentAtMs: nowMs, sends: 1, refused: 0 })
  else known.sends++
}

function tick() {
  const nowMs = monotonicMs()
  pace.tick(nowMs, sending)
  if (sending) {
    let full = 0
    while (pace.credit >= 1 && full < connections.length) {
      const connection = connections[nextConnection++ % connections.length]
      if (!connection.bound || connection.unanswered.size >= window) {
        full++
        continue
      }
      full = 0
      const number = nextPart()
      if (number < 0) break
      send(connection, number, nowMs)
      pace.credit--
    }
    for (const { out, bound } of connections) if (bound) out.flush()
  }
  if (progress.isReached(answers.length)) say('reached', summary())
}
setInterval(tick, 1)

function answered(connection, bytes, start, end, status, sequence, nowMs) {
  const number = connection.unanswered.get(sequence)
  if (number === undefined) return
  connection.unanswered.delete(sequence)
  waiting--
  if (status !== 0) {
    statuses[status] = (statuses[status] ?? 0) + 1
    sentParts.get(number).refused++
    return
  }
  const id = bytes.toString('latin1', start + 16, end - 1)
  answers.push({ number, id, atMs: nowMs })
  if (!receiptStates.has(id)) idsWithoutReceipt.add(id)
}

const message = new wire.ShortMessage()
const receiptId = new wire.ReceiptId()

function delivered(bytes, start, end) {
  counts.receipts++
  if (!message.read(bytes, start, end) || !receiptId.find(bytes, message, end)) return
  const id = bytes.toString('latin1', receiptId.start, receiptId.end)
  const state = /stat:(\w+)/.exec(bytes.toString('latin1', message.text, message.textEnd))?.[1] ?? 'none'
  const known = receiptStates.get(id)
  if (known === undefined) receiptStates.set(id, [state])
  else known.push(state)
  idsWithoutReceipt.delete(id)
}

const links = new Links(values, {
  bound: () => say('bound', {}),
  answered,
  delivered,
  cut: ({ unanswered }) => {
    counts.unanswered += unanswered.size
    waiting -= unanswered.size
    again.push(...unanswered.values())
    unanswered.clear()
  },
})
const connections = Array.from({ length: Number(values.connections) }, () =>
  newLink(values['system-id'], { sequence: 0, unanswered: new Map() }),
)

function summary() {
  return {
    ...counts,
    binds: links.binds,
    statuses,
    begun,
    answers: answers.length,
    waiting: waiting + again.length,
    withoutReceipt: idsWithoutReceipt.size,
    isDone: finishing && step - 2 * spread >= begun && again.length === 0 && waiting === 0,
  }
}

onCommands({
  start: () => (sending = true),
  // No new message; those that were begun get their other parts.
  finish: () => (finishing = true),
  port: (command) => (links.port = command.port),
  progress: (command) => progress.want(command.answers),
  report: () => say('report', summary()),
  dump: (command) => {
    const parts = [...sentParts].map(([number, part]) => ({ number, ...part }))
    const receipts = [...receiptStates].map(([id, states]) => ({ id, states }))
    const abandoned = Array.from({ length: begun }, (_, index) => index).filter(isAbandoned)
    writeFileSync(command.file, JSON.stringify({ partsOfMessage: PARTS, parts, answers, receipts, abandoned }))
    say('dumped', summary())
  },
  stop: () => {
    links.stop()
    say('stopped', {}, () => process.exit(0))
  },
})
for (const connection of connections) links.connect(connection)

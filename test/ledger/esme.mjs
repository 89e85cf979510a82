// The ESME's side of the ledger: sends numbered messages at a rate over restarts of the switch, and writes down what became of each.
// A child process: commands as JSON lines on stdin, events as JSON lines on stdout. Sends nothing twice. Knows no file of src/.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { IdTable } from '../../bench/load/idtable.mjs'
import * as wire from '../../bench/load/wire.mjs'
import { monotonicMs } from '../../bench/load/wire.mjs'
import { onCommands, say } from './lines.mjs'
import { linkOptions, Links, newLink, Pace, Progress } from './links.mjs'

const { values } = parseArgs({
  options: {
    ...linkOptions,
    'system-id': { type: 'string', default: 'bench' },
    connections: { type: 'string', default: '4' },
    window: { type: 'string', default: '100' },
    rate: { type: 'string', default: '1000' },
    count: { type: 'string', default: '0' }, // 0: until {"cmd":"pause"}
    registered: { type: 'string', default: '1' },
    validity: { type: 'string', default: '' }, // as the wire has it
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
}
const statuses = {}
const pace = new Pace(Number(values.rate))
const progress = new Progress()
let limit = Number(values.count) || MOST
let sending = false
let next = 0
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
  pace.tick(nowMs, sending)
  if (sending) {
    for (let tried = 0; tried < connections.length && pace.credit >= 1 && counts.sent < limit; tried++) {
      const connection = connections[next++ % connections.length]
      if (!connection.bound) continue
      const share = Math.ceil(Math.floor(pace.credit) / (connections.length - tried))
      const wanted = Math.min(connection.freeCount, share, limit - counts.sent)
      if (wanted <= 0) continue
      send(connection, wanted, nowMs)
      pace.credit -= wanted
    }
    if (counts.sent >= limit) sending = false
  }
  if (progress.isReached(counts.accepted)) say('reached', summary())
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

function delivered(bytes, start, end, nowMs) {
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
}

const links = new Links(values, {
  bound: ({ index }) => say('bound', { connection: index, bound: connections.filter(({ bound }) => bound).length }),
  answered,
  delivered,
  cut: (connection) => {
    for (let slot = 0; slot < slotCount; slot++) {
      if (connection.sequences[slot] === 0) continue
      connection.sequences[slot] = 0
      states[connection.numbers[slot]] = STATE.unanswered
      counts.unanswered++
    }
    connection.free = Int32Array.from({ length: window }, (_, slot) => slot)
    connection.freeCount = window
  },
})
const connections = Array.from({ length: Number(values.connections) }, (_, index) =>
  newLink(values['system-id'], {
    index,
    free: Int32Array.from({ length: window }, (_, slot) => slot),
    freeCount: window,
    sequences: new Float64Array(slotCount),
    turns: new Int32Array(slotCount),
    numbers: new Int32Array(slotCount),
  }),
)

function summary() {
  let withReceipt = 0
  for (let number = 0; number < counts.sent; number++) if (receiptTimes[number] > 0) withReceipt++
  const waiting = counts.sent - counts.accepted - counts.rejected - counts.unanswered
  return {
    ...counts,
    binds: links.binds,
    statuses,
    waiting,
    withReceipt,
    quietMs: Math.round(monotonicMs() - lastReceiptMs),
  }
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
    pace.rate = command.rate ?? pace.rate
    limit = command.count === undefined ? limit : Math.min(MOST, counts.sent + command.count)
    sending = true
    pace.credit = 0
  },
  pause: () => (sending = false),
  port: (command) => (links.port = command.port),
  progress: (command) => progress.want(command.accepted),
  report: () => say('report', summary()),
  dump: (command) => {
    dump(command.file)
    say('dumped', { file: command.file, ...summary() })
  },
  stop: () => {
    links.stop()
    say('stopped', summary(), () => process.exit(0))
  },
})
for (const connection of connections) links.connect(connection)

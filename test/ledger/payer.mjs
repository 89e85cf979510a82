// An ESME whose customer pays: messages of all kinds and prices under two accounts, in one piece and in parts that take turns, with
// and without receipts. Sends nothing twice, and writes down what it heard of each part. A child process like esme.mjs.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as wire from '../../bench/load/wire.mjs'
import { monotonicMs } from '../../bench/load/wire.mjs'
import { onCommands, say } from './lines.mjs'
import { linkOptions, Links, newLink, Pace, Progress } from './links.mjs'

const { values } = parseArgs({
  options: {
    ...linkOptions,
    connections: { type: 'string', default: '2' }, // of each account
    window: { type: 'string', default: '500' },
    rate: { type: 'string', default: '1500' }, // parts a second
    spread: { type: 'string', default: '40' }, // messages begun between one part of a message and its next
  },
})
/** Number of a part, and of a segment at the vendor: so many times the message, and its place. */
const STRIDE = 4
const PART_CHARACTERS = 153
/** The message stands in the digits at the end of the sender and of most called numbers. */
const SOURCE_HEAD = '4670'
const SOURCE_DIGITS = 8
/** 16 of the header, service_type, TON and NPI. */
const SOURCE_AT = 16 + 1 + 2
const window = Number(values.window)
const spread = Number(values.spread)
const pace = new Pace(Number(values.rate))
const progress = new Progress()

let sending = false
let finishing = false

/** What it is, where it goes to and how often of a hundred. */
const KINDS = [
  { kind: 'answer', share: 38, head: '491500' },
  { kind: 'receipt', share: 30, head: '491700' },
  { kind: 'free', share: 10, head: '491520' },
  { kind: 'premium', share: 8, head: '77123' },
  { kind: 'silentReleased', share: 4, head: '491600' },
  { kind: 'silentCharged', share: 4, head: '491610' },
  { kind: 'priceless', share: 6, head: '442000' },
]
const ACCOUNTS = ['billed', 'billed', 'billed', 'early']
/** `long` comes in one piece and leaves as two segments. */
const SHAPES = ['one', 'one', 'one', 'one', 'two', 'three', 'long', 'two']
const PARTS = { one: 1, long: 1, two: 2, three: 3 }
const SEGMENTS = { one: 1, long: 2, two: 2, three: 3 }

/** 32 well mixed bits of a number: each message is of another kind, the same in every run. */
function mixed(number) {
  let x = (number + 0x9e3779b9) | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}

function planOf(message) {
  const chance = (salt) => mixed(message * 8 + salt)
  let at = chance(0) % 100
  const { kind, head } = KINDS.find(({ share }) => (at -= share) < 0)
  const shape = SHAPES[chance(1) % SHAPES.length]
  const segments = SEGMENTS[shape]
  const letters = Array.from({ length: segments }, () => (kind.startsWith('silent') ? 's' : 'o'))
  const fate = chance(2) % 100
  if (!kind.startsWith('silent')) {
    if (fate < 8) letters[chance(3) % segments] = 't'
    else if (fate < 14) letters[segments - 1] = 'p'
    else if (fate < 24) letters[segments - 1] = 'u'
  }
  const account = ACCOUNTS[chance(4) % ACCOUNTS.length]
  const registered = chance(5) % 2
  return { account, kind, head, shape, parts: PARTS[shape], segments, letters: letters.join(''), registered }
}

const templates = new Map()

function templateOf({ head, shape, parts, letters, registered }, part) {
  const tag = letters[part]
  const key = `${head} ${shape} ${registered} ${shape === 'long' ? letters : tag}`
  let template = templates.get(key)
  if (template !== undefined) return template
  const first = wire.markerText(tag, '')
  const text = shape === 'long' ? '.'.repeat(PART_CHARACTERS - first.length) + wire.markerText(letters[1], 'end') : 'x'
  const isShort = head.length < 6
  template = wire.submitTemplate({
    ...{ src: SOURCE_HEAD + '0'.repeat(SOURCE_DIGITS), srcTon: 1, srcNpi: 1 },
    ...{ dst: isShort ? head : head + '000000', dstTon: isShort ? 3 : 1, dstNpi: isShort ? 0 : 1 },
    ...{ registered, tag, text, parts },
  })
  templates.set(key, template)
  return template
}

/** By number: what was sent and what was heard of it. */
const book = []
const counts = { accepted: 0, rejected: 0, unanswered: 0, receipts: 0 }
const statuses = {}
let waiting = 0
let begun = 0
/** Parts that are not sent yet, in the order of the message at which they are due. */
const later = []

/** The next part, or undefined when all that was begun has been sent. */
function nextPart() {
  if (later.length > 0 && (finishing || later[0].due <= begun)) return later.shift()
  if (finishing) return undefined
  const message = begun++
  const plan = planOf(message)
  const states = Array.from({ length: plan.parts }, () => 'N')
  book.push({ message, ...plan, states, ids: states.map(() => '') })
  for (let part = 1; part < plan.parts; part++) insert({ message, part, due: begun + part * spread })
  return { message, part: 0, due: begun }
}

function insert(entry) {
  let at = later.length
  while (at > 0 && later[at - 1].due > entry.due) at--
  later.splice(at, 0, entry)
}

function send(connection, { message, part }) {
  const entry = book[message]
  const template = templateOf(entry, part)
  const { bytes, numberAt, dstDigits, dstDigitsAt } = template
  const number = message * STRIDE + part
  wire.writeDigits(bytes, numberAt, wire.NUMBER_DIGITS, number)
  if (entry.shape === 'long') wire.writeDigits(bytes, numberAt + PART_CHARACTERS, wire.NUMBER_DIGITS, number + 1)
  wire.writeDigits(bytes, SOURCE_AT + SOURCE_HEAD.length, SOURCE_DIGITS, message)
  if (entry.kind !== 'premium') wire.writeDigits(bytes, dstDigitsAt, dstDigits, message % 1_000_000)
  if (entry.parts > 1) {
    bytes[template.referenceAt] = message & 0xff
    bytes[template.partAt] = part + 1
  }
  const sequence = ++connection.sequence
  wire.write32(bytes, 12, sequence)
  connection.out.copy(bytes)
  connection.unanswered.set(sequence, { entry, part })
  entry.states[part] = 'S'
  waiting++
}

/** One of its account that has room, or undefined. */
function connectionFor({ message }) {
  const { account } = book[message]
  return connections.find((each) => each.systemId === account && each.bound && each.unanswered.size < window)
}

function tick() {
  pace.tick(monotonicMs(), sending)
  if (sending) {
    for (; pace.credit >= 1; pace.credit--) {
      const part = nextPart()
      if (part === undefined) break
      const connection = connectionFor(part)
      if (connection === undefined) {
        later.unshift(part)
        break
      }
      send(connection, part)
      // Binds of an account take turns.
      connections.push(...connections.splice(connections.indexOf(connection), 1))
    }
    for (const { out, bound } of connections) if (bound) out.flush()
  }
  if (progress.isReached(counts.accepted)) say('reached', summary())
}
setInterval(tick, 1)

function answered(connection, bytes, start, end, status, sequence) {
  const sent = connection.unanswered.get(sequence)
  if (sent === undefined) return
  connection.unanswered.delete(sequence)
  waiting--
  const { entry, part } = sent
  if (status !== 0) {
    entry.states[part] = 'R'
    counts.rejected++
    statuses[status] = (statuses[status] ?? 0) + 1
    return
  }
  entry.states[part] = 'A'
  entry.ids[part] = bytes.toString('latin1', start + 16, end - 1)
  counts.accepted++
}

const links = new Links(values, {
  bound: () => connections.every(({ bound }) => bound) && say('bound', {}),
  answered,
  delivered: () => counts.receipts++,
  cut: ({ unanswered }) => {
    for (const { entry, part } of unanswered.values()) entry.states[part] = 'U'
    counts.unanswered += unanswered.size
    waiting -= unanswered.size
    unanswered.clear()
  },
})
const connections = [...new Set(ACCOUNTS)].flatMap((account) =>
  Array.from({ length: Number(values.connections) }, () => newLink(account, { sequence: 0, unanswered: new Map() })),
)

function summary() {
  return {
    ...counts,
    binds: links.binds,
    statuses,
    begun,
    waiting,
    isDone: finishing && later.length === 0 && waiting === 0,
  }
}

onCommands({
  start: () => (sending = true),
  // No new message; those that were begun get their other parts.
  finish: () => (finishing = true),
  port: (command) => (links.port = command.port),
  progress: (command) => progress.want(command.accepted),
  report: () => say('report', summary()),
  // One JSON line a message: its plan, and of each part the state (N not sent, S waiting, A, R, U as in esme.mjs) and the id.
  dump: (command) => {
    writeFileSync(command.file, book.map((entry) => JSON.stringify(entry) + '\n').join(''))
    say('dumped', summary())
  },
  stop: () => {
    links.stop()
    say('stopped', summary(), () => process.exit(0))
  },
})
for (const connection of [...connections]) links.connect(connection)

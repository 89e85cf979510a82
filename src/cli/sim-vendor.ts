// `smswitch sim vendor`: a simulated SMSC for people and scripts; what it does is in sim/. Prints an event a line.
import type { ErrorRule, ReceiptOutcome, VendorReceipts } from '../sim/vendor-plan.js'
import type { SimVendor, SimVendorOptions } from '../sim/vendor.js'
import { startSimVendor } from '../sim/vendor.js'
import type { CommandSpec, OptionValues } from './args.js'
import type { Output } from './output.js'
import { exitCodes } from './output.js'

const defaultPort = 2776

const options = {
  host: { kind: 'text', value: 'ADDRESS', doc: 'where it listens (127.0.0.1)' },
  port: { kind: 'number', max: 65_535, doc: `port, 0 for any free one (${defaultPort})` },
  'system-id': { kind: 'text', doc: 'what a bind must name (anything)' },
  password: { kind: 'text', doc: 'what a bind must know (anything)' },
  latency: { kind: 'number', value: 'MS', doc: 'before each answer (0)' },
  error: { kind: 'texts', value: 'RULE', doc: 'refuse: every:10:0x58, percent:5:0x14, first:3:0x45; may be repeated' },
  receipts: {
    kind: 'text',
    value: 'WEIGHTS',
    doc: 'none, or DELIVRD=9,UNDELIV=1,ENROUTE+DELIVRD=1 and so on (DELIVRD)',
  },
  'receipt-delay': { kind: 'number', value: 'MS', doc: 'from the answer to the receipt (0)' },
  'receipt-id': { kind: 'text', words: ['asIs', 'hex', 'decimal'], doc: 'how a receipt writes the id (asIs)' },
  'receipt-style': { kind: 'text', words: ['text', 'tlv', 'both'], doc: 'where a receipt says it (both)' },
  'receipt-early': { kind: 'flag', doc: 'send the receipt before the answer' },
  'receipt-twice': { kind: 'flag', doc: 'send each receipt twice' },
  'id-format': { kind: 'text', words: ['decimal', 'hex', 'uuid'], doc: 'message ids (decimal)' },
  window: { kind: 'number', min: 1, doc: 'most unanswered receipts on a connection (100)' },
  'mo-to': { kind: 'text', value: 'NUMBER', doc: 'at each bind, deliver a message from a phone to this number' },
  'mo-from': { kind: 'text', value: 'NUMBER', doc: 'its sender (447700900123)' },
  'mo-text': { kind: 'text', value: 'TEXT', doc: 'its text (Hello)' },
  mute: { kind: 'flag', doc: 'never answer a submit_sm' },
  'drop-after': { kind: 'number', min: 1, doc: 'hang up at every N-th submit_sm' },
} as const satisfies CommandSpec['options']

/** Runs until SIGINT or SIGTERM. */
export const simVendorCommand = {
  name: 'sim vendor',
  summary: 'Simulates a vendor: an SMSC that answers, fails and sends receipts as told.',
  options,
  async run(values: OptionValues<typeof options>, output: Output): Promise<number> {
    let vendorOptions: SimVendorOptions
    try {
      vendorOptions = vendorOptionsOf(values)
    } catch (error) {
      output.fail(error)
      return exitCodes.wrongUsage
    }
    const vendor = await startSimVendor(vendorOptions)
    const { events, port } = vendor
    output.print(`listening on ${vendorOptions.host ?? '127.0.0.1'}:${port}`, { ready: true, port })
    events.on('bind', ({ systemId, mode, status }) => {
      const outcome = status === 0 ? 'bound' : `refused with ${hex(status)}`
      output.print(`${systemId} ${outcome} as ${mode}`, { event: 'bind', systemId, mode, status })
      if (status === 0 && mode !== 'transmitter') void deliverMo(vendor, values, output)
    })
    events.on('submit', ({ id, status, source, destination, text, registeredDelivery }) => {
      const outcome = status !== 0 ? `refused with ${hex(status)}` : id === '' ? 'not answered' : id
      output.print(`submit_sm ${source} -> ${destination} "${text}": ${outcome}`, {
        event: 'submit',
        id,
        status,
        source,
        destination,
        text,
        registeredDelivery,
      })
    })
    events.on('receipt', ({ id, state, status }) => {
      const outcome = status === 0 ? 'taken' : `refused with ${hex(status)}`
      output.print(`receipt ${id} ${state}: ${outcome}`, { event: 'receipt', id, state, status })
    })
    events.on('close', ({ systemId }) => output.print(`${systemId} has gone`, { event: 'close', systemId }))
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
    await vendor.stop()
    const { accepted, refused, receiptsOk } = vendor.stats
    output.print(`${accepted} accepted, ${refused} refused, ${receiptsOk} receipts taken`, {
      event: 'stopped',
      ...vendor.stats,
    })
    return exitCodes.done
  },
}

async function deliverMo(vendor: SimVendor, values: OptionValues<typeof options>, output: Output): Promise<void> {
  const destination = values['mo-to']
  if (destination === undefined) return
  const message = { source: values['mo-from'] ?? '447700900123', destination, text: values['mo-text'] ?? 'Hello' }
  const status = await vendor.deliver(message)
  const outcome = status === 0 ? 'taken' : status === -1 ? 'not answered' : `refused with ${hex(status)}`
  output.print(`deliver_sm ${message.source} -> ${destination} "${message.text}": ${outcome}`, {
    event: 'deliver',
    status,
    ...message,
  })
}

function vendorOptionsOf(values: OptionValues<typeof options>): SimVendorOptions {
  return {
    host: values.host ?? '127.0.0.1',
    port: values.port ?? defaultPort,
    ...(values['system-id'] === undefined ? {} : { systemId: values['system-id'] }),
    ...(values.password === undefined ? {} : { password: values.password }),
    latencyMs: values.latency ?? 0,
    errors: values.error.map(readErrorRule),
    receipts: values.receipts === 'none' ? false : receiptsOf(values),
    idFormat: oneOf(values['id-format'] ?? 'decimal', ['decimal', 'hex', 'uuid']),
    window: values.window ?? 100,
    mute: values.mute,
    ...(values['drop-after'] === undefined ? {} : { dropAfter: values['drop-after'] }),
  }
}

function receiptsOf(values: OptionValues<typeof options>): VendorReceipts {
  return {
    outcomes: readOutcomes(values.receipts ?? 'DELIVRD=1'),
    delayMs: values['receipt-delay'] ?? 0,
    idForm: oneOf(values['receipt-id'] ?? 'asIs', ['asIs', 'hex', 'decimal']),
    style: oneOf(values['receipt-style'] ?? 'both', ['text', 'tlv', 'both']),
    beforeResponse: values['receipt-early'],
    duplicate: values['receipt-twice'],
  }
}

const outcomes: readonly ReceiptOutcome[] = [
  'DELIVRD',
  'EXPIRED',
  'DELETED',
  'UNDELIV',
  'ACCEPTD',
  'UNKNOWN',
  'REJECTD',
  'ENROUTE+DELIVRD',
]

function readOutcomes(text: string): Partial<Record<ReceiptOutcome, number>> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [word = '', weight = '1'] = part.split('=')
      if (!(Number(weight) >= 0)) throw new Error(`--receipts: "${weight}" is no weight`)
      return [oneOf(word, outcomes), Number(weight)]
    }),
  )
}

function readErrorRule(text: string): ErrorRule {
  const [kind, amount, code] = text.split(':')
  const [number, status] = [Number(amount), Number(code)]
  if (!(number > 0) || !(status > 0)) throw new Error(`--error: "${text}" is not like every:10:0x58`)
  switch (oneOf(kind ?? '', ['every', 'percent', 'first'])) {
    case 'every':
      return { everyNth: number, status }
    case 'percent':
      return { percent: number, status }
    case 'first':
      return { first: number, status }
  }
}

function oneOf<const Word extends string>(word: string, known: readonly Word[]): Word {
  const found = known.find((each) => each === word)
  if (found === undefined) throw new Error(`"${word}" is none of ${known.join(', ')}`)
  return found
}

const hex = (status: number): string => `0x${status.toString(16).padStart(8, '0')}`

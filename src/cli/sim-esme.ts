// `smswitch sim esme`: a simulated customer for people and scripts; what it does is in sim/. Prints an event a line.
import type { SimEsmeOptions, SimReceipt, SimSubmit } from '../sim/esme.js'
import { startSimEsme } from '../sim/esme.js'
import { inParts } from '../sim/parts.js'
import { sendAll } from '../sim/send.js'
import { statusName } from '../smpp/index.js'
import type { CommandSpec, OptionValues } from './args.js'
import type { Output } from './output.js'
import { exitCodes } from './output.js'

const binds = ['trx', 'tx', 'rx', 'tx+rx'] as const

const options = {
  host: { kind: 'text', value: 'ADDRESS', doc: 'the switch (127.0.0.1)' },
  port: { kind: 'number', min: 1, max: 65_535, doc: 'its SMPP port (2775)' },
  'system-id': { kind: 'text', required: true, doc: 'account' },
  password: { kind: 'text', doc: 'its password (none: for accounts that are known by their address)' },
  bind: { kind: 'text', words: binds, doc: 'rx only listens, until a signal (trx)' },
  src: { kind: 'text', doc: 'sender (12345)' },
  dst: { kind: 'text', doc: 'recipient (4915112345678)' },
  text: { kind: 'text', doc: 'text; {n} becomes the number of the message (Hello {n})' },
  count: { kind: 'number', min: 1, doc: 'messages (1)' },
  parts: {
    kind: 'flag',
    doc: 'a longer text leaves in parts of 153 characters (67 of UCS-2), each with its own answer',
  },
  window: { kind: 'number', min: 1, doc: 'most unanswered ones (10)' },
  registered: { kind: 'number', max: 255, doc: 'registered_delivery: 0 none, 1 always, 2 on failure (1)' },
  validity: { kind: 'number', min: 1, value: 'S', doc: 'validity period (none)' },
  'receipt-timeout': { kind: 'number', value: 'S', doc: 'waiting ends when no receipt came for so long (30)' },
} as const satisfies CommandSpec['options']

/** Exit code 0 if all messages were accepted and all receipts came. */
export const simEsmeCommand = {
  name: 'sim esme',
  summary: 'Simulates an ESME: binds, sends, prints answers and receipts.',
  options,
  async run(values: OptionValues<typeof options>, output: Output): Promise<number> {
    const esmeOptions: SimEsmeOptions = {
      host: values.host ?? '127.0.0.1',
      port: values.port ?? 2775,
      systemId: values['system-id'],
      password: values.password ?? '',
      bind: binds.find((bind) => bind === values.bind) ?? 'trx',
    }
    const esme = await startSimEsme(esmeOptions)
    const printReceipt = ({ id, state, source, destination }: SimReceipt): void =>
      output.print(`receipt ${id} ${state}`, { event: 'receipt', id, state, source, destination })
    esme.events.on('mo', ({ source, destination, text }) =>
      output.print(`mo ${source} -> ${destination} "${text}"`, { event: 'mo', source, destination, text }),
    )
    if (esmeOptions.bind === 'rx') {
      esme.events.on('receipt', printReceipt)
      output.print('bound as receiver', { event: 'bound' })
      await endOfListening(esme.events)
      await esme.stop()
      return exitCodes.done
    }
    const count = values.count ?? 1
    const parts = values.parts
      ? Array.from({ length: count }, (_, n) => inParts(messageOf(values, n), n % 256)).flat()
      : undefined
    const summary = await sendAll(esme, {
      count: parts?.length ?? count,
      window: values.window ?? 10,
      message: (n) => parts?.[n] ?? messageOf(values, n),
      receiptTimeoutMs: (values['receipt-timeout'] ?? 30) * 1000,
      onAnswer: (n, { status, messageId }) => {
        const outcome =
          status === 0 ? `accepted as ${messageId}` : status === -1 ? 'not answered' : `refused with ${nameOf(status)}`
        output.print(`${values.parts ? 'part' : 'message'} ${n + 1} ${outcome}`, {
          event: 'answer',
          n: n + 1,
          status,
          id: messageId,
        })
      },
      onReceipt: printReceipt,
    })
    await esme.stop()
    const { accepted, rejected, unanswered, receipts, missingReceipts } = summary
    output.print(
      `${accepted} accepted, ${rejected} refused, ${unanswered} not answered; ` +
        `${receipts} receipts, ${missingReceipts} missing`,
      { event: 'done', ...summary },
    )
    return rejected + unanswered + missingReceipts === 0 ? exitCodes.done : exitCodes.failed
  },
}

function messageOf(values: OptionValues<typeof options>, n: number): SimSubmit {
  return {
    source: values.src ?? '12345',
    destination: values.dst ?? '4915112345678',
    text: (values.text ?? 'Hello {n}').replaceAll('{n}', String(n + 1)),
    registeredDelivery: values.registered ?? 1,
    ...(values.validity === undefined ? {} : { validitySeconds: values.validity }),
  }
}

function endOfListening(events: { once(event: 'close', listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    events.once('close', resolve)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

function nameOf(status: number): string {
  const [hex, name] = [`0x${status.toString(16).padStart(8, '0')}`, statusName(status)]
  return name === hex ? hex : `${hex} (${name})`
}

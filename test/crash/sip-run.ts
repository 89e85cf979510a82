// A run of kills under SIP load: messages to numbers and to a phone, the daemon ended by kill -9 again and again, and then what the
// sender was told beside what arrived and what the records say. Judges nothing.
import { readBooks } from '../flow/books.js'
import { startScenario } from '../flow/scenario.js'
import { domain, Phone, sipAccount, sipScenario, smsDomain } from '../flow/sip-phone.js'
import { when } from '../flow/waiting.js'
import { SipSender } from './sip-sender.js'
import { atNextCommit } from './store-file.js'

export interface SipRunOptions {
  readonly perSecond: number
  /** When each kill comes: at a random answer, or right behind a commit. */
  readonly kills: readonly ('random' | 'committed')[]
  /** Answers between two kills, at least and at most. */
  readonly between: readonly [number, number]
  readonly settleMs: number
}

export interface SipRun {
  readonly sent: number
  readonly repeated: number
  /** Of the sender's answers, other than 202. */
  readonly otherStatuses: readonly number[]
  /** 202 and never seen at the vendor or the phone. */
  readonly lost: readonly string[]
  /** Texts of which the switch made more than one message. */
  readonly twice: readonly string[]
  /** Arrived more than once: unanswered when the daemon was killed. */
  readonly doubled: number
  /** Requests that daemons knew of from the ones before. */
  readonly remembered: number
  readonly restartMs: readonly number[]
}

const firstNumber = 447_700_000_000

export async function sipRun(options: SipRunOptions): Promise<SipRun> {
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const load = sipAccount('load', {
    ...{ systemId: 'load', addresses: ['127.0.0.1'], ipOnly: true },
    ...{ customer: 'acme-inc', product: 'retail' },
  })
  const scenario = await startScenario(
    sipScenario({
      vendors: [{ receipts: false, keep: 1_000_000, latencyMs: 20 }],
      accounts: [load, sipAccount('bob')],
      connections: [{ window: 200 }],
      tariffs: [
        {
          id: 'retail',
          rates: [
            { destination: 'ONNET', price: '0' },
            { prefix: '', price: '0.01' },
          ],
        },
      ],
      more: {
        currency: 'EUR',
        customers: [{ id: 'acme-inc', billing: 'postpaid', creditLimit: '1000000' }],
        products: [{ id: 'retail', tariff: 'retail' }],
      },
      set: { 'sip.listeners': `udp://127.0.0.1:${port}` },
    }),
  )
  const { vendor, data } = scenario
  const phone = await Phone.start({ user: 'bob', daemon: scenario.daemon })
  if ((await phone.register(3600)).status !== 200) throw new Error('the phone could not register')
  const sender = await SipSender.start(port)
  const restartMs: number[] = []
  let remembered = 0
  try {
    // Each number once, so that a record tells which request its message came by; every fifth goes to the phone.
    const toOf = (i: number): string => (i % 5 === 4 ? `sip:bob@${domain}` : `sip:+${firstNumber + i}@${smsDomain}`)
    sender.run(options.perSecond, toOf)
    const [least, most] = options.between
    for (const kind of options.kills) {
      const goal = sender.answered + least + Math.floor(Math.random() * (most - least))
      await when(sender.events, 'answer', () => sender.answered >= goal, `${goal} answers`, options.settleMs)
      const { pid } = scenario.daemon
      if (kind === 'committed') atNextCommit(data, () => process.kill(pid, 'SIGKILL'))
      const fromMs = performance.now()
      await scenario.restart('SIGKILL')
      restartMs.push(Math.round(performance.now() - fromMs))
      remembered += await scenario.daemon.metric('smswitch_sip_transactions_kept')
    }
    sender.pause()
    await when(sender.events, 'answer', () => sender.waiting === 0, 'an answer to each request', options.settleMs)
    // What is over has been taken by the vendor or the phone, and so is in their lists.
    await scenario.daemon.metricWhen((n) => n === 0, 'smswitch_store_messages')
    await scenario.daemon.stop()
  } finally {
    sender.close()
  }
  const arrived = new Map<string, number>()
  for (const text of [...vendor.received.map((each) => each.text), ...phone.texts])
    arrived.set(text, (arrived.get(text) ?? 0) + 1)
  const { records } = await readBooks(data, 'acme-inc')
  const messages = new Map<string, Set<unknown>>()
  for (const { destination, message } of records) {
    const ids = messages.get(String(destination)) ?? new Set()
    messages.set(String(destination), ids.add(message))
  }
  const accepted = sender.entries.filter(({ status }) => status === 202)
  return {
    sent: sender.entries.length,
    repeated: sender.entries.filter(({ times }) => times > 1).length,
    otherStatuses: sender.entries.filter(({ status }) => status !== 202).map(({ status }) => status),
    lost: accepted.filter(({ text }) => !arrived.has(text)).map(({ text }) => text),
    twice: [...messages].filter(([to, ids]) => to.startsWith('4477') && ids.size > 1).map(([to]) => to),
    doubled: [...arrived.values()].filter((count) => count > 1).length,
    remembered,
    restartMs,
  }
}

// `smswitch trace`: what holds or held up one message of a running switch, by its admin API.
import type { TraceAnswer } from '../admin/trace-schemas.js'
import { clientOptions, createAsk } from './api-client.js'
import type { OptionValues } from './args.js'
import { exitCodes, textTable, type Output } from './output.js'

type Entry = TraceAnswer['entries'][number]
type Waiting = NonNullable<TraceAnswer['waiting']>

export const traceCommand = {
  name: 'trace',
  summary: 'Shows which limit holds or held up a message, and how long.',
  options: clientOptions,
  arguments: ['MESSAGE_ID'],
  async run(values: OptionValues<typeof clientOptions>, output: Output, args: readonly string[]): Promise<number> {
    const path = `/v1/messages/${encodeURIComponent(args[0] ?? '')}/trace`
    const answer = await createAsk(values, process.env)<TraceAnswer>(path)
    output.print(traceText(answer), answer)
    return exitCodes.done
  },
}

const states: Readonly<Record<string, string>> = {
  waiting: 'waits',
  underWay: 'is under way: sent, and not answered',
  left: 'has left; its end is not known yet',
}

/** For people. */
export function traceText({ message, state, waiting, entries, dropped, end }: TraceAnswer): string {
  const head = end === undefined ? (states[state] ?? state) : `${end.state} at ${end.at}`
  return [
    `message ${message}: ${head}`,
    ...(waiting === undefined ? [] : waitingText(waiting)),
    ...(entries.length === 0 ? [] : ['', textTable(['what', 'limit', 'time', 'from', 'to', 'of'], entries.map(cells))]),
    ...(dropped === 0 ? [] : ['', `${dropped} entries before these are forgotten`]),
  ].join('\n')
}

function waitingText({ by, due, before, connections, held, ...of }: Waiting): readonly string[] {
  const until = by?.notBefore === undefined ? '' : `; nothing leaves before ${by.notBefore}`
  return [
    by === undefined ? 'no limit holds it up now' : `it waits for ${by.limit} since ${by.since}${until}`,
    `due at ${due}, ${before} before it in its lane (${ofText(of)}), by ${connections.join(', ') || 'none'}`,
    ...held.map(({ limit, ms }) => `held up by ${limit} for ${seconds(ms)} so far`),
  ]
}

function cells(entry: Entry): readonly string[] {
  const { kind, limit = '', ms = 0, times = 1, from, to, at, reason = '', code } = entry
  if (kind === 'failed') return [`failed: ${reason}${code === undefined ? '' : ` (${code})`}`, limit, '', at ?? '', '', ofText(entry)] // prettier-ignore
  const what = times === 1 ? 'held' : `held ${times} times`
  return [what, limit, seconds(ms), from ?? '', to ?? '', ofText(entry)]
}

function ofText({ account, number, campaign, carrier }: Pick<Entry, 'account' | 'number' | 'campaign' | 'carrier'>) {
  return [
    ...(campaign === undefined ? [] : [`campaign ${campaign}`]),
    ...(carrier === undefined ? [] : [`carrier ${carrier}`]),
    ...(number === undefined ? [] : [`number ${number}`]),
    `account ${account}`,
  ].join(', ')
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 })} s`
}

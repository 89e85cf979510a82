// `smswitch campaign send FILE.csv`: a text to each number of a sheet, from a powerpack, over the HTTP API. It pauses, and goes on where it
// was, also after a crash; nothing is sent twice.
import { createHash } from 'node:crypto'
import { createAsk } from './api-client.js'
import type { CommandSpec, OptionValues } from './args.js'
import { apiOptions, createApiClient, type ApiClient } from './campaign-client.js'
import { askCost, askPool, costAt, durationWords, paceOf, type CostEstimate, type PaceEstimate, type PoolShape } from './campaign-estimate.js' // prettier-ignore
import { CampaignSender, type Ended } from './campaign-sender.js'
import { campaignRequests, campaignRows, parseTemplate, totalsOf, type CampaignRequest, type Totals } from './campaign-sheet.js' // prettier-ignore
import { CampaignRecord, failedOf } from './campaign-state.js'
import { CommandFailure, exitCodes, type Output } from './output.js'
import { progressOf } from './progress.js'
import { BadSheet, listed, openSheet, readSheetText } from './sheet.js'

const options = {
  ...apiOptions,
  powerpack: { kind: 'text', value: 'UUID', doc: 'whose numbers send', required: true },
  text: { kind: 'text', value: 'TEXT', doc: 'with {name} for the column name', required: true },
  rate: { kind: 'number', min: 1, max: 100_000, doc: 'messages a second; the pace of the numbers if not said' },
  concurrency: { kind: 'number', min: 1, max: 64, doc: 'requests that are out at a time; 8 if not said' },
  expiry: { kind: 'number', min: 5, max: 10_800, doc: 'seconds that a message may wait; 10800 if not said' },
  'callback-url': { kind: 'text', value: 'URL', doc: 'told of each change of each message' },
  'dry-run': { kind: 'flag', doc: 'only say what would be sent, what it costs and how long it takes' },
  'skip-bad': { kind: 'flag', doc: 'leave bad lines out; without it one is enough and nothing is sent' },
  price: { kind: 'text', value: 'PRICE', doc: 'of a segment, for the cost' },
  'admin-url': {
    kind: 'text',
    value: 'URL',
    doc: 'the admin server, asked for the prices of --account, with --token-…',
  },
  account: { kind: 'text', value: 'ID', doc: 'whose prices are asked for' },
  'token-env': { kind: 'text', value: 'NAME', doc: 'the variable with the admin token; SMSWITCH_TOKEN if not said' },
  'token-file': { kind: 'text', value: 'FILE', doc: 'the file whose first line is the admin token' },
} as const satisfies CommandSpec['options']

type Values = OptionValues<typeof options>

/** As many as the API takes. */
const AT_ONCE = 1000
const CONCURRENCY = 8
const PATIENCE_MS = 10 * 60_000
const SAVE_MS = 1_000

export const campaignSendCommand = {
  name: 'campaign send',
  summary: 'Sends a text to each number of a CSV sheet from a powerpack; pauses and goes on, and sends nothing twice.',
  options,
  arguments: ['FILE'],
  async run(values: Values, output: Output, args: readonly string[]): Promise<number> {
    const file = args[0] ?? ''
    const csv = readSheetText(file)
    const sheet = openSheet(csv)
    const template = parseTemplate(values.text, sheet.names)
    const totals = totalsOf(campaignRows(sheet, template), AT_ONCE)
    const bad = totals.mistakes
    if (bad.length > 0 && !values['skip-bad'] && !values['dry-run'])
      throw new BadSheet(`the sheet has ${bad.length} mistake(s); nothing was sent`, bad)
    const api = createApiClient(values, process.env)
    const pool = await askPool(api, values.powerpack)
    const pace = paceOf(pool, totals.byCountry)
    if (pace === undefined)
      throw new CommandFailure('noNumbers', `powerpack ${pool.name} has no number that can send to all of the phones`)
    if (values['dry-run']) {
      printDryRun(output, totals, pool, pace, await costOf(values, pool, totals), values.rate)
      return exitCodes.done
    }
    const state = `${file}.state`
    const fingerprint = fingerprintOf(csv, values, api)
    const record = CampaignRecord.open(state, fingerprint, sheet.names, () => Date.now())
    const requests = campaignRequests(campaignRows(sheet, template), AT_ONCE)
    const ended = await send(requests, record, api, values, totals, pace, output)
    return printEnd(output, ended, record, totals, file)
  },
}

/** What, if it were another, would make it another campaign. */
function fingerprintOf(csv: string, values: Values, { authId }: ApiClient): string {
  const { powerpack, text, expiry = 0, 'callback-url': callback = '', url = '' } = values
  const sent = JSON.stringify([csv, powerpack, text, expiry, callback, authId, url])
  return createHash('sha256').update(sent).digest('hex')
}

async function send(
  requests: Iterable<CampaignRequest>,
  record: CampaignRecord,
  api: ApiClient,
  { powerpack, rate, concurrency = CONCURRENCY, expiry, 'callback-url': callback }: Values,
  { messages }: Totals,
  { perSecond }: PaceEstimate,
  output: Output,
): Promise<Ended> {
  const progress = progressOf(output, 'messages', messages)
  const pausing = new AbortController()
  const pause = (): void => pausing.abort()
  // A second signal ends it at once: what is out then is sent again, under its key, by the next start.
  process.once('SIGINT', pause).once('SIGTERM', pause)
  let note = ''
  const show = (): void => progress.show(record.counts.accepted + record.counts.failed, note)
  let savedMs = performance.now()
  const common = { powerpack_uuid: powerpack, ...(expiry !== undefined && { message_expiry: expiry }), ...(callback !== undefined && { url: callback }) } // prettier-ignore
  const sender = new CampaignSender(
    requests,
    record,
    {
      post: (request) =>
        api.post(
          '/Message/',
          { ...common, dst: request.rows.map(({ to }) => to).join('<'), text: request.text },
          record.keyOf(request),
        ),
      nowMs: () => performance.now(),
      wait: (ms) => waited(ms, pausing.signal),
      isPausing: () => pausing.signal.aborted,
      onNote: (said) => {
        note = said
        show()
      },
      onSettled: () => {
        show()
        if (performance.now() - savedMs < SAVE_MS) return
        record.save()
        savedMs = performance.now()
      },
    },
    { concurrency, rate: rate ?? Math.max(1, perSecond), patienceMs: PATIENCE_MS },
  )
  show()
  let ended: Ended | undefined
  try {
    ended = await sender.run()
    return ended
  } finally {
    process.off('SIGINT', pause).off('SIGTERM', pause)
    progress.end()
    record.close(ended?.kind === 'done')
  }
}

/** At most a minute at a time: a machine may sleep meanwhile. */
function waited(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, Math.min(ms, 60_000))
    signal.addEventListener('abort', end)
  })
}

async function costOf(values: Values, pool: PoolShape, totals: Totals): Promise<CostEstimate | undefined> {
  const { price, account, 'admin-url': url } = values
  if (price !== undefined) return costAt(price, totals)
  if (account === undefined) return undefined
  return askCost(createAsk({ ...values, url }, process.env), account, pool.sample, totals)
}

function printDryRun(
  output: Output,
  { messages, segments, gsm, ucs2, requests, mistakes }: Totals,
  { name }: PoolShape,
  pace: PaceEstimate,
  cost: CostEstimate | undefined,
  rate: number | undefined,
): void {
  const seconds = Math.max(pace.seconds, rate === undefined ? 0 : messages / rate)
  const report = { messages, segments, gsm, ucs2, requests, seconds, cost: cost ?? null, mistakes }
  const without = cost === undefined || cost.unpriced === 0 ? '' : `; ${cost.unpriced} segments have no price`
  const costWords = cost === undefined ? 'unknown; --price or --account tells' : `${cost.amount}${cost.currency === '' ? '' : ` ${cost.currency}`}, ${cost.words}${without}` // prettier-ignore
  const lines = [
    `messages   ${messages} from powerpack ${name}, in ${requests} request(s)`,
    `segments   ${segments}`,
    `encodings  GSM 7 bit ${gsm}, UCS-2 ${ucs2}`,
    `cost       ${costWords}`,
    `duration   ${durationWords(seconds)} at least: ${pace.words}${rate === undefined ? '' : `, --rate ${rate}`}`,
  ]
  if (mistakes.length > 0) lines.push(`${mistakes.length} mistake(s):${listed(mistakes)}`)
  output.print(lines.join('\n'), report)
}

/** @returns the exit code. @throws CommandFailure where it paused */
function printEnd(output: Output, ended: Ended, record: CampaignRecord, totals: Totals, file: string): number {
  const { accepted, segments, failed, startedAt } = record.counts
  const left = totals.messages - accepted - failed
  const failedFile = failedOf(`${file}.state`)
  const sums = `${accepted} accepted (${segments} segments), ${failed} failed, ${left} left`
  const where = failed === 0 ? '' : `\nthose that failed are in ${failedFile}`
  if (ended.kind === 'paused') {
    const why = ended.why === '' ? '' : `: ${ended.why}`
    throw new CommandFailure('paused', `paused${why}\n${sums}${where}\nthe same command goes on from there (${file}.state says how far it is)`) // prettier-ignore
  }
  output.print(`${sums}; begun at ${startedAt}${where}`, {
    ...{ accepted, segments, failed, left, startedAt, ...(failed > 0 && { failedFile }) },
    mistakes: totals.mistakes,
  })
  return failed === 0 ? exitCodes.done : exitCodes.failed
}

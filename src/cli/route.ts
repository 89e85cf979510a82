// `smswitch route`: which way a message would go by a directory file, and why. It sends nothing and asks no
// link: how those stand is said on the command line.
import { compileDirectory } from '../directory/compile.js'
import type { Snapshot } from '../directory/snapshot.js'
import { explainSending, type SendingExplanation } from '../directory/explain.js'
import { momentOf } from '../money/moment.js'
import type { AccountId, ConnectionId } from '../message/ids.js'
import { nearest } from '../lib/nearest.js'
import { formatAmount } from '../money/amount.js'
import type { Standing } from '../money/candidates.js'
import { formatNetwork, parseNetwork } from '../phone/network.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, textTable, type Output } from './output.js'
import { readDirectory } from './read-directory.js'
import { readProviders } from './read-providers.js'
import { findNetwork } from './route-lookup.js'

const options = {
  directory: { kind: 'text', value: 'FILE', doc: 'accounts, vendors, tariffs, policies', required: true },
  account: { kind: 'text', value: 'ID', doc: 'who sends', required: true },
  from: { kind: 'text', value: 'NUMBER', doc: 'as the account writes it', required: true },
  to: { kind: 'text', value: 'NUMBER', doc: 'as the account writes it', required: true },
  domain: { kind: 'text', value: 'DOMAIN', doc: "of the To; the account's if not said" },
  network: { kind: 'text', value: 'E.212-MCC-MNC', doc: 'what a lookup would say; nobody is asked then' },
  providers: { kind: 'text', value: 'FILE', doc: 'lookup providers (lookup.file); its tables say the network' },
  lookup: { kind: 'flag', doc: 'ask the other providers of that file as well' },
  down: { kind: 'texts', value: 'ID', doc: 'a connection whose link is down; may be repeated' },
  full: { kind: 'texts', value: 'ID', doc: 'a connection that has reached its capacity; may be repeated' },
  resting: { kind: 'texts', value: 'ID', doc: 'a connection that rests after poor success; may be repeated' },
  chance: {
    kind: 'text',
    value: 'SHARE',
    doc: 'from 0 to below 1: which of equal connections comes first; 0 if not said',
  },
  at: { kind: 'text', value: 'MOMENT', doc: 'such as 2027-01-31 or 2027-01-31T12:00:00Z; now if not said' },
} as const satisfies CommandSpec['options']

/** Prints the policy, the translations, the price and all candidates in order; exit code 0 also where there is no route. */
export const routeCommand = {
  name: 'route',
  summary: 'Explains which way a message would go, what it costs, and why not another way.',
  options,
  async run(values: OptionValues<typeof options>, output: Output): Promise<number> {
    const report = await routeReport(values, process.env, Date.now())
    output.print(printed(report), report)
    return exitCodes.done
  },
}

/** @throws CommandFailure for a file with mistakes, an unknown account or connection, or a network, moment or chance that is none */
export async function routeReport(
  values: OptionValues<typeof options>,
  env: NodeJS.ProcessEnv,
  nowMs: number,
): Promise<SendingExplanation> {
  const wallMs = values.at === undefined ? nowMs : momentOf(values.at)
  if (wallMs === undefined)
    throw new CommandFailure('wrongUsage', `--at ${values.at} is no moment, such as 2027-01-31T12:00:00Z`)
  const network = values.network === undefined ? undefined : parseNetwork(values.network)
  if (values.network !== undefined && network === undefined)
    throw new CommandFailure('wrongUsage', `--network ${values.network} is no network, such as E.212-310-410`)
  const snapshot = compileDirectory(readDirectory(values.directory, env))
  const account = snapshot.account(values.account as AccountId)
  if (account === undefined) {
    const meant = nearest(
      values.account,
      snapshot.accounts().map(({ id }) => id),
    )
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    throw new CommandFailure('noAccount', `${values.directory} has no account ${values.account}${hint}`)
  }
  const chance = chanceOf(values.chance)
  const standingOf = standingsOf(values, snapshot)
  const { from, to, domain } = values
  const question = { account, from, to, domain, network, wallMs, chance, standingOf }
  const report = explainSending(snapshot, question)
  const { called, policies } = report
  const policy = snapshot.policies().find(({ id }) => policies.some((one) => one.isChosen && one.id === id))
  if (policy?.hlr === undefined) return report
  if (network !== undefined) return { ...report, lookup: `${formatNetwork(network)}, as said by --network` }
  const providers = readProviders(values.providers ?? '', env)
  const found = await findNetwork(policy, called, providers, values.lookup)
  return explainSending(snapshot, {
    ...question,
    network: found.network,
    lookup: found.words,
    lookupRefusal: found.refusal,
  })
}

function chanceOf(text: string | undefined): number {
  if (text === undefined) return 0
  const chance = /^0?\.[0-9]+$|^0$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(chance)) throw new CommandFailure('wrongUsage', `--chance ${text} is not from 0 to below 1`)
  return chance
}

function standingsOf(
  { down, full, resting }: Pick<OptionValues<typeof options>, 'down' | 'full' | 'resting'>,
  snapshot: Snapshot,
): (connection: ConnectionId) => Standing {
  // One that is down is that, whatever else it is.
  const standings = new Map<string, Standing>([
    ...full.map((id) => [id, 'full'] as const),
    ...resting.map((id) => [id, 'resting'] as const),
    ...down.map((id) => [id, 'linkDown'] as const),
  ])
  for (const id of standings.keys())
    if (snapshot.connection(id as ConnectionId) === undefined)
      throw new CommandFailure('noConnection', `there is no connection ${id}`)
  return (connection) => standings.get(connection) ?? 'ready'
}

function printed(report: SendingExplanation): string {
  const { called, calling, domain, network, lookup, candidates } = report
  const byNetwork = network === undefined ? '' : `, network ${network}`
  const sections = [
    `from ${calling} to ${called}, domain ${domain}${byNetwork}`,
    ...section('translations', translationLines(report)),
    ...section(
      'policies',
      report.policies.map(({ id, priority, isChosen, words }) => [isChosen ? '→' : ' ', id, priority, words]),
      ['', 'policy', 'priority', 'why'],
    ),
    ...(report.plan === undefined ? [] : [`plan ${report.plan}`]),
    ...(lookup === undefined ? [] : [`lookup: ${lookup}`]),
    `the customer pays ${report.priceWords}`,
    ...section(
      'candidates',
      candidates.map(({ place, connection, vendor, costMicros, words }) => [
        place === 0 ? 'out' : place,
        connection,
        vendor,
        costMicros === undefined ? '-' : formatAmount(costMicros),
        words,
      ]),
      ['place', 'connection', 'vendor', 'cost', 'why'],
    ),
    ...(report.notOfPolicy.length === 0 ? [] : [`not of this policy: ${report.notOfPolicy.join(', ')}`]),
    verdict(report),
  ]
  return sections.join('\n\n')
}

function translationLines({ translations, leaving }: SendingExplanation): (string | number)[][] {
  const line = (where: string, one: SendingExplanation['translations'][number]): string[] => [
    where,
    one.number,
    one.before,
    one.after,
    one.rules.join('; '),
  ]
  return [
    ...translations.filter(({ before, after }) => before !== after).map((one) => line('from the account', one)),
    ...leaving.map((one) => line(`to ${one.connection}`, one)),
  ]
}

function section(
  title: string,
  rows: readonly (readonly (string | number)[])[],
  head: readonly string[] = ['where', 'number', 'before', 'after', 'by'],
): string[] {
  return rows.length === 0 ? [] : [`${title}\n${textTable(head, rows)}`]
}

function verdict({ refusals, policies, candidates, called, onNet }: SendingExplanation): string {
  if (refusals.length > 0) return `refused: ${refusals.join('; ')}`
  if (!policies.some(({ isChosen }) => isChosen)) return `refused: no policy covers ${called}`
  if (onNet !== undefined) return `stays in the network: to account ${onNet}`
  const route = candidates.filter(({ place }) => place > 0).map(({ connection }) => connection)
  return route.length === 0 ? `refused: no route to ${called}` : `route: ${route.join(', ')}`
}

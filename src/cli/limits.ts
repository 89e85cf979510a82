// `smswitch limits`: how far each limit of a campaign is used in a running switch, by its admin API; and what others sent for its brand.
import type { LimitsAnswer } from '../admin/limit-schemas.js'
import { clientOptions, createAsk, type Ask } from './api-client.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, type Output } from './output.js'

const options = {
  ...clientOptions,
  campaign: { kind: 'text', value: 'ID', doc: 'the campaign; needed' },
  elsewhere: {
    kind: 'number',
    value: 'N',
    min: 0,
    max: 1_000_000_000,
    doc: 'first say that others have sent so many segments to T-Mobile for its brand today, in all',
  },
} as const satisfies CommandSpec['options']

type CarrierAnswer = LimitsAnswer['carriers'][number]
type LimitAnswer = CarrierAnswer['limits'][number]
type DayAnswer = CarrierAnswer['days'][number]

export const limitsCommand = {
  name: 'limits',
  summary: 'Shows how far each limit of a campaign is used now, and what waits for it.',
  options,
  async run(values: OptionValues<typeof options>, output: Output): Promise<number> {
    const { campaign, elsewhere } = values
    if (campaign === undefined) throw new CommandFailure('wrongUsage', 'say whose limits with --campaign ID')
    const ask = createAsk(values, process.env)
    const limits = (): Promise<LimitsAnswer> => ask(`/v1/campaigns/${encodeURIComponent(campaign)}/limits`)
    let answer = await limits()
    if (elsewhere !== undefined) {
      await report(ask, answer, elsewhere)
      answer = await limits()
    }
    output.print(limitsText(answer), answer)
    return exitCodes.done
  },
}

/** Of the day that is on now: one that has ended meanwhile is refused. */
async function report(ask: Ask, { brand, carriers }: LimitsAnswer, segments: number): Promise<void> {
  const day = carriers.flatMap(({ days }) => days).find(({ key }) => key.startsWith('tmobile:'))?.day
  await ask(
    `/v1/brands/${encodeURIComponent(brand)}/usage`,
    { method: 'POST', body: JSON.stringify({ segments, ...(day !== undefined && { day }) }) },
    { 'content-type': 'application/json' },
  )
}

/** A table for people. */
export function limitsText(answer: LimitsAnswer): string {
  const { campaign, brand, sharedBy, atCap, at, carriers, accounts } = answer
  const rows: string[][] = [['carrier', 'limit', 'most', 'free now', 'waiting']]
  for (const { carrier, waiting, days, limits, eachNumber, numbers } of carriers) {
    const own = [
      ...days.map((day) => dayCells(day)),
      ...limits.map((limit) => [nameOf(limit), mostOf(limit), roomOf(limit)]),
      ...(eachNumber === undefined ? [] : [['each number', `${figure(eachNumber.perSecond)}/s`, '']]),
    ]
    const lines = own.length === 0 ? [['', '', '']] : own
    lines.forEach((cells, at) => rows.push([at === 0 ? carrier : '', ...cells, at === 0 ? String(waiting) : '']))
    for (const { number, waiting: ofNumber, limits: each } of numbers)
      for (const limit of each) rows.push(['', `number ${number}`, mostOf(limit), roomOf(limit), String(ofNumber)])
  }
  for (const { account, limits } of accounts)
    for (const limit of limits) rows.push(['', `account ${account}`, mostOf(limit), roomOf(limit), ''])
  const lines = [
    `campaign ${campaign} of brand ${brand} at ${at}, in segments`,
    `rates are the ${sharedBy}’s; beyond a day’s cap messages ${atCap === 'hold' ? 'wait for midnight' : 'fail'}`,
    '',
    ...table(rows),
    ...daysText(carriers),
    ...heldText(carriers),
  ]
  return lines.join('\n')
}

function nameOf({ kind, name }: LimitAnswer): string {
  return kind === 'rate' ? 'rate' : kind === 'minute' ? 'minute' : name
}

function mostOf({ kind, limit, name }: LimitAnswer): string {
  return `${figure(limit)}/${kind === 'minute' || name.endsWith(', minute') ? 'min' : 's'}`
}

function roomOf({ room }: LimitAnswer): string {
  return room < 0 ? `owes ${figure(-room)}` : figure(room)
}

function dayCells({ cap, used }: DayAnswer): string[] {
  if (cap === undefined) return ['day', 'no cap', '']
  return ['day', `${figure(cap)}/day`, `${figure(Math.max(0, cap - used))} (${percent(used, cap)} used)`]
}

function daysText(carriers: readonly CarrierAnswer[]): readonly string[] {
  const days = new Map(carriers.flatMap(({ days: each }) => each.map((day) => [day.key, day] as const)))
  return [...days.values()].flatMap(({ key, day, recorded, underWay, elsewhere, endsAt }) => [
    '',
    `${key} on ${day}: ${figure(recorded)} sent, ${figure(underWay)} under way, ${figure(elsewhere)} sent by others; ends at ${endsAt}`,
  ])
}

function heldText(carriers: readonly CarrierAnswer[]): readonly string[] {
  const lines = carriers.flatMap(({ carrier, held }) =>
    held.map(
      ({ by, lanes, messages, since }) => `to ${carrier}: ${figure(messages)} messages of ${lanes} lane(s) wait for ${by} since ${since}`, // prettier-ignore
    ),
  )
  return lines.length === 0 ? [] : ['', ...lines]
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

function figure(count: number): string {
  const rounded = Math.round(count * 1000) / 1000
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

function percent(part: number, whole: number): string {
  // All of it is used when nothing is left, not when it rounds so.
  return `${Math.floor((part * 100) / whole)}%`
}

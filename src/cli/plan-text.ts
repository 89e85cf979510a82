// A plan for people: sums, a table of carriers, a timeline with the midnights of Los Angeles, what would shorten it. It asks nobody.
import type { PlanAnswer } from '../admin/plan-schemas.js'
import { PACIFIC } from '../tendlc/day-calendar.js'
import { textTable } from './output.js'

type Held = PlanAnswer['held'][number]
type Figure = PlanAnswer['binding'][number]['limits'][number]

const BAR = 30
const carrierWords: Readonly<Record<string, string>> = {
  att: 'AT&T',
  tmobile: 'T-Mobile',
  verizon: 'Verizon',
  uscellular: 'US Cellular',
  minor: 'minor carriers',
  unknown: 'not known',
  abroad: 'abroad',
}

const moment = new Intl.DateTimeFormat('en-CA', {
  ...{ timeZone: PACIFIC, hourCycle: 'h23' },
  ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
})

export function planText(plan: PlanAnswer): string {
  return [
    sumsText(plan),
    textTable(
      ['carrier', 'messages', 'segments', 'cost', 'first leaves', 'last leaves', 'held longest by'],
      plan.byCarrier.map(({ carrier, messages, segments, price = '-', firstAt, lastAt, held }) => [
        ...[carrierWords[carrier] ?? carrier, messages, segments, price],
        ...[firstAt === undefined ? 'never' : clock(firstAt), lastAt === undefined ? 'never' : clock(lastAt)],
        held[0] === undefined ? 'nothing' : `${limitWords(held[0])}, ${lengthWords(held[0].seconds)}`,
      ]),
    ),
    ...(plan.held.length === 0 ? [] : [heldText(plan.held)]),
    ...(plan.timeline.length === 0 ? [] : [timelineText(plan)]),
    ...listText('what makes it so long', plan.binding.map(bindingWords)),
    ...listText('what would shorten it', plan.shorter.map(shorterWords)),
  ].join('\n\n')
}

function listText(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [[title, ...lines.map((line) => `  ${line}`)].join('\n')]
}

function sumsText(plan: PlanAnswer): string {
  const { messages, segments, price, currency, unpriced, endAt, seconds = 0 } = plan
  const without = unpriced > 0 && price !== undefined ? `; ${unpriced} segments have no price` : ''
  return [
    `campaign  ${plan.campaign} of brand ${plan.brand}, account ${plan.account}, ${plan.numbers} number(s)`,
    `messages  ${messages}`,
    `segments  ${segments}`,
    `cost      ${price === undefined ? 'unknown: no segment has a price' : `${price} ${currency}`}${without}`,
    `begins    ${clock(plan.startAt)} in Los Angeles, ${plan.startAt}`,
    `ends      ${endAt === undefined ? 'never: nothing can leave' : `${clock(endAt)} in Los Angeles, ${endAt}, after ${lengthWords(seconds)}`}`,
    ...warnings(plan).map((warning) => `warning   ${warning}`),
  ].join('\n')
}

function warnings({ tooLate, lifeSeconds, failed, never, messages }: PlanAnswer): string[] {
  const life = lengthWords(lifeSeconds)
  return [
    ...(tooLate > 0 ? [`${tooLate} message(s) would wait longer than ${life}, and be refused or expire: send ${messages - tooLate - failed - never} at a time`] : []), // prettier-ignore
    ...(failed > 0 ? [`${failed} message(s) fail at the cap of the day: with atCap hold they would wait for midnight`] : []), // prettier-ignore
    ...(never > 0 ? [`${never} message(s) do not leave within a year`] : []),
  ]
}

function heldText(held: readonly Held[]): string {
  const rows = held.map((one) => [limitWords(one), lengthWords(one.seconds), clock(one.from), clock(one.to)])
  return textTable(['limit', 'holds', 'from', 'to'], rows)
}

function timelineText({ timeline, midnights }: PlanAnswer): string {
  const most = Math.max(1, ...timeline.map(({ sent }) => sent))
  const cells = timeline.map(({ from, sent, waiting, limit }) => [
    ...[clock(from), sent, waiting],
    ...['#'.repeat(Math.ceil((sent / most) * BAR)).padEnd(BAR), limit ?? ''],
  ])
  const [head = '', ...lines] = textTable(['from (Los Angeles)', 'leave', 'wait', ''.padEnd(BAR), 'held by'], cells).split('\n') // prettier-ignore
  const drawn = [head]
  let next = 0
  /** Those up to a moment that are not drawn yet. */
  const drawMidnights = (isThere: (at: string) => boolean): void => {
    for (; next < midnights.length && isThere(midnights[next]!.at); next++)
      drawn.push(`-- midnight in Los Angeles, ${midnights[next]!.waiting} wait ${'-'.repeat(BAR)}`)
  }
  for (const [index, line] of lines.entries()) {
    const { from, to } = timeline[index]!
    drawMidnights((at) => at <= from)
    drawn.push(line)
    // Long stretches have some within.
    drawMidnights((at) => at < to)
  }
  return drawn.map((line) => line.trimEnd()).join('\n')
}

function bindingWords({ limits, endAt, costs }: PlanAnswer['binding'][number], index: number): string {
  const names = limits.map(limitWords).join(' and ')
  const gain = costs === undefined ? '' : ` costs ${lengthWords(costs)}:`
  return `${index === 0 ? '' : 'then '}${names}${gain} without ${index === 0 ? 'it' : 'all of these'} it ends ${clock(endAt)}`
}

function shorterWords({ trustScore, endAt, sooner }: PlanAnswer['shorter'][number]): string {
  const change = trustScore === undefined ? 'a segment less in each longer message' : `a trust score of ${trustScore}`
  return `${change} would end it ${clock(endAt)}${sooner === undefined ? '' : `, ${lengthWords(sooner)} sooner`}`
}

/** `day of tmobile:ein:123456789` → `T-Mobile’s day (2000 segments)` */
function limitWords({ limit, kind, most }: Figure): string {
  const day = /^day of ([a-z]+):/.exec(limit)
  const name = day === null ? limit.replace(/, minute$/, '') : `${carrierWords[day[1]!] ?? day[1]!}’s day`
  if (most === undefined) return name
  const figure = Number(most.toFixed(3))
  const each = limit.startsWith('numbers') ? ' each' : ''
  return `${name} (${figure}${kind === 'day' ? ' segments' : kind === 'minute' ? ' a minute' : ' a second'}${each})`
}

/** `2026-11-23 12:00:00` in Los Angeles. */
function clock(at: string): string {
  return moment.format(new Date(at)).replace(', ', ' ')
}

function lengthWords(seconds: number): string {
  const whole = Math.round(seconds)
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return seconds > 0 ? 'less than 1 s' : '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

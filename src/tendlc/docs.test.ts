// docs/10dlc.md says what the tables do.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { brandOf, campaignOf } from './brand.suite.js'
import type { Campaign, UseCase } from './campaign.js'
import { carriers } from './carriers.js'
import { tradeCodeOf, codedReasons } from './codes.js'
import { limitsInForce, tmobileDayOf, type Pace } from './in-force.js'
import { learnedDefaults } from './learned-carriers.js'
import { senderPaceOf, type SenderKind } from './senders.js'
import { standingOf } from './standing.js'
import { readTables, shippedTables } from './tables.js'

const tables = shippedTables()
const page = readFileSync(new URL('../../docs/10dlc.md', import.meta.url), 'utf8')
const between = (name: string): string =>
  page.split(`<!-- ${name}:begin -->`)[1]?.split(`<!-- ${name}:end -->`)[0] ?? ''
const rowsOf = (name: string): readonly (readonly string[])[] =>
  between(name)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

const written = (pace: Pace | undefined, each = ''): string | undefined =>
  pace && `${+pace.perSecond.toFixed(3)}${each}${pace.perMinute === undefined ? '' : ` (${pace.perMinute})`}`

function limitsOf(brand: Parameters<typeof brandOf>[0], campaign: Partial<Campaign>): readonly string[] {
  const [who, what] = [brandOf(brand), campaignOf(campaign)]
  const { sms } = limitsInForce(who, what, tables)
  // Columns stand in the order of the carriers.
  const paces = carriers.map(
    (carrier) => written(sms[carrier].shared) ?? written(sms[carrier].perNumber, ' each') ?? 'any',
  )
  return [standingOf(who, what, tables).attClass, ...paces]
}

it('has the scores', () => {
  const starts = [...tables.scores.bands.map(({ from }) => from), undefined]
  const expected = starts.flatMap((from, at) => {
    const score = from === undefined ? 'none' : `${from}–${at === 0 ? 100 : starts[at - 1]! - 1}`
    return (['declared', 'mixed'] as const).map((useCase) => [
      score,
      useCase === 'mixed' ? 'mixed or marketing' : useCase,
      ...limitsOf({ trustScore: from }, { useCase }),
    ])
  })
  expect(rowsOf('scores')).toEqual(expected)
})

it('has the use cases', () => {
  const cases: readonly UseCase[] = [
    'lowVolumeMixed',
    'soleProprietor',
    ...(Object.keys(tables.useCases.special) as UseCase[]),
  ]
  expect(rowsOf('cases')).toEqual(cases.map((useCase) => [`\`${useCase}\``, ...limitsOf({}, { useCase })]))
})

it('has the days', () => {
  const cap = (brand: Parameters<typeof brandOf>[0]): string => {
    const segments = tmobileDayOf(brandOf(brand), tables)
    return segments === 'none' ? 'no cap' : segments.toLocaleString('en-US')
  }
  expect(rowsOf('day').map(([, segments]) => segments)).toEqual([
    cap({ trustScore: 75 }),
    cap({ trustScore: 50 }),
    cap({ trustScore: 25 }),
    cap({ trustScore: 24 }),
    cap({ kind: 'soleProprietor' }),
    cap({ isGovernment: true }),
  ])
})

it('has the other senders', () => {
  const kinds: readonly SenderKind[] = ['unregistered', 'tollFree', 'shortCode', 'shortCodeCanada', 'international']
  const profiles = ['usual', 'plivo', 'telnyx', 'azure'] as const
  expect(rowsOf('senders').map(([, ...paces]) => paces)).toEqual(
    kinds.map((kind) => profiles.map((profile) => written(senderPaceOf(kind, shippedTables(profile))))),
  )
})

it('has the codes', () => {
  expect(rowsOf('codes').map(([code, reason]) => [code, reason])).toEqual(
    [...codedReasons]
      .sort((a, b) => tables.codes[a] - tables.codes[b])
      .map((reason) => [`\`${tradeCodeOf(reason, tables)}\``, `\`${reason}\``]),
  )
  const { capWarnings } = tables.codes
  expect(page).toContain(`At ${Object.keys(capWarnings).slice(0, -1).join(', ')} and 100%`)
  expect(page).toContain(`(${Object.values(capWarnings).join(', ')})`)
})

it('has the bounds', () => {
  const { queues, useCases } = tables
  const text = page.replace(/\s+/g, ' ')
  for (const part of [
    `${queues.campaign.lifeSeconds / 3600} hours, ${queues.powerpack.lifeSeconds / 3600} for a`,
    `in the last ${learnedDefaults.ms / 86_400_000} days`,
    `up to ${learnedDefaults.phones.toLocaleString('en-US')} phones`,
    `Above ${useCases.numbersAdvised} numbers`,
  ])
    expect(text).toContain(part)
})

it('has an overlay that is right', () => {
  const json = between('overlay').replace(/```(json)?/g, '')
  const { tables: laid } = readTables('usual', JSON.parse(json))
  expect(laid?.attClasses.A.smsTpm).toBe(6000)
})

import { describe, expect, it } from 'vitest'
import { destinationsAllowed, sourcesAllowed } from '../../directory/allowed.js'
import type { SendingAccount } from '../../directory/snapshot.js'
import type { Failure } from '../../message/failure.js'
import type { AccountId } from '../../message/ids.js'
import type { Permitted } from '../stage.js'
import { screen } from './screen.js'

function rig() {
  const refused: string[] = []
  const message = (allowed: { sources?: string[]; destinations?: string[] }, from: string, to: string): Permitted =>
    ({
      account: {
        id: 'a',
        allowsSource: sourcesAllowed(allowed.sources ?? []),
        allowsDestination: destinationsAllowed(allowed.destinations ?? []),
      } as SendingAccount,
      submission: {
        source: { ton: 5, npi: 0, value: from },
        destination: { ton: 1, npi: 1, value: to },
        answer: { refused: ({ reason, cause }: Failure) => void refused.push(`${reason}: ${cause}`) },
      },
    }) as unknown as Permitted
  return { refused, message }
}

it('numbers that an account rents are its own, whatever its list says', () => {
  const { refused, message } = rig()
  const renters = new Map([
    ['14155550101', 'a' as AccountId],
    ['14155550102', 'b' as AccountId],
  ])
  const batch = [...renters.keys()].map((number) => message({ sources: ['x'] }, number, '14155559001'))
  expect(screen(batch, { renterOf: (called) => renters.get(called) })).toEqual(batch.slice(0, 1))
  expect(refused).toEqual(['sourceNotAllowed: account a may not send as "14155550102"'])
})

describe('a list that is stated lets nothing else pass', () => {
  it.each([
    [{ sources: ['Acme'] }, 'Acme', '447700900123', ''],
    [{ sources: ['Acme', '4477*'] }, '447700900123', '33612345678', ''],
    [{ sources: ['Acme'] }, 'acme', '447700900123', 'sourceNotAllowed: account a may not send as "acme"'],
    [{ sources: ['Acme'] }, '', '447700900123', 'sourceNotAllowed: account a may not send as ""'],
    [{ destinations: ['GB', '1555'] }, 'x', '447700900123', ''],
    [{ destinations: ['GB', '1555'] }, 'x', '15551234567', ''],
    [{ destinations: ['GB'] }, 'x', '33612345678', 'destinationNotAllowed: account a may not send to 33612345678'],
    [{ destinations: ['GB'] }, 'x', '40404', 'destinationNotAllowed: account a may not send to 40404'],
    [{ destinations: ['GB'] }, 'x', 'Acme', 'destinationNotAllowed: account a may not send to Acme'],
    [{ sources: ['y'], destinations: ['GB'] }, 'x', '33', 'sourceNotAllowed: account a may not send as "x"'],
  ])('%j: %j to %s: %j', (allowed, from, to, expected) => {
    const { refused, message } = rig()
    const one = message(allowed, from, to)
    expect(screen([one], {})).toEqual(expected === '' ? [one] : [])
    expect(refused.join()).toBe(expected)
  })
})

it('accounts without lists cost a look: their batch is as it is', () => {
  const { message } = rig()
  const batch = [message({}, 'anything', 'anywhere'), message({}, '', '')]
  expect(screen(batch, {})).toBe(batch)
})

it('of a batch those that may go on keep their order', () => {
  const { refused, message } = rig()
  const batch = [message({}, 'x', '1'), message({ sources: ['y'] }, 'x', '2'), message({ sources: ['x'] }, 'x', '3')]
  expect(screen(batch, {}).map(({ submission }) => submission.destination.value)).toEqual(['1', '3'])
  expect(refused).toHaveLength(1)
})

describe('a phone that wants nothing more from a number', () => {
  const hasOptedOut = (source: string, destination: string): boolean => source === '14155550100' && destination === '1'

  it('gets nothing from it, whoever sends', () => {
    const { refused, message } = rig()
    const batch = [message({}, '14155550100', '1'), message({}, '14155550100', '2'), message({}, 'x', '1')]
    expect(screen(batch, { hasOptedOut })).toEqual(batch.slice(1))
    expect(refused).toEqual(['optedOut: 1 wants nothing more from 14155550100'])
  })

  it('is told that its wish was heard; of a pack it is asked later', () => {
    const { refused, message } = rig()
    const one = message({}, '14155550100', '1')
    const saying = (more: object): Permitted => ({ ...one, submission: { ...one.submission, ...more } })
    const batch = [saying({ isAcknowledgement: true }), saying({ powerpack: 'p' })]
    expect(screen(batch, { hasOptedOut })).toBe(batch)
    expect(refused).toEqual([])
  })

  it('costs those a look who write to others', () => {
    const { message } = rig()
    const batch = [message({}, '14155550100', '2'), message({}, '', '')]
    expect(screen(batch, { hasOptedOut })).toBe(batch)
  })
})

import { describe, expect, it } from 'vitest'
import { failureReasons, passesSoon, type FailureReason } from '../../message/failure.js'
import { refusalOf, sipStatusByReason } from './statuses.js'

const reasons = Object.keys(failureReasons) as FailureReason[]

const field = (reason: FailureReason, name: string): string | undefined =>
  refusalOf(reason, 'sip.example.com', 5).fields?.find((each) => each.name === name)?.value

describe('the SIP status of a failure', () => {
  it.each([
    ['insufficientFunds', 402],
    ['customerBlocked', 403],
    ['sourceNotAllowed', 403],
    ['unknownUser', 404],
    ['noRoute', 404],
    ['tooLarge', 413],
    ['unsupportedContent', 415],
    ['queueFull', 480],
    ['invalidDestination', 484],
    ['throttled', 503],
    ['systemError', 503],
    ['stopping', 503],
  ] as const)('%s is %i', (reason, status) => expect(refusalOf(reason, 'a', 1).status).toBe(status))

  it.each(reasons)('%s is a refusal that a phone understands and no proxy takes for its own', (reason) => {
    const status = sipStatusByReason[reason]
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
    expect([401, 407, 408]).not.toContain(status)
    expect(field(reason, 'warning')).toBe(`399 sip.example.com "${failureReasons[reason].publicText}"`)
  })

  it.each(reasons.filter((reason) => sipStatusByReason[reason] === 503))('%s says when to come again', (reason) => {
    expect(passesSoon(reason)).toBe(true)
    expect(field(reason, 'retry-after')).toBe('5')
  })

  it('names what is taken where the type is the trouble', () => {
    expect(field('unsupportedContent', 'accept')).toBe('text/plain, message/cpim, message/imdn+xml')
    expect(field('unsupportedContent', 'accept-encoding')).toBe('identity')
    expect(field('tooLarge', 'accept')).toBeUndefined()
  })

  it.each(['expired', 'insufficientFunds', 'noRoute'] as const)('%s names no time', (reason) =>
    expect(field(reason, 'retry-after')).toBeUndefined(),
  )
})

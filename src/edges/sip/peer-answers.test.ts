import { describe, expect, it } from 'vitest'
import { answerOf, answerOfStatus, isThere, type PeerAnswer } from './peer-answers.js'

const words = (answer: PeerAnswer): string =>
  answer.kind === 'permanent'
    ? `${answer.state} ${answer.error}`
    : 'error' in answer
      ? `${answer.kind} ${answer.error}`
      : answer.kind

const none: ReadonlySet<number> = new Set()

describe('the answer of a peer', () => {
  it.each([
    [200, 'taken'],
    [202, 'taken'],
    [302, 'UNDELIVERABLE 302'],
    [401, 'challenged'],
    [403, 'REJECTED 403'],
    [404, 'UNDELIVERABLE 404'],
    [407, 'challenged'],
    [408, 'temporary 408'],
    [413, 'split'],
    [415, 'REJECTED 415'],
    [480, 'temporary 480'],
    [486, 'temporary 486'],
    [491, 'temporary 491'],
    [500, 'temporary 500'],
    [501, 'REJECTED 501'],
    [502, 'temporary 502'],
    [503, 'busy 503'],
    [504, 'temporary 504'],
    [513, 'split'],
    [603, 'REJECTED 603'],
    [604, 'UNDELIVERABLE 604'],
  ])('%i: %s', (status, expected) => {
    expect(words(answerOfStatus(status, none))).toBe(expected)
  })

  it.each([
    [480, 'UNDELIVERABLE 480'],
    [503, 'UNDELIVERABLE 503'],
    [401, 'UNDELIVERABLE 401'],
    [413, 'UNDELIVERABLE 413'],
    [403, 'REJECTED 403'],
  ])('%i is permanent where the connection says so: %s', (status, expected) => {
    expect(words(answerOfStatus(status, new Set([401, 403, 413, 480, 503])))).toBe(expected)
  })

  it('keeps when to come again', () => {
    expect(answerOfStatus(480, none, 7000)).toEqual({ kind: 'temporary', error: '480', retryAfterMs: 7000 })
    expect(answerOfStatus(500, none, 7000)).toMatchObject({ retryAfterMs: 7000 })
  })

  it('is silence where none came', () => {
    expect(answerOf({ kind: 'timeout' }, none)).toEqual({ kind: 'silent' })
    expect(answerOf({ kind: 'failed' }, none)).toEqual({ kind: 'silent' })
  })

  it('to OPTIONS says that somebody is there, whatever it is, but for a few', () => {
    expect([200, 401, 403, 404, 405, 481, 500, 501, 603].every(isThere)).toBe(true)
    expect([408, 502, 504].some(isThere)).toBe(false)
  })
})

import { describe, expect, it } from 'vitest'
import { parseMessage } from '../../sip/index.js'
import { meaningOf, meaningOfStatus, type Meaning } from './outcomes.js'

const words = (meaning: Meaning): string =>
  meaning.kind === 'over'
    ? `${meaning.state} ${meaning.error}${meaning.isEverywhere ? ' everywhere' : ''}`
    : meaning.kind

function answered(status: number, head = ''): Meaning {
  const text =
    `SIP/2.0 ${status} x\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n` +
    `Call-ID: 1\r\nCSeq: 1 MESSAGE\r\n${head}Content-Length: 0\r\n\r\n`
  const response = parseMessage(Buffer.from(text))
  if (response.kind !== 'response') throw new Error(JSON.stringify(response))
  return meaningOf({ kind: 'response', response })
}

describe('the end of a MESSAGE', () => {
  it.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [299, 'delivered'],
    [300, 'UNDELIVERABLE 300'],
    [302, 'UNDELIVERABLE 302'],
    [400, 'UNDELIVERABLE 400'],
    [401, 'challenged'],
    [402, 'REJECTED 402'],
    [403, 'REJECTED 403'],
    [404, 'UNDELIVERABLE 404'],
    [405, 'REJECTED 405'],
    [406, 'REJECTED 406'],
    [407, 'challenged'],
    [408, 'offline'],
    [410, 'UNDELIVERABLE 410'],
    [413, 'split'],
    [414, 'UNDELIVERABLE 414'],
    [415, 'REJECTED 415'],
    [416, 'UNDELIVERABLE 416'],
    [420, 'UNDELIVERABLE 420'],
    [430, 'offline'],
    [480, 'offline'],
    [481, 'UNDELIVERABLE 481'],
    [482, 'UNDELIVERABLE 482'],
    [483, 'UNDELIVERABLE 483'],
    [484, 'UNDELIVERABLE 484'],
    [486, 'offline'],
    [487, 'again'],
    [488, 'REJECTED 488'],
    [491, 'again'],
    [493, 'REJECTED 493'],
    [499, 'UNDELIVERABLE 499'],
    [500, 'again'],
    [501, 'REJECTED 501'],
    [502, 'offline'],
    [503, 'offline'],
    [504, 'offline'],
    [505, 'REJECTED 505'],
    [513, 'split'],
    [580, 'REJECTED 580'],
    [599, 'again'],
    [600, 'REJECTED 600 everywhere'],
    [603, 'REJECTED 603 everywhere'],
    [604, 'UNDELIVERABLE 604 everywhere'],
    [606, 'REJECTED 606 everywhere'],
    [699, 'REJECTED 699 everywhere'],
  ] as const)('by %i means %s', (status, meaning) => expect(words(answered(status))).toBe(meaning))

  it('never means nothing', () => {
    for (let status = 200; status < 700; status++) expect(meaningOfStatus(status).kind).toBeTruthy()
  })

  it.each(['timeout', 'failed'] as const)('by %s means that it may be tried again', (kind) =>
    expect(meaningOf({ kind })).toEqual({ kind: 'offline', retryAfterMs: undefined }),
  )

  it.each([
    ['Retry-After: 5\r\n', 5000],
    ['Retry-After: 120 (I am in a meeting);duration=3600\r\n', 120_000],
    ['Retry-After: 99999999\r\n', 86_400_000],
    ['Retry-After: soon\r\n', undefined],
    ['', undefined],
  ] as const)('reads %j', (head, retryAfterMs) =>
    expect(answered(503, head)).toEqual({ kind: 'offline', retryAfterMs }),
  )
})

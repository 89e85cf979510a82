import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { AccountId } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import { withFound, type Submission, type SubmissionAnswer } from './stage.js'

// Read by functions that are compiled from here on.
setFlagsFromString('--allow-natives-syntax')
const haveSameClass = runInThisContext('(a, b) => %HaveSameMap(a, b)') as (a: object, b: object) => boolean

const answer: SubmissionAnswer = { accepted() {}, refused() {}, withheld() {}, readmitted() {} }

function submission(more: Partial<Submission> = {}): Submission {
  return {
    sender: { kind: 'account', account: 'acme' as AccountId },
    link: {},
    source: { ton: 1, npi: 1, value: '' },
    destination: { ton: 1, npi: 1, value: '14155550528' },
    asSent: undefined,
    domain: '',
    content: { dataCoding: 0, udhi: false, octets: Uint8Array.of(104, 105) },
    sar: undefined,
    serviceType: '',
    protocolId: 0,
    priority: 0,
    replyPath: false,
    receiptRequest: receiptRequestOf(1),
    tlvs: [],
    userMessageReference: -1,
    validityMs: 5_000,
    scheduleMs: 0,
    answer,
    ...more,
  }
}

const found = {
  source: { ton: 1, npi: 1, value: '14155550100' },
  chosenSender: { number: '14155550100', pack: 'p' },
  chosenRows: [{ table: 'sent', key: 'k', text: '1' }],
  answer: { ...answer },
}

describe('withFound', () => {
  it('says what was found, and else what was there', () => {
    const before = submission({ powerpack: 'p', isAcknowledgement: true, kept: () => [], domain: 'sip.example' })
    expect(withFound(before, found)).toEqual({ ...before, ...found })
    expect(withFound(before, {})).toEqual(before)
    const limited = { number: '14155550100', campaign: 'c', carrier: 'att' }
    expect(withFound(withFound(before, found), { limited, validityMs: 1 })).toEqual({
      ...before,
      ...found,
      limited,
      validityMs: 1,
    })
  })

  it('gives all one hidden class', () => {
    const all = Array.from({ length: 100 }, () => withFound(submission(), found))
    const again = all.map((each) => withFound(each, { validityMs: 1 }))
    for (const each of [...all, ...again]) expect(haveSameClass(each, all[0]!)).toBe(true)
    expect(haveSameClass(submission(), all[0]!)).toBe(false)
  })
})

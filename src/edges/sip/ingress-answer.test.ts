import { describe, expect, it } from 'vitest'
import type { AnswerParts } from '../../sip/index.js'
import { SipAnswer, type AnswerDesk } from './ingress-answer.js'

interface Answered {
  readonly status: number
  readonly parts: AnswerParts | undefined
}

function rig() {
  const answered: Answered[] = []
  const counted: string[] = []
  const desk: AnswerDesk = {
    agent: 'sip.example.com',
    retryAfterS: 5,
    clock: { monotonicMs: () => 1500, wallMs: () => 0 },
    accepted: (seconds) => counted.push(`accepted ${seconds}`),
    refused: (reason) => counted.push(reason),
  }
  const transaction = {
    key: 'k',
    answer(status: number, parts?: AnswerParts) {
      answered.push({ status, parts })
      return true
    },
  }
  return { answered, counted, answer: new SipAnswer(desk, transaction, 1000) }
}

describe('the answer to a MESSAGE', () => {
  it('is 202 once the message is durable', () => {
    const { answer, answered, counted } = rig()
    answer.withheld()
    answer.readmitted()
    expect(answered).toEqual([])
    answer.accepted()
    expect(answered).toEqual([{ status: 202, parts: undefined }])
    expect(counted).toEqual(['accepted 0.5'])
  })

  it('is what its failure comes to', () => {
    const { answer, answered, counted } = rig()
    answer.refused({ reason: 'systemError', cause: 'the disk is full' })
    const fields = [
      { name: 'warning', value: '399 sip.example.com "The message could not be stored; try again later."' },
      { name: 'retry-after', value: '5' },
    ]
    expect(answered).toEqual([{ status: 503, parts: { fields } }])
    expect(counted).toEqual(['systemError'])
  })
})

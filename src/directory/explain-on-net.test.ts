// Why a message stays in the network, or why it is refused there, by the example of docs/sip.md.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { AccountId } from '../message/ids.js'
import { compileDirectory } from './compile.js'
import { explainSending, type SendingExplanation } from './explain.js'
import { describeDirectoryMistake } from './mistake.js'
import { parseDirectory } from './parse.js'

const page = readFileSync(new URL('../../config/sip.yaml', import.meta.url), 'utf8')

function explained(to: string, domain: string, text = page, from = 'alice'): SendingExplanation {
  const parsed = parseDirectory(text, 'd.yaml', { env: {}, readSecret: () => '', statusByName: () => undefined })
  if (parsed.kind === 'mistakes') throw new Error(parsed.mistakes.map(describeDirectoryMistake).join('\n'))
  const directory = compileDirectory(parsed.directory)
  const account = directory.account(from as AccountId)!
  return explainSending(directory, {
    account,
    from: account.numbers[0] ?? from,
    to,
    domain,
    network: undefined,
    wallMs: 0,
  })
}

it('names the account that it goes to, and the price of the word ONNET', () => {
  expect(explained('bob', 'sip.example.com')).toMatchObject({
    ...{ onNet: 'bob', refusals: [], candidates: [], notOfPolicy: [], priceMicros: 0 },
    priceWords: expect.stringMatching(/^0 [A-Z]{3} a unit, by product /) as string,
  })
  const number = explained('12025550102', 'sms.example.com')
  expect(number.onNet).toBe('bob')
  expect(number.policies.find(({ isChosen }) => isChosen)?.id).toBe('our-numbers')
})

it('goes to vendors where the policy says so, at the price of the number', () => {
  const { onNet, candidates, priceMicros } = explained('447946001234', 'sms.example.com')
  expect(onNet).toBeUndefined()
  expect(candidates.length).toBeGreaterThan(0)
  expect(priceMicros).toBeGreaterThan(0)
})

it('says why not', () => {
  const refusalsOf = (to: string, text = page): readonly string[] => explained(to, 'sip.example.com', text).refusals
  expect(refusalsOf('carol')).toEqual(['no account has the number carol, nor that user in domain sip.example.com'])
  expect(explained('carol', 'sip.example.com').onNet).toBeUndefined()
  const off = page.replace(/(- id: bob\n)/, '$1    active: false\n')
  expect(refusalsOf('bob', off)).toEqual(['account bob, whose bob is, is not active'])
  const priceless = page.replaceAll('ONNET', 'OTHER')
  expect(refusalsOf('bob', priceless).join()).toMatch(/^tariff .* has no rate for ONNET$/)
})

// The codes, and the page that tells of them.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { failureReasons, type FailureReason } from '../../message/failure.js'
import { noSenderCodes } from '../../powerpack/sender.js'
import { apiByReason, codeOfReason, codeText, errorTexts, isApiCode } from './codes.js'

const page = readFileSync(new URL('../../../docs/message-api.md', import.meta.url), 'utf8').replace(/ +/g, ' ')

describe('the page has', () => {
  it.each(Object.entries(errorTexts))('the code %s', (code, text) => {
    expect(page).toContain(`| \`${codeText(Number(code) as keyof typeof errorTexts)}\` | ${text} |`)
  })

  it.each(Object.entries(apiByReason))('what %s comes to', (reason, { code, status }) => {
    expect(page).toContain(`| \`${reason}\` | \`${code}\` | \`${status}\` |`)
  })
})

it.each(Object.keys(failureReasons) as FailureReason[])('%s has a code that has words', (reason) =>
  expect(isApiCode(codeOfReason(reason))).toBe(true),
)

it.each(Object.entries(noSenderCodes))('no sender for %s has a code that has words', (_, code) =>
  expect(isApiCode(code)).toBe(true),
)

import { describe, expect, it } from 'vitest'
import { createOutput } from './output.js'
import { translateCommand, translationReport } from './translate.js'

async function run(number: string, rule: string[], direction?: string, json = false): Promise<string> {
  let out = ''
  const sink = { write: (some: string) => (out += some) }
  const output = createOutput({ json, out: sink, err: sink })
  expect(await translateCommand.run({ rule, direction }, output, [number])).toBe(0)
  return out
}

describe('smswitch translate', () => {
  it('shows each step and the result', async () => {
    expect(await run('07700900123', ['s/^00//', 's/^0/44/'])).toBe(
      [
        'rule  before       after         what',
        '2     07700900123  447700900123  s/^0/44/',
        '',
        '447700900123  (E.164, GB, calling code 44)',
        '',
      ].join('\n'),
    )
  })

  it('says when no rule matches, when a + ends it, and when a result is too long', async () => {
    expect(await run('123', ['s/^0/44/'])).toBe('no rule matches\n\n123  (not shaped like E.164)\n')
    expect(await run('+2101234567', ['s/^2/3/'])).toContain('a leading + says E.164: no rule applies')
    expect(await run('+2101234567', ['s/^2/3/'])).toContain('2101234567  (E.164, no known calling code)')
    expect(await run('1'.repeat(40), ['add 1'])).toContain('too long, left out')
    expect(await run('123', ['s/.*//'])).toContain('(empty)')
  })

  it('goes both ways', async () => {
    const rule = 'dialing international=00 national=0 countryCode=44'
    expect(await run('00493012345', [rule])).toContain('493012345  (E.164, DE, calling code 49)')
    expect(await run('447700900123', [rule], 'out')).toContain('07700900123  (not shaped like E.164)')
  })

  it('leaves a + that a rule makes where the peer wants it, and none inside', async () => {
    expect(await run('00447700900123', ['s/^00/+/'])).toContain('\n447700900123  (E.164, GB, calling code 44)')
    expect(await run('447700900123', ['add +'], 'out')).toContain('\n+447700900123  (not shaped')
  })

  it('prints the same for programs', async () => {
    const printed: unknown = JSON.parse(await run('0123456789', ['s/^0/44/; add 9'], 'in', true))
    expect(printed).toEqual(translationReport('0123456789', ['s/^0/44/; add 9'], 'in'))
    expect(printed).toMatchObject({
      number: '944123456789',
      steps: [
        { rule: 1, text: 's/^0/44/', before: '0123456789', after: '44123456789' },
        { rule: 2, text: 'add 9', before: '44123456789', after: '944123456789' },
      ],
      isE164: true,
      callingCode: '94',
      country: 'LK',
    })
  })

  it('names every mistake', async () => {
    await expect(run('1', [])).rejects.toThrow("option --rule RULE is missing, such as 's/^0/44/'")
    await expect(run('1', ['s/^(?=0)/4/', 'strp 3'])).rejects.toMatchObject({
      code: 'invalidRules',
      message: expect.stringMatching(
        /^rule 1, character 4 of .*lookahead.*\nrule 2, character 1 of .*expected "strip"$/,
      ) as string,
      mistakes: [
        { rule: 0, position: 3 },
        { rule: 1, position: 0 },
      ],
    })
  })
})

// docs/powerpack.md says what the code does.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CAMPAIGN_NUMBERS } from './advice.js'
import { healthDefaults } from './health.js'
import { usualKeywords } from './keywords.js'
import { ORDER_MAX } from './least-used.js'
import { defaultPriority } from './pack.js'
import { powerpackDefaults } from './powerpacks.js'
import { keptTables } from './rows.js'
import { noSenderCodes } from './sender.js'

const page = readFileSync(new URL('../../docs/powerpack.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
const count = (value: number): string => value.toLocaleString('en-US')

it('has the priorities', () => {
  for (const [country, { sms, mms }] of Object.entries(defaultPriority)) {
    expect(mms).toEqual(sms)
    expect(page.replaceAll(' ', '')).toContain(`|${country}|${sms.map((type) => `\`${type}\``).join('|')}|`)
  }
})

it('has the keywords', () => {
  for (const [intent, words] of Object.entries(usualKeywords) as [string, readonly string[]][]) {
    const line = page.split(`\`${intent}\` |`)[1]?.split('|')[0] ?? ''
    expect(line.match(/\b[A-Z]{2,}( [A-Z]{2,})?\b/g)).toEqual(words)
  }
})

it('has the codes', () => {
  for (const [reason, code] of Object.entries(noSenderCodes)) {
    const line = page.split(`| ${code} |`)[1]?.split('| ')[0] ?? page.split(`| ${code} `)[1]?.split(' | ')[0]
    expect([reason, line]).toEqual([reason, expect.stringContaining(`\`${reason}\``)])
  }
})

it('has the defaults', () => {
  const { dayCap, stickyMs, stickyPhones, perSecond } = powerpackDefaults
  const { minReports, minDelivered, maxSpam, maxRefusals } = healthDefaults
  for (const text of [
    `**${dayCap} a day**`,
    `for ${stickyMs / 86_400_000} days`,
    `beyond ${count(stickyPhones)} phones`,
    `${perSecond.longcode} message a second for a long code, ${perSecond.tollfree} for a toll-free number, ${perSecond.shortcode} for a short code`,
    `From ${minReports} reports on`,
    `less than ${minDelivered * 100}% were delivered`,
    `more than ${maxSpam * 100}% were taken for spam`,
    `as a source ${maxRefusals} times in a row`,
    `Above ${count(ORDER_MAX)} segments`,
    `Above ${CAMPAIGN_NUMBERS} the advice`,
  ])
    expect(page).toContain(text)
})

it('has the tables', () => {
  for (const table of keptTables) expect(page).toContain(`| \`${table}\``)
})

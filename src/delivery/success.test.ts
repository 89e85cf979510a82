import { describe, expect, it } from 'vitest'
import type { ConnectionId } from '../message/ids.js'
import { Success, type SuccessRules } from './success.js'

const a = 'a' as ConnectionId
const b = 'b' as ConnectionId
const rules: SuccessRules = { windowMs: 10_000, leastPercent: 50, attempts: 4, pauseMs: 3_000 }

/** `+` taken, `-` failed, a number: so many ms later, `?` asks. Answers of `?` and rests, in order. */
function story(text: string, changed: Partial<SuccessRules> = {}): string {
  const told: string[] = []
  const success = new Success((connection, percent, attempts, pauseMs) =>
    told.push(`${connection} ${percent}% of ${attempts} rests ${pauseMs}`),
  )
  let nowMs = 1_000_000
  for (const [word] of text.matchAll(/[+?-]|\d+/g)) {
    if (word === '?') told.push(success.isResting(a, nowMs) ? 'rests' : 'goes')
    else if (word === '+' || word === '-') success.ended(a, word === '+', { ...rules, ...changed }, nowMs)
    else nowMs += Number(word)
  }
  return told.join('; ')
}

describe('the success of a connection', () => {
  const rows: readonly (readonly [name: string, text: string, told: string, changed?: Partial<SuccessRules>])[] = [
    ['nothing is known', '?', 'goes'],
    ['too few attempts say nothing', '---?', 'goes'],
    ['all failed', '----?', 'a 0% of 4 rests 3000; rests'],
    ['just enough were taken', '++--?', 'goes'],
    ['one more failed', '++---?', 'a 40% of 5 rests 3000; rests'],
    ['a success never begins a rest', '---+?', 'goes'],
    ['but the failure after it does', '---+-?', 'a 20% of 5 rests 3000; rests'],
    ['it rests for its time', '---- 2999 ? 1 ?', 'a 0% of 4 rests 3000; rests; goes'],
    ['what ends while it rests is not counted', '---- ---- 3000 --- ?', 'a 0% of 4 rests 3000; goes'],
    ['it rests again after as many attempts', '---- 3000 ---- ?', 'a 0% of 4 rests 3000; a 0% of 4 rests 3000; rests'],
    ['half the window later the failures count still', '--- 5000 - ?', 'a 0% of 4 rests 3000; rests'],
    ['a window later they do not', '--- 5000 + 5000 - ?', 'goes'],
    ['after a long silence nothing counts', '--- 10000 - ?', 'goes'],
    ['a hundred wants all taken', '+++++++++-?', 'a 90% of 10 rests 3000; rests', { leastPercent: 100 }],
    ['one attempt may be enough', '-?', 'a 0% of 1 rests 3000; rests', { attempts: 1 }],
  ]

  it.each(rows.map(([name, text, told, changed = {}]) => ({ name, text, told, changed })))(
    '$name: $text',
    ({ text, told, changed }) => {
      expect(story(text, changed)).toBe(told)
    },
  )

  it('is its own', () => {
    const success = new Success(() => undefined)
    for (let i = 0; i < 4; i++) success.ended(a, false, rules, 0)
    expect([success.isResting(a, 1), success.isResting(b, 1)]).toEqual([true, false])
  })
})

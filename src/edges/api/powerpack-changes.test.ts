// Changes count one after the other, and only once they are durable.
import { expect, it } from 'vitest'
import type { Change } from '../../powerpack/change.js'
import { refused } from '../../powerpack/change.js'
import { PowerpackChanges, together } from './powerpack-changes.js'

const log: string[] = []

function change(name: string, rows = 1): Change<string> {
  log.push(`judge ${name}`)
  const kept = Array.from({ length: rows }, (_, index) => ({ table: 'x', key: `${name}${index}`, text: 'y' }))
  return { kind: 'change', rows: kept, value: name, apply: () => void log.push(`apply ${name}`) }
}

it('judges a change when the one before it has ended, whether that was made or failed', async () => {
  log.length = 0
  let fails = false
  const changes = new PowerpackChanges(async (rows) => {
    log.push(`keep ${rows[0]?.key} ${rows.length}`)
    await Promise.resolve()
    if (fails) throw new Error('full')
  }, 4)
  const first = changes.make(() => change('a'))
  const second = changes.make(() => refused('invalid', 'No.'))
  const third = changes.make(() => {
    fails = true
    return change('c')
  })
  const fourth = changes.make(async () => {
    fails = false
    return change('d', 2001)
  })
  expect(await changes.make(() => change('e'))).toEqual({ kind: 'tooMany' })
  expect(await first).toEqual({ kind: 'changed', value: 'a' })
  expect(await second).toMatchObject({ kind: 'refused' })
  await expect(third).rejects.toThrow('full')
  expect(await fourth).toMatchObject({ value: 'd' })
  expect(log).toEqual([
    ...['judge a', 'keep a0 1', 'apply a', 'judge c', 'keep c0 1'],
    ...['judge d', 'keep d0 1000', 'keep d1000 1000', 'keep d2000 1', 'apply d'],
  ])
  await changes.settled()
  expect(await changes.make(() => change('f'))).toMatchObject({ value: 'f' })
})

it('makes several as one, or none', () => {
  log.length = 0
  const both = together(change('a'), [change('b')])
  if (both.kind === 'change') both.apply()
  expect(both).toMatchObject({ value: 'a', rows: [{ key: 'a0' }, { key: 'b0' }] })
  expect(log.slice(2)).toEqual(['apply a', 'apply b'])
  expect(together(change('a'), [refused('invalid', 'No.')])).toMatchObject({ kind: 'refused' })
})

// What every store must do with answers; run against each of them by conformance.test.ts. Speaks only the contract's verbs.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StoreUnderTest } from './conformance.suite.js'
import type { AnswersStore, StoredAnswer } from './contracts/answers.js'

const row = (key: string, expiresAtMs = 1000, text = `about ${key}`): StoredAnswer => ({ key, text, expiresAtMs })

export function answersSuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`answers contract: ${name}`, () => {
    let under: StoreUnderTest
    let answers: AnswersStore

    beforeEach(async () => {
      under = await makeStore()
      answers = under.store.answers
    })
    afterEach(() => under.dispose())

    it('gives back what was written, in the order of the keys, over a restart too', async () => {
      expect(await answers.read(['1', '2'])).toEqual([undefined, undefined])
      const wide = row('hlr 12025550123', 1e13 + 0.5, '{"kind":"Ünïcode 😀"}')
      await answers.write([row('1'), wide])
      await answers.write([row('2'), row('1', 2000, '')])
      const all = [row('2'), undefined, wide, row('1', 2000, '')]
      const keys = ['2', 'x', wide.key, '1']
      expect(await answers.read(keys)).toEqual(all)
      expect(await (await under.crash()).answers.read(keys)).toEqual(all)
    })

    it('drops what is over, step by step', async () => {
      const rows = Array.from({ length: 10 }, (_, i) => row(`${i}`, i % 2 === 0 ? 1000 : 2000))
      await answers.write(rows)
      let cursor = await answers.dropExpired('', 4, 1000)
      expect(await answers.read(['0', '2', '4'])).toEqual([undefined, undefined, rows[4]])
      for (let steps = 0; cursor !== ''; steps++) {
        expect(steps).toBeLessThan(5)
        cursor = await answers.dropExpired(cursor, 4, 1000)
      }
      const left = await answers.read(rows.map(({ key }) => key))
      expect(left).toEqual(rows.map((one, i) => (i % 2 === 0 ? undefined : one)))
      expect(await answers.dropExpired('', 100, 999)).toBe('')
      expect(await answers.read(['1'])).toEqual([rows[1]])
    })

    it('takes no key that is empty, long or not printable, and no time that is none', async () => {
      for (const bad of ['', 'x'.repeat(301), 'a\nb', 'ü'])
        await expect(answers.write([row('good'), row(bad)])).rejects.toThrow(RangeError)
      await expect(answers.write([row('good', NaN)])).rejects.toThrow(RangeError)
      expect(await answers.read(['good'])).toEqual([undefined])
    })
  })
}

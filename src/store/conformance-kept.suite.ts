// What every store must do with registrations and with the transactions that messages came by; run against each of them by
// conformance.test.ts. Speaks only the contract's verbs.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accepted, anchorAt, contentsOf, messageId, mo, segment, transactionOf } from './conformance-rows.suite.js'
import type { StoreUnderTest } from './conformance.suite.js'
import type { StoredRegistration } from './contracts/registrations.js'
import type { Store } from './contracts/store.js'
import type { IngressTransaction } from './contracts/transactions.js'
import type { Unit } from './contracts/unit.js'

const at = anchorAt(1)
const { message } = segment(1)

/** The n-th message came by this request. */
function cameBy(n: number, transaction: IngressTransaction): Unit {
  const delivery = segment(n, { message: { ...message, id: messageId(n) } })
  return { kind: 'accepted', delivery, transaction }
}

const registered = (aor: string, bindings: string): Unit => ({ kind: 'registered', aor, bindings })

export function keptSuite(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`registrations and transactions contract: ${name}`, () => {
    let under: StoreUnderTest
    let store: Store

    beforeEach(async () => {
      under = await makeStore()
      store = under.store
    })
    afterEach(() => under.dispose())

    it('keeps the last registration of each address in the order of addresses, over a restart too', async () => {
      const long = '{"contact":"sip:ж@[::1]"}'.repeat(2000)
      await store.commit([registered('sip:b@x', 'old'), registered('sip:ü@x', 'ж\0🙂\ud800'), registered('a', '1')], at)
      await store.commit([registered('sip:b@x', long), registered('gone', '1'), registered('sip:z@x', '')], at)
      await store.commit([registered('gone', ''), registered('a', ''), registered('a', '2')], at)
      const rows: StoredRegistration[] = [
        { aor: 'a', bindings: '2' },
        { aor: 'sip:b@x', bindings: long },
        { aor: 'sip:ü@x', bindings: 'ж\0🙂\ud800' },
      ]
      expect(await store.registrations()).toEqual(rows)
      expect(await (await under.crash()).registrations()).toEqual(rows)
    })

    it('takes no registration without an address, nor one that is too long', async () => {
      for (const [aor, bindings] of [
        ['', 'x'],
        ['a\0b', 'x'],
        ['a'.repeat(901), 'x'],
        ['a', 'x'.repeat(65_537)],
        ['a', 'ж'.repeat(32_769)],
      ] as const)
        await expect(store.commit([registered('good', '1'), registered(aor, bindings)], at)).rejects.toThrow(RangeError)
      expect(await store.registrations()).toEqual([])
      await store.commit([registered('a'.repeat(900), 'ж'.repeat(32_768))], at)
      expect(await store.registrations()).toHaveLength(1)
    })

    it('remembers by which request a message came, also when that has gone on, over a restart too', async () => {
      const unit = cameBy(1, transactionOf(1, 32_000.5))
      const toPhone = mo(2)
      await store.commit([unit, { kind: 'accepted', delivery: toPhone, transaction: transactionOf(2, 33_000) }], at)
      await store.commit([accepted(segment(3)), { kind: 'notified', delivery: toPhone, outcome: { kind: 'done' } }], at)
      const first = { ...transactionOf(1, 32_000.5), id: messageId(1) }
      const second = { ...transactionOf(2, 33_000), id: toPhone.message.id }
      expect(byKey(await store.transactions(1000, 10))).toEqual([first, second])
      store = await under.crash()
      expect(byKey(await store.transactions(32_000, 10))).toEqual([first, second])
      expect(await store.transactions(32_000.5, 10)).toEqual([second])
      expect(await store.transactions(33_000, 10)).toEqual([])
    })

    it('has one of each key: the one that is over last', async () => {
      const units = [cameBy(1, transactionOf(1, 50)), cameBy(3, transactionOf(1, 70)), cameBy(2, transactionOf(1, 70))]
      for (const unit of units) await store.commit([unit], at)
      await store.commit(units.toReversed(), at)
      expect(await store.transactions(0, 10)).toEqual([{ ...transactionOf(1, 70), id: messageId(3) }])
    })

    it('gives those of the latest commits where there are more than were asked for', async () => {
      for (let n = 0; n < 10; n++) await store.commit([cameBy(n, transactionOf(n, 1000 + n))], at)
      const expected = [7, 8, 9].map((n) => ({ ...transactionOf(n, 1000 + n), id: messageId(n) }))
      expect(byKey(await store.transactions(0, 3))).toEqual(expected)
      expect(await store.transactions(0, 0)).toEqual([])
    })

    it('forgets what is over and nothing else, whatever came together', async () => {
      for (let n = 0; n < 10; n++)
        await store.commit(
          [cameBy(2 * n, transactionOf(2 * n, 100 + n)), cameBy(2 * n + 1, transactionOf(2 * n + 1, 105))],
          at,
        )
      await store.commit([{ kind: 'forgotten', throughMs: 104.5 }], at)
      const left = async () => (await store.transactions(104.5, 100)).map(({ expiresAtMs }) => expiresAtMs).sort()
      const expected = [...new Array<number>(10).fill(105), 105, 106, 107, 108, 109].sort()
      expect(await left()).toEqual(expected)
      await store.commit([{ kind: 'forgotten', throughMs: 104.5 }], at)
      store = await under.crash()
      expect(await left()).toEqual(expected)
      await store.commit([{ kind: 'forgotten', throughMs: 109 }], at)
      expect(await store.transactions(109, 100)).toEqual([])
    })

    it('takes no key that is empty, long or not printable, and no time that is none', async () => {
      for (const key of ['', 'x'.repeat(256), 'a\nb', 'ü'])
        await expect(store.commit([cameBy(1, { key, expiresAtMs: 1 })], at)).rejects.toThrow(RangeError)
      for (const expiresAtMs of [NaN, -1, Infinity, 2 ** 48])
        await expect(store.commit([cameBy(1, { key: 'k', expiresAtMs })], at)).rejects.toThrow(RangeError)
      await expect(store.commit([{ kind: 'forgotten', throughMs: NaN }], at)).rejects.toThrow(RangeError)
      // Nothing of a commit that was not taken goes with the next.
      await expect(store.commit([cameBy(1, transactionOf(1, 9)), registered('', 'x')], at)).rejects.toThrow(RangeError)
      await store.commit([cameBy(2, transactionOf(2, 10))], at)
      const { deliveries, transactions } = await contentsOf(store)
      expect(deliveries.map(({ id }) => id)).toEqual([segment(2).id])
      expect(transactions).toEqual([{ ...transactionOf(2, 10), id: messageId(2) }])
    })
  })
}

function byKey<Row extends { readonly key: string }>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => (a.key < b.key ? -1 : 1))
}

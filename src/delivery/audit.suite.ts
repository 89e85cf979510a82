// For tests: an auditor beside a store, who knows of every unit that was committed, and what the books must say. Knows nothing of
// how the courier and the correlator come to their moves.

import { expect } from 'vitest'
import type { Bill, Move } from '../message/bill.js'
import type { MoDelivery, SegmentDelivery } from '../message/delivery.js'
import type { AccountId, MessageId } from '../message/ids.js'
import { Books, balanceOf } from '../money/books.js'
import { recordText } from '../money/record-line.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import type { KeepsBooks } from '../store/contracts/books.js'
import type { Store } from '../store/contracts/store.js'
import type { Unit } from '../store/contracts/unit.js'
import { wholeRecord, type RecordRow } from '../money/record-fields.js'

export const payer = { customer: 'acme-inc', creditMicros: 500, isBlocked: false }
const account = 'acme' as AccountId
const spender = { id: account, limits: { spentMicros: 0, messages: 0 } }
const PAID_IN = 20_000

interface Entry {
  readonly delivery: SegmentDelivery | MoDelivery
  readonly cost: number
  heldMicros: number
  chargedMicros: number
  /** Units that let go of the hold. */
  ends: number
}

export class Audit {
  books = new Books([], [])
  /** By message. */
  readonly #entries = new Map<MessageId, Entry>()
  readonly #lines = new Map<string, Record<string, unknown>>()
  #paidIn = 0

  /** What was committed, commit by commit. */
  readonly commits: (readonly Unit[])[] = []

  /** Stands beside a store from now on. */
  watch<Watched extends Store>(store: Watched): Watched {
    const commit = store.commit.bind(store)
    store.commit = async (units, anchor) => {
      await commit(units, anchor)
      this.commits.push(units)
      this.#committed(units)
    }
    return store
  }

  /** The first thing that is in the store. */
  async payIn(store: Store & KeepsBooks, anchor: Parameters<Store['commit']>[1]): Promise<void> {
    const payment = { customer: payer.customer, reference: 'start', micros: PAID_IN, note: '', atMs: 0 }
    await store.commit([{ kind: 'paid', payment }], anchor)
    this.#paidIn = PAID_IN
    await this.restart(store)
  }

  /** The live books of another life of the daemon. */
  async restart(store: KeepsBooks): Promise<void> {
    this.books = new Books(await store.books.customers(), await store.books.days(0, 1_000_000))
  }

  /** The bill of a message that the customer can pay for, with the move that holds it. */
  reserve(unitMicros: number, units: number, wallMs: number): { readonly bill: Bill; readonly move: Move } | undefined {
    const move = this.books.reserve(payer, spender, unitMicros * units, units, wallMs)
    if (typeof move === 'string') return undefined
    const price = { currency: 'EUR', ownMicros: unitMicros, exchange: '1', baseMicros: unitMicros }
    const bill: Bill = {
      ...{ customer: payer.customer, policy: 'p', price, units, day: move.day, state: 'held' },
      ...{ mcc: '', mnc: '', onSilence: undefined, sent: undefined },
    }
    this.#noOverspend()
    return { bill, move }
  }

  #noOverspend(): void {
    expect(balanceOf(this.books.of(payer.customer))).toBeGreaterThanOrEqual(-payer.creditMicros)
  }

  #committed(units: readonly Unit[]): void {
    for (const unit of units) {
      if (unit.kind === 'paid' || unit.kind === 'exported' || unit.kind === 'registered' || unit.kind === 'forgotten')
        continue
      if (unit.cdr !== undefined) this.#note(recordText(unit.cdr))
      if (unit.kind === 'accepted' && unit.delivery.bill !== undefined) {
        const { price, units: count } = unit.delivery.bill
        const entry = {
          delivery: unit.delivery,
          cost: price.baseMicros * count,
          heldMicros: 0,
          chargedMicros: 0,
          ends: 0,
        }
        this.#entries.set(unit.delivery.message.id, entry)
      }
      if (unit.move === undefined) continue
      const entry = this.#entries.get(messageOf(unit))
      if (entry === undefined) throw new Error(`a move of a message that nobody knows: ${unit.kind}`)
      entry.heldMicros += unit.move.heldMicros
      entry.chargedMicros += unit.move.chargedMicros
      if (unit.move.heldMicros < 0) entry.ends++
      // Held whole or not at all, charged whole or not at all.
      expect([0, entry.cost]).toContain(entry.heldMicros)
      expect([0, entry.cost]).toContain(entry.chargedMicros)
      expect(entry.ends).toBeLessThanOrEqual(1)
    }
  }

  #note(lines: string): void {
    for (const text of lines.trimEnd().split('\n')) {
      const line = wholeRecord(JSON.parse(text) as RecordRow)
      const id = line['id'] as string
      expect(this.#lines.has(id), `two records of ${id}`).toBe(false)
      this.#lines.set(id, line)
    }
  }

  /** What the record of a part, or of a message in one part, says; undefined while there is none. */
  stateOf(id: string): unknown {
    return this.#lines.get(id)?.['state']
  }

  /** While nothing is under way to the store: the books of all sides say the same. */
  async check(store: Store & KeepsBooks, isQuiet: boolean): Promise<void> {
    const [inStore] = await store.books.customers()
    const live = this.books.of(payer.customer)
    expect(inStore?.paidInMicros).toBe(this.#paidIn)
    this.#noOverspend()
    if (isQuiet) expect(live).toEqual(inStore)
    const { deliveries, awaiting, groups } = await contentsOf(store)
    let held = 0
    for (const delivery of deliveries) if (delivery.kind !== 'receipt') held += heldBy(delivery.bill)
    for (const { bill } of awaiting) held += heldBy(bill)
    for (const { bill } of groups) held += heldBy(bill)
    expect(inStore?.heldMicros).toBe(held)
    let charged = 0
    for (const entry of this.#entries.values()) charged += entry.chargedMicros
    expect(inStore?.chargedMicros).toBe(charged)
  }

  /** Everything is over. */
  async end(store: Store & KeepsBooks): Promise<void> {
    await this.check(store, true)
    let recorded = 0
    let amounts = 0
    for (const [id, { delivery, cost, heldMicros, chargedMicros, ends }] of this.#entries) {
      expect(heldMicros).toBe(0)
      expect(ends).toBe(cost === 0 ? 0 : 1)
      const { parts } = delivery.message
      const ids = parts.length === 0 ? [id] : parts.map((part) => part.id)
      let amount = 0
      for (const [i, part] of ids.entries()) {
        const line = this.#lines.get(part)
        expect(line, `a record of ${part}`).toBeDefined()
        expect(line).toMatchObject({ message: id, part: i + 1, parts: ids.length, customer: payer.customer })
        // Whoever charges has sent it.
        if (line!['amount'] !== 0) expect(line!['segments']).toBeGreaterThan(0)
        amount += line!['amount'] as number
        recorded++
      }
      expect(amount).toBe(chargedMicros)
      amounts += amount
    }
    expect(this.#lines.size).toBe(recorded)
    const [{ heldMicros, chargedMicros } = { heldMicros: -1, chargedMicros: -1 }] = await store.books.customers()
    expect({ heldMicros, chargedMicros }).toEqual({ heldMicros: 0, chargedMicros: amounts })
    const records = await store.books.records(Number.MAX_SAFE_INTEGER)
    const lines = Buffer.from(records.lines).toString('latin1')
    expect(lines.split('\n').length - 1).toBe(recorded)
  }
}

function heldBy(bill: Bill | undefined): number {
  return bill?.state === 'held' ? bill.price.baseMicros * bill.units : 0
}

function messageOf(unit: Unit): MessageId {
  switch (unit.kind) {
    case 'accepted':
    case 'answered':
    case 'receiptedUnanswered':
      return unit.delivery.message.id
    case 'notified':
      if (unit.delivery.kind === 'mo') return unit.delivery.message.id
      throw new Error('a receipt moves nothing')
    case 'receipted':
      return unit.awaiting.origin.messageId
    case 'groupGivenUp':
      return unit.group.id
    default:
      throw new Error(`a unit of kind ${unit.kind} moves nothing`)
  }
}

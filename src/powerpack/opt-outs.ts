// Phones that want nothing more, by the scope in which they said so. Nothing is ever dropped from it for lack of room.
import { isDigits } from '../message/address.js'
import { E164_MAX_DIGITS } from '../phone/e164.js'
import { refused, type Judged } from './change.js'
import { keptRow, pairKey, readPair } from './rows.js'

export class OptOuts {
  readonly #scopes = new Map<string, Map<number, number>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  has(scope: string, phone: string): boolean {
    return this.#scopes.get(scope)?.has(Number(phone)) === true
  }

  /** When the phone opted out, wall time in ms; undefined for one that did not. */
  sinceMs(scope: string, phone: string): number | undefined {
    return this.#scopes.get(scope)?.get(Number(phone))
  }

  add(scope: string, phone: string, atMs: number): void {
    const phones = this.#scopes.get(scope) ?? new Map<number, number>()
    this.#scopes.set(scope, phones)
    if (!phones.has(Number(phone))) this.#size++
    phones.set(Number(phone), atMs)
  }

  /** @returns false for a kept row that cannot be read */
  load(key: string, text: string): boolean {
    const [scope, phone] = readPair(key) ?? ['', '']
    if (!isPhone(phone) || !(Number(text) >= 0)) return false
    this.add(scope, phone, Number(text))
    return true
  }

  remove(scope: string, phone: string): void {
    const phones = this.#scopes.get(scope)
    if (phones?.delete(Number(phone)) === true) this.#size--
    if (phones?.size === 0) this.#scopes.delete(scope)
  }
}

/**
 * @param wallMs wall time: when the phone said so
 * @returns whether it had not said so before
 */
export function judgeOptOut(optOuts: OptOuts, scope: string, phone: string, wallMs: number): Judged<boolean> {
  if (!isPhone(phone)) return refused('invalid', 'Only phones opt out.', 'number')
  const isNew = !optOuts.has(scope, phone)
  return {
    kind: 'change',
    rows: isNew ? [keptRow('optout', pairKey(scope, phone), String(wallMs))] : [],
    value: isNew,
    apply: () => (isNew ? optOuts.add(scope, phone, wallMs) : undefined),
  }
}

/** @returns whether it had opted out before */
export function judgeOptIn(optOuts: OptOuts, scope: string, phone: string): Judged<boolean> {
  const wasOut = optOuts.has(scope, phone)
  return {
    kind: 'change',
    rows: wasOut ? [keptRow('optout', pairKey(scope, phone), '')] : [],
    value: wasOut,
    apply: () => optOuts.remove(scope, phone),
  }
}

/** Digits that a number holds exactly (E.164 §6.1). */
function isPhone(text: string): boolean {
  return text.length <= E164_MAX_DIGITS && isDigits(text)
}

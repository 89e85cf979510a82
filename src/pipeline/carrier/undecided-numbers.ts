// To which numbers accounts have messages under way whose network is not known yet, so that later ones go behind them. Counts by hash:
// its memory is fixed, and a number taken for another only costs that one a way round.

const CELLS = 1 << 16

export class UndecidedNumbers {
  /** Made when there is a first one: most switches never have any. */
  #cells: Uint32Array | undefined
  #total = 0

  /** One more. Each is to be taken out once. */
  add(account: string, number: string): void {
    const cells = (this.#cells ??= new Uint32Array(CELLS))
    cells[cellOf(account, number)]!++
    this.#total++
  }

  /** It has its network, or is over. One that was never added changes nothing where there is no other. */
  remove(account: string, number: string): void {
    const cell = cellOf(account, number)
    if (this.#cells === undefined || this.#cells[cell] === 0) return
    this.#cells[cell]!--
    this.#total--
  }

  /** Whether there may be one; false for sure where there is none. */
  has(account: string, number: string): boolean {
    return this.#total > 0 && this.#cells![cellOf(account, number)]! > 0
  }
}

/** FNV-1a over both. */
function cellOf(account: string, number: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < account.length; i++) hash = Math.imul(hash ^ account.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ 0x100, 0x01000193)
  for (let i = 0; i < number.length; i++) hash = Math.imul(hash ^ number.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 16)) & (CELLS - 1)
}

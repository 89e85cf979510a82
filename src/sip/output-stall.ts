// Whether a peer reads what we write: output that waits and does not move. Time is an argument.

export class OutputStall {
  #takenBefore = -1
  #sinceMs: number | undefined

  /**
   * To be asked every so often.
   *
   * @param written octets handed to the socket since its start, those that wait too
   * @param waiting octets of them that the kernel has not taken
   * @returns for how long nothing has moved, in ms
   */
  stalledMs(nowMs: number, written: number, waiting: number): number {
    const taken = written - waiting
    if (waiting === 0 || taken !== this.#takenBefore) this.#sinceMs = undefined
    this.#takenBefore = taken
    if (waiting === 0) return 0
    this.#sinceMs ??= nowMs
    return nowMs - this.#sinceMs
  }
}

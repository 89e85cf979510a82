// What the vendor of the ledger does with a segment: its text says so, by the letter of its tag, so that copies of one segment that
// came before and after a crash meet with the same fate. Pure but for the memory of what was refused once.
//
//   o  taken, reported as delivered        t  refused for now the first time, then as o
//   u  taken, reported as undelivered      p  refused for good
//   s  taken, never reported on

const HASH = 0x23
const COLON = 0x3a
const SYSTEM_ERROR = 0x08
const INVALID_DESTINATION = 0x0b

const taken = { status: 0, report: 'D' }
const undelivered = { status: 0, report: 'U' }
const silent = { status: 0, report: '-' }
const refusedForNow = { status: SYSTEM_ERROR, report: '-' }
const refused = { status: INVALID_DESTINATION, report: '-' }

export class Verdicts {
  #refusedOnce = new Set()

  /** `status` of the answer, and `report`: D, U, or - for none. A longer tag is that of a test that asks for nothing. */
  of(bytes, text, number) {
    if (bytes[text] !== HASH || bytes[text + 2] !== COLON) return taken
    switch (String.fromCharCode(bytes[text + 1])) {
      case 'u':
        return undelivered
      case 's':
        return silent
      case 'p':
        return refused
      case 't':
        if (this.#refusedOnce.has(number)) return taken
        this.#refusedOnce.add(number)
        return refusedForNow
      default:
        return taken
    }
  }
}

// Tells when a peer's own window is full of withheld parts: it can send nothing more until some of them are answered.
// No session and no clock: counts and times are arguments.

export class FullWindow {
  readonly #stallMs: number
  /** How many requests the peer leaves unanswered at most, as far as it is known; 0 for not known. */
  #size = 0
  /** When it asked last, monotonic ms; Infinity when that has been judged already. */
  #askedAtMs = Infinity

  /**
   * @param stallMs a peer that asks nothing for so long, ms, while all it waits for is withheld, can ask nothing more; Infinity
   *   where that shall never be said
   */
  constructor(stallMs: number) {
    this.#stallMs = stallMs
  }

  /** The peer's window as it was found out, 0 where it was not. */
  get size(): number {
    return this.#size
  }

  /** When its silence is to be judged unless it asks before, monotonic ms; Infinity for never. */
  get stallsAtMs(): number {
    return this.#askedAtMs + this.#stallMs
  }

  /** As many requests of the peer are unanswered, withheld ones included: more than were known of make that knowledge void. */
  seen(unanswered: number): void {
    if (unanswered > this.#size) this.#size = 0
  }

  /**
   * The requests of one read are decided on. True when the window is full by what is known of it.
   *
   * @param withheld parts of the peer that wait for others
   * @param others requests of it that are unanswered beside them
   * @param nowMs monotonic time
   */
  asked(withheld: number, others: number, nowMs: number): boolean {
    this.#askedAtMs = nowMs
    if (this.#size === 0 || others > 0 || withheld < this.#size) return false
    this.#askedAtMs = Infinity
    return true
  }

  /** It may send more: it has just asked for something, or it is not read from. */
  mayAsk(nowMs: number): void {
    if (this.#askedAtMs !== Infinity) this.#askedAtMs = nowMs
  }

  /** To be asked every so often while parts are withheld, with arguments like those of `asked`. True when the window is full: its size is known then. */
  isStalled(withheld: number, others: number, nowMs: number): boolean {
    if (withheld === 0 || others > 0 || nowMs - this.#askedAtMs < this.#stallMs) return false
    this.#size = withheld
    this.#askedAtMs = Infinity
    return true
  }
}

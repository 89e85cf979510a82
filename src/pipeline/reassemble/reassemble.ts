// Stage 2: parts of one message wait for each other, acknowledged or not, and go on as one. Ties the sets to the store and to
// those who wait for an answer; the sets themselves are the collector's. Knows no socket and no timer.

import type { CollectedPart, PartMark } from '../../message/collected-part.js'
import { passesSoon, type Failure } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { Content } from '../../message/message.js'
import type { PeerText } from '../../text/decode.js'
import { readable } from '../readable.js'
import { continueWith, inOnePiece, refuse, type Submission, type Together, type Verdict } from '../stage.js'
import { Collector, type CollectorSize } from './collector.js'
import { LoneParts } from './lone-parts.js'
import { readMark } from './mark.js'
import { ownOctets } from './own-octets.js'
import {
  bytesOf,
  heldParts,
  isSameContent,
  peerOf,
  setKey,
  WAITER_BYTES,
  type HeldPart,
  type PartSet,
  type PeerKind,
} from './part-set.js'
import {
  rulesOfTheGone,
  type ReassemblyOptions,
  type ReassemblyPorts,
  type SenderRules,
} from './reassembly-contract.js'
import { PartInStore, SetAnswer, tell, type DueAnswer, type Verdicts } from './set-answer.js'
import { ANOTHER_MESSAGE, SetEndings } from './set-endings.js'
import { WaitingLinks } from './waiting-links.js'
import { joinedContent, toPart, toWhole } from './whole.js'

const wait: Verdict<never> = { kind: 'wait' }
/** Sets that one tick ends at most: so many are not felt. */
const ENDED_AT_ONCE = 500
/** Most sets are whole within this time; only what waits longer is copied. */
const YOUNG_MS = 1000
/** Sets that one tick copies at most. */
const COPIED_AT_ONCE = 1000

export class Reassembly implements Verdicts {
  readonly #ports: ReassemblyPorts
  readonly #options: ReassemblyOptions
  readonly #collector: Collector
  readonly #links = new WaitingLinks()
  readonly #lone: LoneParts
  readonly #endings: SetEndings
  #stopped = false
  #rotatedMs = 0
  /** Sets that grew old, on the way to memory of their own. */
  #aged: Iterator<PartSet> = [].values()

  constructor(ports: ReassemblyPorts, options: ReassemblyOptions) {
    this.#ports = ports
    this.#options = options
    this.#collector = new Collector(options)
    this.#lone = new LoneParts(ports, options.timeoutMs)
    this.#endings = new SetEndings(ports, this.#collector, this.#links, this.#lone)
  }

  /** For gauges: sets that are not whole, and what they take, octets. */
  size(peer: PeerKind): CollectorSize {
    return this.#collector.size(peer)
  }

  /** Nothing is kept of any sender. */
  get isEmpty(): boolean {
    return this.#collector.isEmpty && this.#links.size === 0 && this.#lone.isEmpty
  }

  /**
   * One submission with a user data header or SAR parameters: it goes on, as what it completes or as it is; it waits; or neither.
   * @param wallMs of its arrival
   */
  take(submission: Submission, nowMs: number, wallMs: number): Verdict<Together> {
    const { content, sar } = submission
    const rules = this.#ports.rulesOf(submission.sender) ?? rulesOfTheGone
    const { text, multipart } = rules
    const marked = readMark(content, sar, text, this.#options.maxParts, multipart.strictPartLimits)
    switch (marked.kind) {
      case 'message':
        return alone(submission, readable(content, text))
      case 'onlyPart':
        return alone(submission, joinedContent([content], text))
      case 'invalid':
        return { kind: 'refuse', failure: marked.failure }
      case 'part':
        if (this.#stopped) return refuse('stopping', 'a part of a message whose others will not come in time')
        return this.#takePart(submission, marked.mark, rules, nowMs, wallMs)
    }
  }

  #takePart(
    submission: Submission,
    mark: PartMark,
    { text, multipart }: SenderRules,
    nowMs: number,
    wallMs: number,
  ): Verdict<Together> {
    const key = setKey(submission, mark)
    let set = this.#collector.find(key)
    if (set !== undefined && set.total !== mark.total) {
      return refuse('invalidConcatenation', `a part of ${mark.total} in a message of ${set.total}`)
    }
    const known = set?.parts[mark.part - 1]
    if (set !== undefined && known !== undefined) {
      if (isSameContent(known.part.content, submission.content)) return this.#join(known, submission)
      this.#endings.incomplete(set, ANOTHER_MESSAGE)
      set = undefined
    }
    const isLast = set?.present === mark.total - 1
    if (multipart.ack === 'early' && !isLast) {
      const failure = this.#ports.mayPass(submission)
      if (failure !== undefined) return { kind: 'refuse', failure: ofTheWhole(failure) }
    }
    const bytes = bytesOf(submission)
    // What completes a set frees more than it takes.
    if (!isLast && !this.#collector.hasRoom(peerOf(submission.sender), bytes, set === undefined ? mark.total : 0)) {
      return refuse('queueFull', 'too many parts wait for others, of this sender or in all')
    }
    set ??= this.#collector.open(key, submission.sender, mark.total, nowMs + this.#options.timeoutMs)
    const part = toPart(
      submission,
      set.isOld && !isLast ? ownOctets(submission) : submission,
      this.#ports.ids.next(),
      mark,
      nowMs,
      wallMs,
      set.deadlineMs,
    )
    const { answer, link } = submission
    const held = heldPart(part, 'withheld', bytes)
    held.waiters.push({ answer, link })
    this.#collector.put(set, held)
    if (isLast) {
      const whole = this.#complete(set, text, nowMs)
      return whole === undefined ? wait : continueWith(whole)
    }
    if (multipart.ack === 'early') this.#store(held)
    else this.#withhold(held, submission)
    return wait
  }

  /** The same part once more: its sender lost the answer, or the patience. */
  #join(known: HeldPart, submission: Submission): Verdict<Together> {
    const { answer, link } = submission
    if (known.standing === 'stored') {
      answer.accepted(known.part.id)
      return wait
    }
    if (!this.#collector.hasRoom(peerOf(submission.sender), WAITER_BYTES, 0)) {
      return refuse('queueFull', 'too many answers wait for the same parts')
    }
    this.#collector.grow(known, WAITER_BYTES)
    known.waiters.push({ answer, link })
    if (known.standing === 'withheld') this.#withhold(known, submission)
    return wait
  }

  #withhold(held: HeldPart, { link, answer }: Submission): void {
    this.#links.add(link, held)
    answer.withheld()
  }

  /** Its verdict is on the way: a session that ends meanwhile must wait for that. The part that completed a set was never withheld. */
  #readmit(held: HeldPart): void {
    if (this.#links.forget(held)) for (const { answer } of held.waiters) answer.readmitted()
  }

  #store(held: HeldPart): void {
    held.standing = 'storing'
    const payer = this.#ports.payerOf(held.part)
    if (payer !== undefined) held.part = { ...held.part, payer }
    this.#ports.recorder.offer({ kind: 'collected', part: held.part }, new PartInStore(this, held))
  }

  /**
   * All parts are there: the set gives way to the whole, and keeps its parts until it is known what became of that. undefined where
   * they make no whole: then it is over, and all are told.
   */
  #complete(set: PartSet, text: PeerText, nowMs: number): Together | undefined {
    this.#collector.take(set)
    const collected: MessageId[] = []
    const parts: CollectedPart[] = []
    for (const held of heldParts(set)) {
      parts.push(held.part)
      if (held.standing === 'withheld') this.#readmit(held)
      else collected.push(held.part.id)
    }
    const whole = toWhole(parts, text, collected, new SetAnswer(this, set), nowMs)
    if (!('reason' in whole)) return whole
    this.#end(set, whole, whole)
    return undefined
  }

  /** Sets that became whole outside a batch go on. */
  #proceed(complete: Iterable<PartSet>, nowMs: number): void {
    const going: Together[] = []
    for (const set of complete) {
      const { text } = this.#ports.rulesOf(set.sender) ?? rulesOfTheGone
      const whole = this.#complete(set, text, nowMs)
      if (whole !== undefined) going.push(whole)
    }
    if (going.length > 0) this.#ports.proceed(going)
  }

  /** A set that has all its parts is refused for good; `told` to those who wait for an answer. */
  #end(set: PartSet, { reason }: Failure, told: Failure): void {
    const due = this.#endings.withheldOf(set, told)
    this.#ports.events.onOutcome(set.kind, 'refused')
    this.#endings.acknowledgedOf(set, { kind: 'abandoned', state: 'REJECTED', reason })
    tell(due)
  }

  accepted(set: PartSet): void {
    this.#ports.events.onOutcome(set.kind, 'whole')
    tell(this.#endings.withheldOf(set, undefined))
  }

  refused(set: PartSet, failure: Failure): void {
    // For the moment only: what was acknowledged goes on waiting, and whoever sends the missing part again completes it.
    if (passesSoon(failure.reason)) {
      const due = this.#endings.withheldOf(set, failure)
      if (set.present === 0) this.#ports.events.onOutcome(set.kind, 'refused')
      else if (!this.#collector.standAgain(set)) this.#endings.incomplete(set, ANOTHER_MESSAGE)
      tell(due)
      return
    }
    this.#end(set, failure, ofTheWhole(failure))
  }

  stored(held: HeldPart): void {
    held.standing = 'stored'
    const { waiters, fate } = held
    held.waiters = []
    this.#ports.events.onCollected(held.part)
    if (fate !== undefined) this.#endings.meet(fate, [held.part])
    tell([{ waiters, says: held.part.id }])
  }

  notStored(held: HeldPart, failure: Failure): void {
    const { waiters } = held
    this.#endings.leaves(held, 'refused')
    tell([{ waiters, says: failure }])
  }

  /**
   * Ends the sets whose time is over, and tries again what was refused for the moment. To be called often: how late it comes is
   * how late they are told.
   */
  tick(nowMs: number): void {
    if (this.#stopped) return
    this.#lone.tick(nowMs)
    this.#age(nowMs)
    this.#proceed(this.#collector.complete(), nowMs)
    for (const set of this.#collector.due(nowMs, ENDED_AT_ONCE)) {
      // One that has all its parts waits for the store only.
      if (this.#collector.has(set) && set.present < set.total) this.#endings.incomplete(set, 'its time is over')
    }
  }

  /** What waits on gets memory of its own, some sets at a time. */
  #age(nowMs: number): void {
    for (let copied = 0; copied < COPIED_AT_ONCE; copied++) {
      const next = this.#aged.next()
      if (next.done === true) {
        if (nowMs - this.#rotatedMs < YOUNG_MS) return
        this.#rotatedMs = nowMs
        this.#aged = this.#collector.rotate()[Symbol.iterator]()
        return
      }
      const set = next.value
      if (!this.#collector.has(set)) continue
      set.isOld = true
      for (const held of heldParts(set)) held.part = { ...held.part, ...ownOctets(held.part) }
    }
  }

  /** The session's window is full of withheld parts: they are acknowledged once durable, so that the others can come. */
  stalled(link: object): void {
    for (const held of this.#links.of(link)) {
      const { set } = held
      // An answer that was told meanwhile may have ended it.
      if (held.standing !== 'withheld' || set === undefined) continue
      const failure = this.#ports.mayPass(held.part)
      if (failure === undefined) {
        this.#readmit(held)
        this.#ports.events.onTurnedEarly(set.kind)
        this.#store(held)
      } else {
        this.#endings.leaves(held, 'refused')
        tell([{ waiters: held.waiters, says: ofTheWhole(failure) }])
      }
    }
  }

  /** The session is over: what it waits for is dropped, unless another waits for the same part. Others' parts stay. */
  linkClosed(link: object): void {
    for (const held of this.#links.of(link)) {
      this.#links.forget(held)
      held.waiters = held.waiters.filter((waiter) => waiter.link !== link)
      if (held.waiters.length === 0) this.#endings.leaves(held, 'dropped')
      for (const waiter of held.waiters) this.#links.add(waiter.link, held)
    }
  }

  /** The switch goes down: who waits is told so. What was acknowledged stays in the store for the next start. */
  stop(): void {
    this.#stopped = true
    const due: DueAnswer[] = []
    for (const held of this.#collector.parts()) {
      if (held.standing !== 'withheld') continue
      this.#endings.leaves(held, 'dropped')
      due.push({ waiters: held.waiters, says: { reason: 'stopping', cause: 'the other parts will not come in time' } })
    }
    tell(due)
  }

  /** Takes up what the store holds, before any traffic. Sets that are whole in it go on at once. */
  restore(parts: readonly CollectedPart[], nowMs: number): void {
    const latestMs = nowMs + this.#options.timeoutMs
    for (const part of [...parts].sort(byDeadline)) {
      const key = setKey(part, part.mark)
      let set = this.#collector.find(key)
      if (set !== undefined && (set.total !== part.mark.total || set.parts[part.mark.part - 1] !== undefined)) {
        // That the reference was used anew did not reach the store.
        this.#endings.incomplete(set, ANOTHER_MESSAGE)
        set = undefined
      }
      set ??= this.#collector.open(key, part.sender, part.mark.total, Math.min(part.deadlineMs, latestMs))
      this.#collector.put(set, heldPart(part, 'stored', bytesOf(part)))
    }
    const complete = new Set<PartSet>()
    for (const { set } of this.#collector.parts()) if (set !== undefined && set.present === set.total) complete.add(set)
    this.#proceed(complete, nowMs)
  }
}

/** One that waits for no others, or for none any more. */
function alone(submission: Submission, content: Content | Failure): Verdict<Together> {
  if (content !== submission.content && 'reason' in content) return { kind: 'refuse', failure: content }
  const isAsItCame = content === submission.content && submission.sar === undefined
  return continueWith({
    submission: isAsItCame ? submission : { ...submission, content, sar: undefined },
    assembly: inOnePiece,
  })
}

function heldPart(part: CollectedPart, standing: HeldPart['standing'], bytes: number): HeldPart {
  return { part, standing, waiters: [], bytes, set: undefined, fate: undefined }
}

/** What senders of parts are told when their message can't go: one word for all that is for good, the reason for our log. */
function ofTheWhole(failure: Failure): Failure {
  const { reason, cause } = failure
  if (passesSoon(reason)) return failure
  return { reason: 'messageRefused', cause: `${reason}: ${cause}` }
}

/** A set's parts have one deadline, and come in their order of arrival. */
function byDeadline(a: CollectedPart, b: CollectedPart): number {
  return a.deadlineMs - b.deadlineMs || (a.id < b.id ? -1 : 1)
}

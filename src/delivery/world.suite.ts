// For tests: what senders and vendors know of messages that leave in several segments. No expectations.

import type { MoDelivery, ReceiptDelivery, SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'
import { isFinal, type MessageState } from '../message/state.js'

/** What the world outside knows of one message. */
export interface Story {
  readonly delivery: SegmentDelivery | MoDelivery
  readonly cuts: readonly [number, number]
  /** How far it is, as the courier was told, and over which connection. */
  taken: number
  over: ConnectionId | undefined
  /** What each of its segments is to the vendor; undefined where that gave no id. */
  readonly segments: (VendorSegment | undefined)[]
  /** Something went wrong, so that it need not be delivered. */
  isTroubled: boolean
  /** It was there when the switch died: a vendor may have segments of it that nobody knows of. */
  survivedCrash: boolean
  /** Final receipts, each with its own delivery. */
  readonly ends: Map<string, ReceiptDelivery>
  /** Its ends as they were recorded, asked for or not. */
  readonly recorded: MessageState[]
}

export interface VendorSegment {
  readonly id: string
  readonly story: Story
  /** Nobody asked for a report on it, and there is none. */
  readonly isAsked: boolean
  /** Nothing is reported on it any more. */
  isMissing: boolean
  /** What was reported in the end. A vendor that repeats it says the same. */
  end: MessageState | undefined
}

export class World {
  readonly stories = new Map<string, Story>()
  readonly segments: VendorSegment[] = []
  readonly delivered = new Set<string>()
  readonly accepted = new Set<string>()
  /** Phones about which a vendor has a report under an id that the switch can't know, or knows no more: anything may be told of them. */
  readonly strays = new Set<string>()
  crashes = 0
  made = 0

  story(delivery: SegmentDelivery): Story {
    return this.stories.get(delivery.message.id)!
  }

  storyOfPart(id: string): Story | undefined {
    const known = this.stories.get(id)
    if (known !== undefined) return known
    for (const story of this.stories.values())
      if (story.delivery.message.parts.some((part) => part.id === id)) return story
    return undefined
  }

  /** A segment that a vendor took under an id of its own. */
  vendorTook(delivery: SegmentDelivery, isAsked: boolean): VendorSegment {
    const story = this.story(delivery)
    const taken: VendorSegment = { id: `id${++this.made}`, story, isAsked, isMissing: false, end: undefined }
    this.segments.push(taken)
    return taken
  }

  /**
   * The same under an id that another message has had: nobody can say what becomes of either, since a report may be about any of
   * those, and of messages to their phones.
   */
  vendorTookAgain(delivery: SegmentDelivery, isAsked: boolean): VendorSegment {
    const story = this.story(delivery)
    const before = this.segments.findLast((segment) => segment.story !== story)
    const taken = this.vendorTook(delivery, isAsked)
    if (before === undefined) return taken
    const again: VendorSegment = { ...taken, id: before.id }
    this.segments[this.segments.length - 1] = again
    for (const { story: other } of this.segments.filter(({ id }) => id === before.id)) {
      other.isTroubled = true
      this.strays.add(phoneOf(other))
    }
    return again
  }

  /** The courier took note that a segment was taken. */
  noted(delivery: SegmentDelivery, over: ConnectionId, taken: VendorSegment | undefined): void {
    const story = this.story(delivery)
    const index = delivery.progress?.taken ?? 0
    story.segments.length = index
    story.segments[index] = taken
    story.taken = index + 1
    story.over = over
  }

  /** What a vendor says of a segment now: once that is final it stays. */
  reported(segment: VendorSegment, state: MessageState, nowMs: number, keptMs: number): MessageState {
    const { story } = segment
    const isNew = segment.end === undefined
    if (isFinal(state)) segment.end ??= state
    if (segment.end !== undefined && segment.end !== 'DELIVERED') story.isTroubled = true
    // Too late: what was awaited is given up.
    if (isNew && nowMs >= story.delivery.expiresAtMs + keptMs) this.strays.add(phoneOf(story))
    return segment.end ?? state
  }
}

export function phoneOf({ delivery }: Story): string {
  return delivery.message.destination.value
}

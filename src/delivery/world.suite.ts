// For tests: what senders and vendors know of messages that leave in several segments. No expectations.

import type { ReceiptDelivery, SegmentDelivery } from '../message/delivery.js'
import type { ConnectionId } from '../message/ids.js'

/** What the world outside knows of one message. */
export interface Story {
  readonly delivery: SegmentDelivery
  readonly cuts: readonly [number, number]
  /** How far it is, as the courier was told, and over which connection. */
  taken: number
  over: ConnectionId | undefined
  /** The vendor's id of each segment, '' for none given. */
  readonly ids: string[]
  /** Something went wrong, so that it need not be delivered. */
  isTroubled: boolean
  /** It was there when the switch died: a vendor may have segments of it that nobody knows of. */
  survivedCrash: boolean
  /** Final receipts, each with its own delivery. */
  readonly ends: Map<string, ReceiptDelivery>
}

export interface VendorSegment {
  readonly id: string
  readonly story: Story
  /** Nothing is reported on it any more. */
  isMissing: boolean
}

export class World {
  readonly stories = new Map<string, Story>()
  readonly segments: VendorSegment[] = []
  readonly delivered = new Set<string>()
  readonly accepted = new Set<string>()
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

  /** A segment that a vendor took, and its id. */
  vendorTook(delivery: SegmentDelivery, hasId: boolean): string {
    if (!hasId) return ''
    const id = `id${++this.made}`
    this.segments.push({ id, story: this.story(delivery), isMissing: false })
    return id
  }

  /** The courier took note that a segment was taken. */
  noted(delivery: SegmentDelivery, over: ConnectionId, id: string): void {
    const story = this.story(delivery)
    const index = delivery.progress?.taken ?? 0
    story.ids.length = index
    story.ids[index] = id
    story.taken = index + 1
    story.over = over
    if (id === '' && index > 0) story.isTroubled = true
  }
}

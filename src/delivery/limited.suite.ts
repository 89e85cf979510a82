// For tests: carriers' limits as a test says, before the lanes of the rig; and what they let go. No expectations.

import type { FakeClock } from '../lib/fake-clock.js'
import type { DeliveryId } from '../message/ids.js'
import type { SegmentDelivery } from '../message/delivery.js'
import type { Limited } from '../message/limited.js'
import type { MemoryStore } from '../store/memory/memory-store.js'
import { DAY_TABLE } from '../tendlc/day-book.js'
import type { LimitedLane } from '../tendlc/limiter-lane.js'
import { Limiter } from '../tendlc/limiter.js'
import { TestWorld, type TestCampaign } from '../tendlc/world.suite.js'
import type { LaneTarget } from './lane-key.js'
import type { LimitedPorts } from './limited-ports.js'
import { LimitedSegments } from './limited-segments.js'
import type { Limit } from './limits.js'
import { a, acme, makeRig, rulesOf, type FakeDestination, type Rig, type RigOptions } from './rig.suite.js'

/** Phones and their carriers. */
export const phones: Readonly<Record<string, LimitedLane['carrier']>> = {
  '12125550100': 'att',
  '12125550101': 'tmobile',
  '12125550102': 'verizon',
  '12125550103': 'unknown',
}

/** Numbers, and what they are attached to: changed by tests. */
export class LimitedWorld extends TestWorld implements LimitedPorts {
  readonly numbers = new Map<string, string>()
  refuses = false
  on = true
  segments = new LimitedSegments(this)
  rig!: Rig
  vendor!: FakeDestination
  starts = 0
  /** Segments that the vendor has of each message. */
  readonly had = new Map<DeliveryId, number>()
  /** What was to be kept last of each day, and how many segments count on any. */
  readonly counted = new Map<string, number>()
  onDay = 0

  constructor(numbers: Readonly<Record<string, string>>, ...campaigns: readonly TestCampaign[]) {
    super(...campaigns)
    for (const [number, campaign] of Object.entries(numbers)) this.numbers.set(number, campaign)
  }

  isOn(): boolean {
    return this.on
  }

  limitedOf({ message }: Parameters<LimitedPorts['limitedOf']>[0]): ReturnType<LimitedPorts['limitedOf']> {
    const number = message.source.value
    const campaign = this.numbers.get(number)
    if (!this.on) return undefined
    if (campaign === undefined) return this.refuses ? 'unregistered' : { number, campaign: '', carrier: 'unknown' }
    return { number, campaign, carrier: phones[message.destination.value] ?? 'unknown' }
  }

  isStill(limited: Limited | undefined, message: Parameters<LimitedPorts['isStill']>[1]): boolean {
    const now = this.limitedOf({ message, network: undefined })
    return now === undefined ? limited === undefined : now !== 'unregistered' && now.campaign === limited?.campaign
  }

  daysOf(limited: Limited): readonly string[] {
    return this.limiter.daysOf(laneOf(limited, acme))
  }

  vendorHas(...[days, segments, isLate]: Parameters<LimitedPorts['vendorHas']>): ReturnType<LimitedPorts['vendorHas']> {
    const rows = this.limiter.vendorHas(days, segments, this.rig.nowMs(), isLate)
    if (rows.length > 0) this.onDay += segments
    for (const { key, text } of rows) if (text !== '') this.counted.set(key, Number(text))
    return rows
  }

  vendorRefused(...[days, segments]: Parameters<LimitedPorts['vendorRefused']>): void {
    this.limiter.vendorRefused(days, segments)
  }

  refusedAfterAll(counted: readonly string[]): ReturnType<LimitedPorts['refusedAfterAll']> {
    return counted.flatMap((rowKey) => this.days.refusedAfterAll(rowKey, 1))
  }

  limitsOf(target: LaneTarget): readonly Limit[] {
    if (target.kind !== 'vendor' || !this.on) return []
    const { limited, account } = target
    return limited === undefined ? [] : [this.limiter.of(laneOf(limited, account))]
  }

  /** Another process on the same store. */
  async start(
    options: RigOptions & { readonly store: MemoryStore; readonly clock?: FakeClock },
    window = 1000,
  ): Promise<void> {
    this.days = this.newDays()
    this.segments = new LimitedSegments(this)
    this.rig = makeRig({
      rules: [rulesOf(a, { places: window, resend: { stepMs: 1000, max: 50 } })],
      epoch: ++this.starts,
      limitsOf: (target) => this.limitsOf(target),
      limited: this.segments,
      ...options,
    })
    const { rows } = await options.store.keptRows(DAY_TABLE, { limit: 1000 })
    this.days.load(rows, this.rig.nowMs())
    this.limiter = new Limiter(this, this.days, { startedMs: this.starts === 1 ? -Infinity : this.rig.nowMs() })
    this.rig.dispatcher.limitsChanged(this.rig.nowMs(), this.on)
    this.vendor = this.rig.addDestination('c:a', window)
    await this.rig.restore()
  }

  submit(number: string, to: string, segments = 1, more: Parameters<Rig['submit']>[0] = {}): SegmentDelivery {
    const message = {
      source: { value: number },
      destination: { value: to },
      account: acme,
    } as SegmentDelivery['message']
    const limited = this.limitedOf({ message, network: undefined })
    if (limited === undefined || limited === 'unregistered') throw new Error(`${number} is not limited`)
    const octets = new Uint8Array(segments === 1 ? 10 : segments * 153).fill(0x61)
    return this.rig.submit({ registered: 0, to, limited, octets, ...more })
  }

  changed(): void {
    this.limiter.follow()
    this.rig.dispatcher.limitsChanged(this.rig.nowMs(), this.on)
  }

  /** The vendor takes all segments of what is under way, one after the other; @returns how many it took */
  takeAll(): number {
    let count = 0
    for (let delivery = this.vendor.underWay.shift(); delivery !== undefined; delivery = this.vendor.underWay.shift())
      count += this.take(delivery as SegmentDelivery)
    this.rig.dispatcher.hasRoom(this.vendor.id)
    return count
  }

  /** @param most segments that it takes before it stops answering */
  take(delivery: SegmentDelivery, most = Infinity): number {
    const total = Math.max(1, Math.ceil(delivery.message.content.octets.length / 153))
    const begun = { connection: a, total, taken: 0, group: undefined }
    let count = 0
    let next: SegmentDelivery | undefined =
      total === 1 ? delivery : { ...delivery, progress: delivery.progress ?? begun }
    while (next !== undefined && count < most) {
      count++
      this.had.set(delivery.id, (this.had.get(delivery.id) ?? 0) + 1)
      next = this.rig.courier.attemptEnded(next, a, { kind: 'taken', vendorMessageId: '' })
    }
    if (next !== undefined) this.vendor.underWay.unshift(next)
    return count
  }
}

function laneOf({ number, campaign, carrier }: Limited, account: string): LimitedLane {
  const named = carrier as LimitedLane['carrier']
  return { account, number, campaign: campaign === '' ? undefined : campaign, carrier: named, service: 'sms' }
}

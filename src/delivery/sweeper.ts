// Goes round the store in small steps and ends what has outlived its time where no lane would come to it: in lanes that
// are blocked, and among segments whose receipt never came.

import type { Awaiting, Delivery, SegmentGroup } from '../message/delivery.js'
import type { Store } from '../store/contracts/store.js'

export interface SweeperPorts {
  readonly store: Pick<Store, 'expiredDeliveries' | 'expiredAwaiting' | 'expiredGroups'>
  /** Takes the delivery out of its lane's hands; false when the lane has it already. */
  readonly seize: (delivery: Delivery) => boolean
  readonly overdue: (delivery: Delivery) => void
  readonly giveUp: (awaiting: Awaiting) => void
  readonly giveUpGroup: (group: SegmentGroup) => void
  /** Brackets a reading and the use of its rows: those who end deliveries meanwhile keep in mind what is over. */
  readonly sweeping: (on: boolean) => void
  readonly failed: (error: unknown) => void
}

/** The most time that one step makes up for: steps come several times a second, and after a pause no step shall be felt. */
const MAX_STEP_MS = 100

export class Sweeper {
  readonly #ports: SweeperPorts
  readonly #rowsPerSecond: number
  #deliveries = ''
  #awaiting = ''
  #groups = ''
  /** Rows that wait for receipts come in rounds: first the segments, then the groups of segments. */
  #isAmongGroups = false
  #allowance = 0
  #lastMs: number | undefined
  #busy = false

  constructor(ports: SweeperPorts, rowsPerSecond: number) {
    this.#ports = ports
    this.#rowsPerSecond = rowsPerSecond
  }

  /** Takes the next step; call it several times a second. */
  async step(nowMs: number): Promise<void> {
    const elapsedMs = nowMs - (this.#lastMs ?? nowMs)
    this.#lastMs = nowMs
    const most = (MAX_STEP_MS * this.#rowsPerSecond) / 1000
    this.#allowance = Math.min(Math.max(2, most), this.#allowance + (elapsedMs * this.#rowsPerSecond) / 1000)
    const limit = Math.floor(this.#allowance / 2)
    if (this.#busy || limit < 1) return
    this.#allowance = 0
    this.#busy = true
    this.#ports.sweeping(true)
    try {
      const deliveries = await this.#ports.store.expiredDeliveries(this.#deliveries, limit, nowMs)
      this.#deliveries = deliveries.cursor
      for (const delivery of deliveries.rows) {
        // Waiting for a receipt ends by its due time, in its lane.
        if (!delivery.lane.startsWith('w:') && this.#ports.seize(delivery)) this.#ports.overdue(delivery)
      }
      if (this.#isAmongGroups) await this.#giveUpGroups(limit, nowMs)
      else await this.#giveUpSegments(limit, nowMs)
    } catch (error) {
      this.#ports.failed(error)
    } finally {
      this.#ports.sweeping(false)
      this.#busy = false
    }
  }

  async #giveUpSegments(limit: number, nowMs: number): Promise<void> {
    const { rows, cursor } = await this.#ports.store.expiredAwaiting(this.#awaiting, limit, nowMs)
    this.#awaiting = cursor
    this.#isAmongGroups = cursor === ''
    for (const row of rows) this.#ports.giveUp(row)
  }

  async #giveUpGroups(limit: number, nowMs: number): Promise<void> {
    const { rows, cursor } = await this.#ports.store.expiredGroups(this.#groups, limit, nowMs)
    this.#groups = cursor
    this.#isAmongGroups = cursor !== ''
    for (const row of rows) this.#ports.giveUpGroup(row)
  }
}

// The receipts a simulated vendor owes to one account: sent in order through a window to any bound receiver, kept until answered.
import smpp from 'smpp'
import type { ReceiptContent, ReceiptStyle } from './receipt.js'
import { receiptFields } from './receipt.js'

/** One receipt on its way. */
export interface OwedReceipt {
  readonly content: ReceiptContent
  readonly style: ReceiptStyle
  /** The submit_sm it speaks of; its addresses change places. */
  readonly submitted: smpp.Pdu
  tries: number
}

export interface ReceiptQueueOptions {
  /** Most unanswered deliver_sm on one session. */
  readonly window: number
  /** Most receipts kept; the oldest goes first. */
  readonly limit: number
  /** Pause before a receipt that was refused for the time being is sent again, ms. */
  readonly retryMs: number
  /** Called for each answer of the receiver. */
  readonly onAnswer: (receipt: OwedReceipt, status: number) => void
  readonly onDropped: (receipt: OwedReceipt) => void
}

const mostTries = 10
// ESME_RSYSERR, RMSGQFUL, RTHROTTLED, RX_T_APPN: come again later.
const temporary: ReadonlySet<number> = new Set([0x08, 0x14, 0x58, 0x64])

export class ReceiptQueue {
  readonly #options: ReceiptQueueOptions
  readonly #waiting: OwedReceipt[] = []
  readonly #receivers = new Map<smpp.Session, Set<OwedReceipt>>()
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(options: ReceiptQueueOptions) {
    this.#options = options
  }

  /** Receipts that no receiver has answered yet. */
  get owed(): number {
    let unanswered = 0
    for (const sent of this.#receivers.values()) unanswered += sent.size
    return this.#waiting.length + unanswered
  }

  add(receipt: OwedReceipt): void {
    if (this.#waiting.length >= this.#options.limit) {
      const oldest = this.#waiting.shift()
      if (oldest !== undefined) this.#options.onDropped(oldest)
    }
    this.#waiting.push(receipt)
    this.#send()
  }

  addReceiver(session: smpp.Session): void {
    this.#receivers.set(session, new Set())
    this.#send()
  }

  /** What the session had not answered goes back to the head of the queue, in its order. */
  removeReceiver(session: smpp.Session): void {
    const unanswered = this.#receivers.get(session)
    if (unanswered === undefined) return
    this.#receivers.delete(session)
    this.#waiting.unshift(...unanswered)
    this.#send()
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#receivers.clear()
  }

  #send(): void {
    while (this.#waiting.length > 0) {
      const [session, unanswered] = this.#leastLoaded() ?? []
      if (session === undefined || unanswered === undefined) return
      const receipt = this.#waiting.shift()
      if (receipt === undefined) return
      receipt.tries++
      unanswered.add(receipt)
      const { submitted } = receipt
      const pdu = new smpp.PDU('deliver_sm', {
        source_addr_ton: submitted['dest_addr_ton'],
        source_addr_npi: submitted['dest_addr_npi'],
        source_addr: submitted['destination_addr'],
        dest_addr_ton: submitted['source_addr_ton'],
        dest_addr_npi: submitted['source_addr_npi'],
        destination_addr: submitted['source_addr'],
        ...receiptFields(receipt.content, receipt.style),
      })
      session.send(pdu, (answer) => this.#answered(session, receipt, answer.command_status))
    }
  }

  #leastLoaded(): readonly [smpp.Session, Set<OwedReceipt>] | undefined {
    let best: readonly [smpp.Session, Set<OwedReceipt>] | undefined
    for (const entry of this.#receivers) {
      if (entry[1].size < (best?.[1].size ?? this.#options.window)) best = entry
    }
    return best
  }

  #answered(session: smpp.Session, receipt: OwedReceipt, status: number): void {
    if (this.#receivers.get(session)?.delete(receipt) !== true) return
    this.#options.onAnswer(receipt, status)
    if (temporary.has(status) && receipt.tries < mostTries) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        this.add(receipt)
      }, this.#options.retryMs)
      this.#timers.add(timer)
    }
    this.#send()
  }
}

// Sends N messages through a simulated ESME with a window and waits for the receipts that were asked for.
import type { SimAnswer, SimEsme, SimReceipt, SimSubmit } from './esme.js'
import { startSimEsme } from './esme.js'
import type { SimEsmeOptions } from './esme.js'

export interface SendOptions {
  readonly count: number
  /** Most unanswered submits. */
  readonly window: number
  /** The n-th message, from 0. */
  readonly message: (n: number) => SimSubmit
  /** Gives up waiting for receipts when none has come for so long, ms. */
  readonly receiptTimeoutMs: number
  readonly onAnswer?: (n: number, answer: SimAnswer) => void
  readonly onReceipt?: (receipt: SimReceipt) => void
}

export interface SendSummary {
  readonly sent: number
  readonly accepted: number
  readonly rejected: number
  readonly unanswered: number
  /** Receipts of every state. */
  readonly receipts: number
  /** Accepted messages that asked for a receipt and have no final one. */
  readonly missingReceipts: number
}

/** Sends on a bound ESME. A receipt is awaited for each accepted message that asked for one in every case. */
export async function sendAll(esme: SimEsme, options: SendOptions): Promise<SendSummary> {
  const counts = { sent: 0, accepted: 0, rejected: 0, unanswered: 0, receipts: 0 }
  const awaited = new Set<string>()
  const closed = new Set<string>() // final receipts that came before their answer
  let sending = true
  let onAll: () => void = () => undefined
  let timer: NodeJS.Timeout | undefined

  const checkAll = (): void => {
    clearTimeout(timer)
    if (sending) return
    if (awaited.size === 0) return onAll()
    timer = setTimeout(onAll, options.receiptTimeoutMs)
  }
  const receiptCame = (receipt: SimReceipt): void => {
    counts.receipts++
    options.onReceipt?.(receipt)
    if (receipt.state !== 'ENROUTE' && receipt.state !== 'ACCEPTD') {
      if (!awaited.delete(receipt.id) && sending) closed.add(receipt.id)
    }
    checkAll()
  }
  const answerCame = (n: number, message: SimSubmit, answer: SimAnswer): void => {
    options.onAnswer?.(n, answer)
    if (answer.status === -1) counts.unanswered++
    else if (answer.status !== 0) counts.rejected++
    else {
      counts.accepted++
      const asksAlways = ((message.registeredDelivery ?? 0) & 3) === 1
      if (asksAlways && !closed.delete(answer.messageId)) awaited.add(answer.messageId)
    }
  }
  const sendNext = async (): Promise<void> => {
    while (counts.sent < options.count) {
      const n = counts.sent++
      const message = options.message(n)
      await esme.submit(message, (answer) => answerCame(n, message, answer))
    }
  }

  esme.events.on('receipt', receiptCame)
  await Promise.all(Array.from({ length: options.window }, sendNext))
  sending = false
  await new Promise<void>((resolve) => {
    onAll = resolve
    esme.events.once('close', resolve)
    checkAll()
  })
  clearTimeout(timer)
  esme.events.off('receipt', receiptCame)
  return { ...counts, missingReceipts: awaited.size }
}

/** Binds, sends, waits and unbinds. Rejects if the bind fails. */
export async function sendAndWait(esmeOptions: SimEsmeOptions, options: SendOptions): Promise<SendSummary> {
  const esme = await startSimEsme(esmeOptions)
  try {
    return await sendAll(esme, options)
  } finally {
    await esme.stop()
  }
}

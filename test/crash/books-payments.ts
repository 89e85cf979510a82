// Somebody who pays in over the API all the time, and after a broken call asks for the same payment again. Knows no messages.
import { setTimeout as pause } from 'node:timers/promises'
import { tokenHash } from '../../src/admin/tokens.js'

export interface PaidIn {
  readonly payments: number
  /** In micro-units of the base currency. */
  readonly micros: bigint
  /** Payments whose answer was lost: asked for again, they were there already. */
  readonly known: number
}

export interface Payments {
  /** Resolves when the payment under way is booked. @throws when one was answered otherwise than it should */
  stop(): Promise<PaidIn>
}

const TOKEN = 'pays-all-the-time'
const RETRY_MS = 20
/** Nobody waits longer for an answer of a switch that is being killed. */
const PATIENCE_MS = 5000

/** The settings that let it in. */
export const paymentSettings = { 'admin.tokens': `till ${tokenHash(TOKEN)} money:write` }

/** @param adminPort of the daemon that runs now */
export function startPayments(customer: string, adminPort: () => number): Payments {
  let isStopping = false
  let [payments, micros, known] = [0, 0n, 0]

  /** Undefined without an answer. */
  const book = async (reference: string, amount: string): Promise<number | undefined> => {
    try {
      const response = await fetch(`http://127.0.0.1:${adminPort()}/v1/customers/${customer}/payments`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ reference, amount }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      await response.arrayBuffer()
      return response.status
    } catch {
      return undefined
    }
  }
  const run = async (): Promise<void> => {
    while (!isStopping) {
      const size = BigInt((payments * 7) % 999_999) + 1n
      // Every fourth takes something back.
      const signed = payments % 4 === 3 ? -size : size
      const amount = `${signed < 0n ? '-' : ''}0.${String(size).padStart(6, '0')}`
      let status = await book(`payment-${payments}`, amount)
      while (status === undefined) {
        await pause(RETRY_MS)
        status = await book(`payment-${payments}`, amount)
        if (status === 200) known++
      }
      if (status !== 200 && status !== 201) throw new Error(`payment-${payments} of ${amount}: ${status}`)
      payments++
      micros += signed
    }
  }
  const ended = run()
  // Whoever stops it hears of it.
  ended.catch(() => undefined)
  return {
    stop: async () => {
      isStopping = true
      await ended
      return { payments, micros, known }
    },
  }
}

/** What the running daemon says of the books of a customer, in micro-units. */
export async function liveBooks(
  customer: string,
  adminPort: number,
): Promise<Readonly<Record<'paidIn' | 'held' | 'charged' | 'balance', bigint>>> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/v1/customers/${customer}/balance`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  const { paidIn, held, charged, balance } = (await response.json()) as Readonly<Record<string, string>>
  return { paidIn: microsOf(paidIn), held: microsOf(held), charged: microsOf(charged), balance: microsOf(balance) }
}

/** `-1.5` is -1500000. @throws for what is no decimal number with up to 6 decimals */
function microsOf(text = ''): bigint {
  const [, sign, whole, decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? []
  if (whole === undefined) throw new Error(`"${text}" is no amount`)
  const micros = BigInt(whole + decimals.padEnd(6, '0'))
  return sign === '-' ? -micros : micros
}

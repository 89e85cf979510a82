// The routes of the money API: balances, payments, statements, call detail records. HTTP in, HTTP out; who may come here is the door's.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Pauses } from '../directory/in-slices.js'
import type { Snapshot } from '../directory/snapshot.js'
import { cdrDays, readCdrDay } from '../history/cdr-files.js'
import { wholeRecord } from '../money/record-fields.js'
import { jsonPieces } from '../lib/json-pieces.js'
import type { DayBooks, Payment } from '../message/bill.js'
import { formatAmount, parseAmount } from '../money/amount.js'
import { dayOf } from '../money/day-use.js'
import { momentOf } from '../money/moment.js'
import { described, refuse, storeFailure } from './answers.js'
import { PaymentDesk, type PaymentPorts } from './payments.js'
import {
  BalanceAnswer,
  CustomerParams,
  PaymentAnswer,
  PaymentBody,
  PaymentsAnswer,
  PaymentsQuery,
  RecordDaysAnswer,
  RecordsAnswer,
  RecordsQuery,
  StatementAnswer,
  StatementQuery,
} from './money-schemas.js'
import { inChunks } from './row-json.js'
import { STATEMENT_DAYS_MAX, STATEMENT_ROWS_MAX, statementOf, type Statement } from './statement.js'

export interface MoneyPorts extends PaymentPorts {
  readonly directory: () => Snapshot
  /** Where the daily files of call detail records are. */
  readonly recordFolder: string
}

/** Told of each payment that was booked, and by which token. */
export type OnPaid = (by: string, payment: Payment) => void

const DAY_MS = 86_400_000
const LIST_DEFAULT = 100
const STATEMENT_LIMIT_DEFAULT = 1000
/** Of a day's records that are looked at for one page: less than a second. */
const RECORD_BYTES_MAX = 32 * 1024 * 1024

interface Customer {
  readonly Params: { readonly id: string }
}

export function addMoneyRoutes(api: FastifyInstance, ports: MoneyPorts, pauses: Pauses, onPaid: OnPaid): void {
  const { books, store, directory, wallMs, recordFolder } = ports
  const reading = { config: { scope: 'money:read' } } as const
  const desk = new PaymentDesk(ports)

  /** That of the amounts, also where the directory has another by mistake. */
  const currencyOf = (): string => books.currency ?? directory().currency

  /** Also one that was removed: its money is still there. */
  const unknown = (id: string, reply: FastifyReply): FastifyReply | undefined => {
    const { paidInMicros, heldMicros, chargedMicros } = books.of(id)
    if (directory().customer(id) !== undefined || paidInMicros !== 0 || heldMicros !== 0 || chargedMicros !== 0)
      return undefined
    return refuse(reply, 404, 'notFound', `there is no customers/${id.slice(0, 100)}`)
  }

  api.get<Customer>(
    '/v1/customers/:id/balance',
    {
      ...reading,
      schema: {
        ...described('money', 'getBalance', 'What a customer has, holds and was charged.', BalanceAnswer),
        params: CustomerParams,
      },
    },
    ({ params: { id } }, reply) => {
      const none = unknown(id, reply)
      if (none !== undefined) return none
      const { paidInMicros, heldMicros, chargedMicros } = books.of(id)
      const customer = directory().customer(id)
      return reply.send({
        customer: id,
        currency: currencyOf(),
        paidIn: formatAmount(paidInMicros),
        held: formatAmount(heldMicros),
        charged: formatAmount(chargedMicros),
        balance: formatAmount(paidInMicros - heldMicros - chargedMicros),
        creditLimit: formatAmount(customer === undefined ? 0 : directory().creditMicrosOf(customer, wallMs())),
      })
    },
  )

  api.post<Customer & { Body: { reference: string; amount: string; note?: string } }>(
    '/v1/customers/:id/payments',
    {
      config: { scope: 'money:write' },
      schema: {
        ...described('money', 'pay', 'Books a payment or an adjustment, once for each reference.', PaymentAnswer, 201),
        params: CustomerParams,
        body: PaymentBody,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { reference, amount, note = '' } = request.body
      const none = unknown(id, reply)
      if (none !== undefined) return none
      if (currencyOf() !== directory().currency)
        return refuse(
          reply,
          503,
          'storeFailed',
          `the books are in ${currencyOf()}, the directory is in another currency`,
        )
      const micros = parseAmount(amount)
      if (micros === undefined || micros === 0)
        return refuse(reply, 400, 'invalidRequest', 'body/amount expects an amount other than 0, up to nine billion')
      const result = await desk.book({ customer: id, reference, micros, note }).catch(storeFailure)
      switch (result.kind) {
        case 'booked':
          onPaid(request.getDecorator<string>('caller'), result.payment)
          return reply.code(201).send(shown(currencyOf(), result.payment))
        case 'known':
          return reply.send(shown(currencyOf(), result.payment))
        case 'otherPayment': {
          const { micros: booked, atMs } = result.payment
          const what = `${formatAmount(booked)} of ${new Date(atMs).toISOString()}`
          return refuse(reply, 409, 'referenceTaken', `the reference ${reference} is that of another payment: ${what}`)
        }
        case 'tooLarge':
          return refuse(reply, 422, 'amountTooLarge', 'the sums of the customer would be more than about nine billion')
        case 'storeFailed':
          return refuse(reply, 503, 'storeFailed', `the payment could not be stored: ${result.why}`)
      }
    },
  )

  api.get<Customer & { Querystring: { limit?: number; after?: number } }>(
    '/v1/customers/:id/payments',
    {
      ...reading,
      schema: {
        ...described('money', 'listPayments', 'Payments and adjustments, oldest first.', PaymentsAnswer),
        ...{ params: CustomerParams, querystring: PaymentsQuery },
      },
    },
    async ({ params: { id }, query: { limit = LIST_DEFAULT, after = 0 } }, reply) => {
      const none = unknown(id, reply)
      if (none !== undefined) return none
      const found = await store.payments(id, after, limit + 1)
      const last = found[limit]
      // What came in one moment is on one page, unless it would fill it.
      const whole = last === undefined ? found : found.filter(({ atMs }) => atMs < last.atMs)
      const page = whole.length === 0 ? found.slice(0, limit) : whole
      return reply.send({
        currency: currencyOf(),
        payments: page.map(shownPayment),
        ...(last !== undefined && { next: whole.length === 0 ? last.atMs + 1 : last.atMs }),
      })
    },
  )

  api.get<Customer & { Querystring: { from?: string; to?: string; limit?: number } }>(
    '/v1/customers/:id/statement',
    {
      ...reading,
      schema: {
        ...described('money', 'getStatement', 'Use by day and account, payments and balances.', StatementAnswer),
        ...{ params: CustomerParams, querystring: StatementQuery },
      },
    },
    async ({ params: { id }, query }, reply) => {
      const none = unknown(id, reply)
      if (none !== undefined) return none
      const today = dayOf(wallMs())
      const from = dayGiven(query.from, today)
      const to = dayGiven(query.to, today)
      if (from === undefined || to === undefined || from > to || to - from >= STATEMENT_DAYS_MAX)
        return refuse(
          reply,
          400,
          'invalidRequest',
          `querystring expects days of the calendar, from no later than to, at most ${STATEMENT_DAYS_MAX} of them`,
        )
      const statement = await statementOf(store, id, from, to, query.limit ?? STATEMENT_LIMIT_DEFAULT)
      if (statement.kind !== 'statement') {
        const why =
          statement.kind === 'folded'
            ? `days up to ${shownDay(statement.throughDay)} are kept as one sum only: ask for later ones`
            : `since ${shownDay(from)} there are more than ${STATEMENT_ROWS_MAX} payments or days of accounts: ask for later days`
        return refuse(reply, 400, 'invalidRequest', why)
      }
      const { to: last, openingMicros, closingMicros } = statement
      const head = {
        ...{ customer: id, currency: currencyOf(), from: shownDay(from), to: shownDay(last) },
        ...{ opening: formatAmount(openingMicros), closing: formatAmount(closingMicros) },
        ...(last < to && { next: shownDay(last + 1) }),
      }
      const pieces = inChunks(statementJson(head, statement), pauses)
      return reply.type('application/json').send(Readable.from(pieces, { objectMode: false }))
    },
  )

  api.get(
    '/v1/cdrs/days',
    {
      ...reading,
      schema: described('money', 'listRecordDays', 'Days that there are call detail records of.', RecordDaysAnswer),
    },
    async () => ({ days: await cdrDays(recordFolder) }),
  )

  api.get<{ Querystring: Readonly<Record<string, string | undefined>> & { limit?: number; after?: number } }>(
    '/v1/cdrs',
    {
      ...reading,
      schema: {
        ...described('money', 'listRecords', 'Call detail records of one day, in order.', RecordsAnswer),
        querystring: RecordsQuery,
      },
    },
    async ({ query }, reply) => {
      const { customer, account, message, limit = LIST_DEFAULT, after = 0 } = query
      const given = dayGiven(query['day'], dayOf(wallMs()))
      if (given === undefined)
        return refuse(reply, 400, 'invalidRequest', 'querystring/day expects a day of the calendar, such as 2027-01-31')
      const day = shownDay(given)
      const { rows, next } = await readCdrDay(recordFolder, day, { customer, account, message }, after, {
        ...{ rows: limit, bytes: RECORD_BYTES_MAX },
      })
      return reply.send({ day, records: rows.map(wholeRecord), ...(next !== undefined && { next }) })
    },
  )
}

/** A day of an account has some 100 characters, and there may be many of one day. */
function* statementJson(head: object, { days, payments }: Statement): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"days":`
  yield* jsonPieces(days, (some) => (some as readonly DayBooks[]).map(shownUse))
  yield ',"payments":'
  yield* jsonPieces(payments, (some) => (some as readonly Payment[]).map(shownPayment))
  yield '}'
}

function shownUse({ day, account, units, heldMicros, chargedMicros }: DayBooks) {
  return { day: shownDay(day), account, units, held: formatAmount(heldMicros), charged: formatAmount(chargedMicros) }
}

function shown(currency: string, payment: Payment) {
  return { customer: payment.customer, currency, ...shownPayment(payment) }
}

function shownPayment({ reference, micros, note, atMs }: Payment) {
  return { reference, amount: formatAmount(micros), note, at: new Date(atMs).toISOString() }
}

function dayGiven(text: string | undefined, today: number): number | undefined {
  if (text === undefined) return today
  const ms = momentOf(text)
  return ms === undefined ? undefined : dayOf(ms)
}

function shownDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

// `smswitch customer balance|pay|statement`: the money of one customer of a running switch, by its admin API.
import { clientOptions, createAsk } from './api-client.js'
import type { CommandSpec, OptionValues } from './args.js'
import { exitCodes, textTable, type Output } from './output.js'

interface Balance {
  readonly customer: string
  readonly currency: string
  readonly paidIn: string
  readonly held: string
  readonly charged: string
  readonly balance: string
  readonly creditLimit: string
}

interface Payment {
  readonly reference: string
  readonly amount: string
  readonly note: string
  readonly at: string
}

interface Statement {
  readonly customer: string
  readonly currency: string
  readonly from: string
  readonly to: string
  readonly opening: string
  readonly closing: string
  readonly days: readonly {
    readonly day: string
    readonly account: string
    readonly units: number
    readonly held: string
    readonly charged: string
  }[]
  readonly payments: readonly Payment[]
  /** There is more: the day to go on from. */
  readonly next?: string
}

const payOptions = {
  ...clientOptions,
  reference: { kind: 'text', value: 'TEXT', doc: 'yours; the same again books nothing', required: true },
  note: { kind: 'text', value: 'TEXT', doc: 'for people' },
} as const satisfies CommandSpec['options']

const statementOptions = {
  ...clientOptions,
  from: { kind: 'text', value: 'DAY', doc: 'the first day, such as 2027-01-31 (UTC); today if not said' },
  to: { kind: 'text', value: 'DAY', doc: 'the last day; today if not said' },
} as const satisfies CommandSpec['options']

export const customerBalanceCommand = {
  name: 'customer balance',
  summary: 'Shows what a customer has, holds and was charged.',
  options: clientOptions,
  arguments: ['CUSTOMER'],
  async run(values: OptionValues<typeof clientOptions>, output: Output, args: readonly string[]): Promise<number> {
    const balance = await createAsk(values, process.env)<Balance>(pathOf(args, 'balance'))
    const { currency, paidIn, held, charged, creditLimit } = balance
    const rows = [
      ['paid in', paidIn],
      ['held', held],
      ['charged', charged],
      ['balance', balance.balance],
      ['credit limit', creditLimit],
    ]
    output.print(textTable([balance.customer, currency], rows), balance)
    return exitCodes.done
  },
}

export const customerPayCommand = {
  name: 'customer pay',
  summary: 'Books a payment of a customer, or an adjustment below 0 (after --), once for each reference.',
  options: payOptions,
  arguments: ['CUSTOMER', 'AMOUNT'],
  async run(values: OptionValues<typeof payOptions>, output: Output, args: readonly string[]): Promise<number> {
    const { reference, note } = values
    const body = JSON.stringify({ reference, amount: args[1], ...(note !== undefined && { note }) })
    const ask = createAsk(values, process.env)
    const headers = { 'content-type': 'application/json' }
    const payment = await ask<Payment & { readonly currency: string }>(
      pathOf(args, 'payments'),
      { method: 'POST', body },
      headers,
    )
    output.print(`${payment.amount} ${payment.currency} booked at ${payment.at} as ${payment.reference}`, payment)
    return exitCodes.done
  },
}

export const customerStatementCommand = {
  name: 'customer statement',
  summary: 'Shows the use by day and account, the payments and the balances of a customer between two days.',
  options: statementOptions,
  arguments: ['CUSTOMER'],
  async run(values: OptionValues<typeof statementOptions>, output: Output, args: readonly string[]): Promise<number> {
    const { from, to } = values
    const ask = createAsk(values, process.env)
    const page = (first: string | undefined): Promise<Statement> => {
      const query = new URLSearchParams({
        ...(first !== undefined && { from: first }),
        ...(to !== undefined && { to }),
      })
      return ask<Statement>(`${pathOf(args, 'statement')}?${query.toString()}`)
    }
    let statement = await page(from)
    while (statement.next !== undefined) statement = continued(statement, await page(statement.next))
    output.print(printed(statement), statement)
    return exitCodes.done
  },
}

function pathOf(args: readonly string[], what: string): string {
  return `/v1/customers/${encodeURIComponent(args[0] ?? '')}/${what}`
}

/** Each page is of its own moment: money may have moved between the two. */
function continued({ next: _, ...before }: Statement, after: Statement): Statement {
  return {
    ...after,
    from: before.from,
    opening: before.opening,
    days: [...before.days, ...after.days],
    payments: [...before.payments, ...after.payments],
  }
}

function printed({ customer, currency, from, to, opening, closing, days, payments }: Statement): string {
  const use = days.map(({ day, account, units, held, charged }) => [day, account, units, held, charged])
  const paid = payments.map(({ at, reference, amount, note }) => [at, reference, amount, note])
  return [
    `${customer}, ${from} to ${to}, in ${currency}`,
    `opening balance ${opening}`,
    ...(use.length === 0 ? [] : [textTable(['day', 'account', 'units', 'held', 'charged'], use)]),
    ...(paid.length === 0 ? [] : [textTable(['booked', 'reference', 'amount', 'note'], paid)]),
    `closing balance ${closing}`,
  ].join('\n\n')
}

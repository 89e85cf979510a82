// What the money API takes and gives, for checks and for its OpenAPI document. No behaviour.
import { Type } from '@sinclair/typebox'
import { PAGE_MAX } from './directory-schemas.js'

const strict = { additionalProperties: false } as const
const text = (description: string) => Type.String({ description })
const amount = (description: string) =>
  Type.String({ description: `${description} Decimal text in the base currency.` })
const DAY = { pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', expected: 'a day such as 2027-01-31, in UTC' }
const day = (description: string) => Type.Optional(Type.String({ ...DAY, description }))
const limit = Type.Optional(
  Type.Integer({
    ...{ minimum: 1, maximum: PAGE_MAX, default: 100, description: 'How many to give at most.' },
    expected: `a whole number from 1 to ${PAGE_MAX}`,
  }),
)
const after = Type.Optional(
  Type.Integer({ minimum: 0, description: '`next` of the page before.', expected: 'a whole number from 0' }),
)
const next = Type.Optional(Type.Integer({ description: 'There is more: give this as `after`.' }))

export const CustomerParams = Type.Object({ id: text('The id of the customer.') }, strict)

export const BalanceAnswer = Type.Object({
  customer: Type.String(),
  currency: text('The base currency, in which all amounts are.'),
  paidIn: amount('All payments and adjustments together.'),
  held: amount('Kept for messages that have not ended.'),
  charged: amount('Of messages that have.'),
  balance: amount('Paid in, less what is held and charged.'),
  creditLimit: amount('How far below 0 the balance may go.'),
})

export const PaymentBody = Type.Object(
  {
    reference: Type.String({
      pattern: '^[\\x21-\\x7e]{1,64}$',
      description: 'Yours: the same again books nothing. Unique for its customer.',
      expected: 'a reference: 1 to 64 printable ASCII characters without spaces',
    }),
    amount: Type.String({
      pattern: '^-?[0-9]{1,10}(\\.[0-9]{1,6})?$',
      description: 'Decimal text in the base currency; below 0 takes money away.',
      expected: 'a decimal number such as "250.50" or "-0.001", at most 6 decimals, other than 0',
    }),
    note: Type.Optional(
      Type.String({ maxLength: 200, description: 'For people.', expected: 'a note of up to 200 characters' }),
    ),
  },
  { ...strict, expected: '{ reference, amount, note }' },
)

const payment = {
  reference: Type.String(),
  amount: amount('Above 0 it was paid in.'),
  note: Type.String(),
  at: text('When it was booked, UTC.'),
}
export const PaymentAnswer = Type.Object({ customer: Type.String(), currency: Type.String(), ...payment })

export const PaymentsQuery = Type.Object({ limit, after }, strict)
export const PaymentsAnswer = Type.Object({ currency: Type.String(), payments: Type.Array(Type.Object(payment)), next })

export const StatementQuery = Type.Object(
  {
    from: day('The first day; today if not said.'),
    to: day('The last day; today if not said.'),
    limit: Type.Optional(
      Type.Integer({
        ...{ minimum: 1, maximum: 10_000, default: 1000, expected: 'a whole number from 1 to 10000' },
        description: 'Days of accounts, and payments, after which it ends; with a whole day, and at least one.',
      }),
    ),
  },
  strict,
)
export const StatementAnswer = Type.Object({
  customer: Type.String(),
  currency: Type.String(),
  from: Type.String(),
  to: Type.String({ description: 'The last day of this statement; there may be more.' }),
  opening: amount('The balance at the beginning of the first day.'),
  closing: amount('The balance at the end of the last day.'),
  days: Type.Array(
    Type.Object({
      day: text('In which the messages were accepted.'),
      account: Type.String(),
      units: Type.Integer({ description: 'Of all messages, delivered or not.' }),
      held: amount('Not decided yet.'),
      charged: amount('Of messages that have ended.'),
    }),
  ),
  payments: Type.Array(Type.Object(payment)),
  next: Type.Optional(Type.String({ description: 'There is more: the day to go on from.' })),
})

export const RecordsQuery = Type.Object(
  {
    day: day('The day in which they were written; today if not said.'),
    customer: Type.Optional(text('Only of this customer.')),
    account: Type.Optional(text('Only of this account.')),
    message: Type.Optional(text('Only of this message, or part of one.')),
    limit,
    after,
  },
  strict,
)
export const RecordsAnswer = Type.Object({
  day: Type.String(),
  records: Type.Array(Type.Unknown({ description: 'A call detail record; docs/money.md has its fields.' })),
  next,
})
export const RecordDaysAnswer = Type.Object({
  days: Type.Array(Type.Object({ day: Type.String(), bytes: Type.Integer({ description: 'Of all records of it.' }) })),
})

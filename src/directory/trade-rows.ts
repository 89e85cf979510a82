// The rows about money: who pays, what is sold, what it costs, in which order routes are taken. Schema only.

import { type Static, Type } from '@sinclair/typebox'
import { PREFERENCE_MAX, WEIGHT_MAX } from '../money/tariff.js'
import { amount, CategoryName, columnsOf, Currency, flag, Id, Moment, oneOf, strict, whole } from './columns.js'
import { DialingRow } from './dialing-columns.js'

/** What one unit of a currency is in the base currency from a moment on. */
export const ExchangeRateRow = Type.Object(
  {
    currency: Currency,
    /** Left out: always. */
    effectiveFrom: Type.Optional(Moment),
    rate: Type.String({
      pattern: '^[0-9]{1,9}(\\.[0-9]{1,9})?$',
      expected: 'a decimal number above 0 such as "0.9123", at most 9 decimals',
    }),
  },
  { ...strict, expected: '{ currency, effectiveFrom, rate }' },
)

/** Who pays. */
export const CustomerRow = Type.Object(
  {
    id: Id,
    name: Type.Optional(Type.String({ maxLength: 200, expected: 'a name' })),
    /** prepaid: what is paid in is spent; postpaid: down to the credit limit. */
    billing: oneOf(['prepaid', 'postpaid'], 'prepaid'),
    /** How far below 0 the balance may go, in the customer's currency. */
    creditLimit: amount({ default: '0' }),
    /** Left out: the base currency. */
    currency: Type.Optional(Currency),
    active: flag(true),
  },
  columnsOf('a customer'),
)

export const services = ['sms', 'im'] as const

/** What an account may use, at which prices. */
export const ProductRow = Type.Object(
  {
    id: Id,
    /** What the customer pays. */
    tariff: Id,
    services: Type.Array(oneOf(services), { default: [...services], expected: `a list of ${services.join(', ')}` }),
    /** For its accounts, where they say nothing themselves. */
    dialingRules: Type.Optional(DialingRow),
  },
  columnsOf('a product'),
)

export const RateRow = Type.Object(
  {
    /** Exactly one of `destination` and `prefix`; see money/destination.ts. */
    destination: Type.Optional(
      Type.String({
        maxLength: 40,
        expected: 'leading digits, =digits for one number, E.212-MCC-MNC, E.212-MCC, or a word such as ONNET',
      }),
    ),
    /** Leading digits of the called number; '' covers every destination, names included. The older name of `destination`. */
    prefix: Type.Optional(
      Type.String({ pattern: '^[0-9]{0,20}$', expected: 'up to 20 digits, or "" for any destination' }),
    ),
    /** In the tariff's currency, per unit. */
    price: Type.String({
      pattern: '^[0-9]{1,9}(\\.[0-9]{1,6})?$',
      expected: 'a decimal number such as "0.0045", at most 6 decimals',
    }),
    /** Left out: always. */
    effectiveFrom: Type.Optional(Moment),
    /** 10 is tried first, 0 never. */
    preference: Type.Optional(whole(0, PREFERENCE_MAX)),
    /** What routing plans order by. */
    category: Type.Optional(CategoryName),
    /** Routes that come after this one are not used. */
    huntstop: Type.Optional(Type.Boolean({ expected: 'true or false' })),
    /** Nothing goes there, whatever a shorter prefix says. */
    forbidden: Type.Optional(Type.Boolean({ expected: 'true or false' })),
    /** Its share among equal routes. */
    weight: Type.Optional(whole(0, WEIGHT_MAX)),
  },
  { ...strict, expected: '{ destination, price }' },
)

export const TariffRow = Type.Object(
  {
    id: Id,
    /** Left out: the base currency. */
    currency: Type.Optional(Currency),
    rates: Type.Array(RateRow, { default: [], expected: 'a list of { destination, price }' }),
  },
  columnsOf('a tariff'),
)

/** How much of the customer's price must be left. */
const ProfitRow = Type.Object(
  {
    /** Per unit, in the base currency; below 0: the loss that is borne. */
    absolute: Type.Optional(amount({ negative: true })),
    /** In percent of the vendor's price. */
    relative: Type.Optional(
      Type.String({
        pattern: '^-?[0-9]{1,5}(\\.[0-9]{1,2})?$',
        expected: 'percent of the cost such as "12.5", at most 2 decimals',
      }),
    ),
    /** Both must hold, or one is enough. */
    both: flag(true),
  },
  { ...strict, expected: '{ absolute, relative, both }' },
)

/** Which route categories are used, and in which order. */
export const PlanRow = Type.Object(
  {
    id: Id,
    /** The greater order comes first; categories left out are not used. */
    categories: Type.Array(
      Type.Object(
        { category: CategoryName, order: whole(0, 1_000_000) },
        { ...strict, expected: '{ category, order }' },
      ),
      { minItems: 1, maxItems: 1000, expected: 'a list of { category, order }, at least one' },
    ),
    profit: Type.Optional(ProfitRow),
  },
  columnsOf('a routing plan'),
)

export type ExchangeRateRow = Static<typeof ExchangeRateRow>
export type CustomerRow = Static<typeof CustomerRow>
export type ProductRow = Static<typeof ProductRow>
export type RateRow = Static<typeof RateRow>
export type TariffRow = Static<typeof TariffRow>
export type PlanRow = Static<typeof PlanRow>

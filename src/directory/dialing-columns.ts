// The columns that say how a peer writes numbers, the same for accounts, products and connections. Schema only.

import { type Static, Type } from '@sinclair/typebox'
import { strict } from './columns.js'

const RULES_EXPECTED =
  'number translation rules, such as "s/^00//; dialing national=0 countryCode=44", or a list of them'

const Rules = Type.Union(
  [
    Type.String({ maxLength: 10_000, expected: RULES_EXPECTED }),
    Type.Array(Type.String({ maxLength: 1000, expected: 'a number translation rule' }), {
      maxItems: 1000,
      expected: RULES_EXPECTED,
    }),
  ],
  { expected: RULES_EXPECTED },
)

/** Which number and which way: in is from the peer to E.164, out is from E.164 to the peer. */
export const dialingFields = ['calledIn', 'callingIn', 'calledOut', 'callingOut'] as const
export type DialingField = (typeof dialingFields)[number]

export const DialingRow = Type.Object(
  {
    calledIn: Type.Optional(Rules),
    callingIn: Type.Optional(Rules),
    calledOut: Type.Optional(Rules),
    callingOut: Type.Optional(Rules),
  },
  { ...strict, expected: '{ calledIn, callingIn, calledOut, callingOut }' },
)
export type DialingRow = Readonly<Static<typeof DialingRow>>

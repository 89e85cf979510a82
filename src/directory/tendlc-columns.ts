// The rows of 10DLC: who is registered, for what, with which numbers, and whose phones are whose, also as vendors say it. Schema only.

import { type Static, Type } from '@sinclair/typebox'
import { brandKinds } from '../tendlc/brand.js'
import { attClasses, useCases } from '../tendlc/campaign.js'
import { carriers } from '../tendlc/carriers.js'
import { columnsOf, flag, Id, octets, oneOf, strict, whole } from './columns.js'

const SEGMENTS_MAX = 1_000_000_000

/** What a brand is beside its kind: charities and governments have figures and use cases of their own. */
export const brandEntities = ['company', 'charity', 'government'] as const

/** What becomes of a message beyond the cap of a day. */
const atCaps = ['hold', 'fail'] as const

const Name = Type.String({ maxLength: 200, expected: 'a name' })

const DayCap = Type.Optional(
  Type.Union([whole(1, SEGMENTS_MAX), Type.Literal('none')], {
    expected: `a whole number from 1 to ${SEGMENTS_MAX}, or none`,
  }),
)

function rate() {
  return Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000, expected: 'a rate above 0, such as 75 or 0.25' }),
  )
}

/** Who sends. */
export const BrandRow = Type.Object(
  {
    id: Id,
    name: Type.Optional(Name),
    /** A low-volume standard brand was never vetted; a sole proprietor has no tax number. */
    kind: oneOf(brandKinds, 'standard'),
    entity: oneOf(brandEntities, 'company'),
    /** Brands that have the same share T-Mobile's day. */
    ein: Type.Optional(
      Type.String({ pattern: '^[0-9]{2}-?[0-9]{7}$', expected: 'a tax number (EIN) such as 12-3456789' }),
    ),
    /** As it was vetted; left out: nobody did. */
    trustScore: Type.Optional(whole(0, 100)),
    /** One of the 3,000 largest companies: the best there is, whatever its score. */
    russell3000: flag(false),
    /** Segments a day to T-Mobile that the carrier itself gave; none: no cap. Left out: what the tables say. */
    tmobileDay: DayCap,
  },
  columnsOf('a brand'),
)

/** What one carrier gave; what is left out stays as the tables say. */
export const CarrierOverrideRow = Type.Object(
  {
    /** Segments a second, and in any minute. */
    mps: rate(),
    tpm: Type.Optional(whole(1, SEGMENTS_MAX)),
    /** The same of messages with media. */
    mmsMps: rate(),
    mmsTpm: Type.Optional(whole(1, SEGMENTS_MAX)),
    /** Segments a day of the brand, of all its campaigns; none: this campaign has no cap and is not counted. */
    dayCap: DayCap,
  },
  { ...strict, minProperties: 1, expected: 'one or more of { mps, tpm, mmsMps, mmsTpm, dayCap }' },
)

/** What a brand sends. */
export const CampaignRow = Type.Object(
  {
    id: Id,
    name: Type.Optional(Name),
    brand: Id,
    useCase: oneOf(useCases),
    /** As AT&T assigned it; left out: what brand and use case have in the tables. */
    attClass: Type.Optional(oneOf(attClasses)),
    /** Whose messages count as the campaign's; none: whoever may send as one of its numbers. Applications see it only if named. */
    accounts: Type.Array(Id, { maxItems: 10_000, default: [], expected: 'a list of account ids' }),
    /** Long codes attached: digits in E.164 without `+`. */
    numbers: Type.Array(
      Type.String({ pattern: '^1[2-9][0-9]{9}$', expected: 'a long code: 11 digits without +, such as 12025550123' }),
      { default: [], expected: 'a list of long codes' },
    ),
    /** By carrier: what it gave this campaign wins over the tables. */
    overrides: Type.Optional(
      Type.Partial(
        Type.Object({
          att: CarrierOverrideRow,
          tmobile: CarrierOverrideRow,
          verizon: CarrierOverrideRow,
          uscellular: CarrierOverrideRow,
          minor: CarrierOverrideRow,
        }),
        { ...strict, expected: `a mapping of ${carriers.join(', ')} to what that carrier gave` },
      ),
    ),
    /** Left out: the setting for all campaigns. */
    atCap: Type.Optional(oneOf(atCaps)),
  },
  columnsOf('a campaign'),
)

/** Whose phones are whose, as the operator knows: before any lookup or receipt. */
export const CarrierOverridesRow = Type.Object(
  {
    /** A CSV file of `number or prefix,carrier`, relative to the working directory. It is read again with the directory. */
    file: Type.Optional(octets(4096, { min: 1 })),
    /** Goes before the file. */
    numbers: Type.Array(
      Type.Object(
        {
          number: Type.String({
            pattern: '^1[0-9]{0,10}$',
            expected: 'a number of the United States or the first digits of one, such as 1202555',
          }),
          carrier: oneOf(carriers),
        },
        { ...strict, expected: '{ number, carrier }' },
      ),
      { default: [], expected: 'a list of { number, carrier }' },
    ),
  },
  columnsOf('carrierOverrides'),
)

function tlvTag() {
  return Type.Union([whole(0, 0xffff), Type.String({ pattern: '^0x[0-9a-fA-F]{1,4}$' })], {
    expected: 'the tag of a TLV from 0x0000 to 0xFFFF, such as 0x1403',
  })
}

/** Where a vendor's receipts name the network of the phone. */
export const NetworkTlvRow = Type.Object(
  {
    /** Has MCC and MNC, or a word of `names`. */
    tag: tlvTag(),
    /** Where the vendor has the MNC in a TLV of its own: the other one has the MCC then. */
    mncTag: Type.Optional(tlvTag()),
    /** The vendor's own words or codes; their case does not count. They go before MCC and MNC. */
    names: Type.Record(Type.String({ pattern: '^[^\\s\\x00-\\x1f](.{0,62}[^\\s\\x00-\\x1f])?$' }), oneOf(carriers), {
      additionalProperties: Type.Never({ expected: 'a name of 1–64 characters, no space at either end' }),
      maxProperties: 1000,
      default: {},
      expected: '{ name: carrier }',
    }),
  },
  { ...strict, expected: '{ tag, mncTag, names }' },
)

export type BrandRow = Static<typeof BrandRow>
export type CampaignRow = Static<typeof CampaignRow>
export type CarrierOverridesRow = Static<typeof CarrierOverridesRow>
export type NetworkTlvRow = Readonly<Static<typeof NetworkTlvRow>>

// The columns that say how a peer codes and cuts its texts, the same for accounts and connections. Schema only.

import { type Static, Type } from '@sinclair/typebox'
import { type Alphabet, nationalLanguages, type NationalLanguage } from '../text/alphabet.js'
import type { LongMessage } from '../text/leave.js'
import { flag, oneOf, strict } from './columns.js'

/** Those that text can be written in. */
export const textAlphabets = [
  'gsm7',
  'gsm7Packed',
  'ascii',
  'latin1',
  'cyrillic',
  'hebrew',
  'ucs2',
  'ucs2le',
  'utf8',
] as const satisfies readonly Alphabet[]

/** What a value of data_coding may be said to mean. */
export const alphabets = [
  ...textAlphabets,
  'binary',
  'jis',
  'pictogram',
  'iso2022jp',
  'extendedJis',
  'ksc5601',
] as const satisfies readonly Alphabet[]

export const longMessages = ['payload', 'udh8', 'udh16', 'sar', 'asReceived'] as const satisfies readonly LongMessage[]

export const languageNames = Object.keys(nationalLanguages) as [NationalLanguage, NationalLanguage, NationalLanguage]

const OCTET = '^(25[0-5]|2[0-4][0-9]|1?[0-9]{1,2}|0x[0-9a-fA-F]{1,2})$'

/** How a peer uses data_coding, both ways. */
export const TextRow = Type.Object(
  {
    /** smpp: SMPP 3.4 §5.2.19; gsm0338: 3GPP TS 23.038 clause 4. */
    table: oneOf(['smpp', 'gsm0338'], 'smpp'),
    /** What 0 means, and each other value that names the default alphabet. */
    defaultAlphabet: oneOf(textAlphabets, 'gsm7'),
    /** Values that mean something else towards this peer. */
    dataCodings: Type.Record(Type.String({ pattern: OCTET }), oneOf(alphabets), {
      additionalProperties: Type.Never({ expected: 'a value of data_coding: 0 to 255 or 0x00 to 0xff' }),
      default: {},
      expected: '{ value of data_coding: alphabet }',
    }),
    /** What fills seven spare bits at the end of packed septets. */
    packedEnd: oneOf(['cr', 'zero'], 'cr'),
    /** A message class leaves as 0x10 to 0x1B (general) or as 0xF0 to 0xF7 (class). */
    classGroup: oneOf(['general', 'class'], 'general'),
  },
  { ...strict, default: {}, expected: '{ table, defaultAlphabet, dataCodings, packedEnd, classGroup }' },
)
export type TextRow = Readonly<Static<typeof TextRow>>

/** How a peer's messages in parts are taken. */
export function multipartRow(usual: {
  readonly ack: 'withheld' | 'early'
  readonly incomplete: 'fail' | 'sendAsReceived'
}) {
  return Type.Object(
    {
      /** withheld: a part is answered when the message is whole and accepted; early: once it is durable. */
      ack: oneOf(['withheld', 'early'], usual.ack),
      /** What becomes of parts that were answered when the others never come. */
      incomplete: oneOf(['fail', 'sendAsReceived'], usual.incomplete),
      /** Refuse parts of more than 153 characters of 7 bits or 63 of UCS-2, even those that fit 140 octets with their header. */
      strictPartLimits: flag(false),
    },
    { ...strict, default: {}, expected: '{ ack, incomplete, strictPartLimits }' },
  )
}
export type MultipartRow = Readonly<Static<ReturnType<typeof multipartRow>>>

/** How a peer reads and writes texts, and how long ones leave to it. */
export function textColumns(longMessage: LongMessage) {
  return {
    text: TextRow,
    longMessage: oneOf(longMessages, longMessage),
    /** National tables that may be used where they save segments (3GPP TS 23.038 annex A). */
    languages: Type.Array(oneOf(languageNames), { default: [], expected: 'a list of languages' }),
    /** Replace what GSM 7 bit lacks by what says the same, where that saves segments or lets the text leave at all. */
    transliterate: flag(false),
  }
}

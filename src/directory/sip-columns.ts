// The columns that only SIP has: of a user of ours, and of a peer that a connection leads to. Schema only.

import { type Static, Type } from '@sinclair/typebox'
import { digestLengths, type DigestHash } from '../sip/index.js'
import { CIDR_EXPECTED, flag, octets, oneOf, strict, whole } from './columns.js'

/** RFC 3261 §25.1 `user` without escapes; no colon, which digest has for itself (RFC 7616 §3.4.2). */
const USER = "^[A-Za-z0-9_.!~*'()&=+$,;?/-]{1,64}$"
/** Secrets are made for it to the letter, and phones write it as they like: one form only. */
const DOMAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
const USER_EXPECTED = "the user of a SIP address: 1–64 letters, digits and _.!~*'()&=+$,;?/-, such as alice"
const SECRETS_EXPECTED =
  'a mapping of MD5, SHA-256 or SHA-512-256 to the hash (`smswitch hash-password --sip USER@DOMAIN`)'

/** Whether `sip:user@domain` may be an account's. */
export const isSipUser = (user: string): boolean => new RegExp(USER).test(user)
export const isSipDomain = (domain: string): boolean => DOMAIN.test(domain)

/** H(user:domain:password) of one algorithm. */
function secret(of: DigestHash) {
  const digits = digestLengths[of]
  return Type.Optional(
    Type.String({
      pattern: `^[0-9a-f]{${digits}}$`,
      expected: `${digits} hex digits in lower case, made by \`smswitch hash-password --sip USER@DOMAIN\``,
    }),
  )
}

/** What may register as `sip:user@domain`, with the domain of its account. */
export const SipUserRow = Type.Object(
  {
    /** Case counts (RFC 3261 §19.1.4). */
    user: Type.String({ pattern: USER, expected: USER_EXPECTED }),
    /** By algorithm: what is offered to a phone is what there is a secret for. */
    secrets: Type.Object(
      {
        'SHA-512-256': secret('SHA-512-256'),
        'SHA-256': secret('SHA-256'),
        MD5: secret('MD5'),
      } satisfies Record<DigestHash, unknown>,
      { ...strict, minProperties: 1, expected: SECRETS_EXPECTED },
    ),
    /** Phones registered at a time; left out: the setting for all users. */
    maxContacts: Type.Optional(whole(1, 1000)),
  },
  { ...strict, expected: '{ user, secrets, maxContacts }' },
)
export type SipUserRow = Readonly<Static<typeof SipUserRow>>

const peerDomain = Type.String({
  pattern: '^[A-Za-z0-9.:[\\]_-]{1,253}$',
  expected: 'a domain name or an IP address',
})

export const sipTransports = ['udp', 'tcp', 'tls'] as const

/** What a connection of type `sip` has beside the columns of all connections. */
export const SipPeerRow = Type.Object(
  {
    transport: oneOf(sipTransports, 'udp'),
    /** Of the Request-URI and To; left out: the host. */
    domain: Type.Optional(peerDomain),
    /** Of From; left out: where we are. */
    fromDomain: Type.Optional(peerDomain),
    /** Numbers in E.164 are written with a `+`, unless `translations` have made them. */
    plus: flag(true),
    /** Numbers are marked as such: `;user=phone` (RFC 3261 §19.1.1). */
    userPhone: flag(false),
    /** Ask by OPTIONS whether it is there; false: it is taken to be. */
    ping: flag(true),
    /** Whence its messages come; left out: the host where that is an IP address. */
    addresses: Type.Optional(
      Type.Array(Type.String({ maxLength: 50, expected: CIDR_EXPECTED }), {
        minItems: 1,
        maxItems: 1000,
        expected: 'a list of IP addresses and ranges, at least one',
      }),
    ),
    /** Who we are where it challenges us; the password stands in the columns of the connection. */
    username: Type.Optional(octets(128, { min: 1 })),
  },
  { ...strict, expected: '{ transport, domain, fromDomain, plus, userPhone, ping, addresses, username }' },
)
export type SipPeerRow = Readonly<Static<typeof SipPeerRow>>

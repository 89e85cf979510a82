// The settings of SIP and of the web softphone, a part of all settings. Data only.
import { flag, oneOf, text, whole } from './setting.js'
import { sipListeners } from './sip-listeners.js'

const day = 86_400_000

export const sip = {
  enabled: flag(false, 'Listen for SIP: users register, send and receive.'),
  listeners: sipListeners(
    'udp://127.0.0.1:5060 tcp://127.0.0.1:5060 ws://127.0.0.1:5066',
    'Where phones, browsers (ws, wss) and peers connect to.',
  ),
  advertisedHost: text('', 'What requests of ours say of where we are, where that is not the address listened on.', {
    minLength: 0,
    maxLength: 253,
  }),
  defaultDomain: text(
    '',
    'The domain that is meant where a phone writes an address of the switch in place of one; empty for none.',
    { minLength: 0, maxLength: 253 },
  ),
  numbersDomain: text(
    '',
    'The domain in which users write to numbers elsewhere: what comes from those has it in From; empty for that of the user.',
    { minLength: 0, maxLength: 253 },
  ),
  tls: {
    certificateFile: text('', 'PEM file of the certificate, with those that it is signed by: for tls and wss.', {
      minLength: 0,
    }),
    keyFile: text('', 'PEM file of its key.', { minLength: 0 }),
  },
  origins: text(
    '',
    'Whose pages may connect by WebSocket, such as https://phone.example.com, parted by blanks, that of the web softphone too; empty for all.',
    { minLength: 0 },
  ),
  nonceMs: whole(300_000, 'How long a phone may use a nonce before it is given another.', { min: 1000, max: day }),
  registration: {
    minExpiresMs: whole(60_000, 'Shortest registration; a shorter wish is refused with 423.', {
      min: 1000,
      max: 3_600_000,
    }),
    defaultExpiresMs: whole(3_600_000, 'How long a phone is registered that names no time.', { min: 1000 }),
    maxExpiresMs: whole(7_200_000, 'Longest registration; a longer wish is cut to it.', { min: 1000, max: 30 * day }),
    maxContacts: whole(10, 'Phones of one user at a time, unless the account says otherwise.', { max: 1000 }),
    whenFull: oneOf(
      ['refuse', 'dropOldest'],
      'dropOldest',
      'What becomes of one more: it is refused, or takes the place of the one refreshed longest ago.',
    ),
    maxUsers: whole(500_000, 'Most users registered at a time; one more is answered 503.'),
  },
  offlineMs: whole(3 * day, 'How long a message to a user of ours is kept for him, unless its sender says less.', {
    min: 1000,
  }),
  maxBodyBytes: whole(65_536, 'Longest body of a request; a longer one is refused with 413.', {
    min: 1300,
    max: 1_048_576,
  }),
  maxHeadBytes: whole(16_384, 'Longest head of a request.', { min: 2048, max: 65_536 }),
  udpMaxBytes: whole(1300, 'Longest request sent in one datagram (RFC 3428 §8).', { min: 512, max: 65_000 }),
  largeOnUdp: oneOf(
    ['split', 'send'],
    'split',
    'A message that is longer where a phone has no other way: in pieces, or as it is, in fragments of IP.',
  ),
  maxPieces: whole(20, 'Most pieces of one message; one that needs more is undeliverable.', { max: 100 }),
  peerPingMs: whole(30_000, 'How often SIP peers are asked by OPTIONS whether they are still there.', { min: 100 }),
  push: {
    url: text('', 'Where it is told, by POST, that messages wait for a user without a phone; empty for nowhere.', {
      minLength: 0,
    }),
    token: text('', 'Sent with it, as `Authorization: Bearer`; empty for none.', { minLength: 0, sensitive: true }),
    timeoutMs: whole(5000, 'How long its answer may take.', { max: 60_000 }),
    pauseMs: whole(30_000, 'Shortest time between two of them for one user.'),
    maxInFlight: whole(16, 'Most of them at a time.', { max: 1000 }),
    maxQueued: whole(10_000, 'Most users that wait to be told of; one more is dropped and counted.'),
  },
  t1Ms: whole(
    500,
    'RFC 3261’s T1, a round trip: requests are repeated from it on, and answers remembered for 64 times it.',
    {
      min: 50,
      max: 5000,
    },
  ),
  maxServer: whole(500_000, 'Most requests being answered or remembered; one more is answered 503.', { min: 1000 }),
  maxClient: whole(50_000, 'Most requests of ours without an answer; what would be one more waits.', { min: 100 }),
  maxConnections: whole(20_000, 'Most connections (tcp, tls, ws, wss); one more is closed at once.'),
  maxConnectionsPerAddress: whole(
    500,
    'The same for one remote address, of IPv6 for one network (/64): a whole office may have one.',
  ),
  firstMessageMs: whole(30_000, 'A connection over which nothing has come by then is closed.'),
  messageMs: whole(10_000, 'How long a message may take from its first octet to its last on a connection.'),
  idleMs: whole(3_900_000, 'A connection over which nothing has come for that long is closed.'),
  pingMs: whole(30_000, 'How often WebSockets are pinged; 0 for never.', { min: 0 }),
  writeStallMs: whole(30_000, 'A peer that takes nothing off its connection for that long is closed.'),
  retryAfterMs: whole(5000, 'After how long a phone that is answered 503 is asked to try again, in whole seconds.', {
    min: 1000,
    max: 3_600_000,
  }),
}

export const softphone = {
  enabled: flag(false, 'Serve the web softphone at /softphone on the admin server.'),
  domain: text('', 'The domain of its users, filled in for them; empty for none.', { minLength: 0, maxLength: 253 }),
  url: text(
    '',
    'The WebSocket that it connects to, such as wss://sip.example.com/; empty for the first ws or wss listener.',
    {
      minLength: 0,
    },
  ),
}

interface SipConfig {
  readonly enabled: boolean
  readonly listeners: string
  readonly tls: { readonly certificateFile: string; readonly keyFile: string }
  readonly registration: {
    readonly minExpiresMs: number
    readonly defaultExpiresMs: number
    readonly maxExpiresMs: number
  }
  readonly push: { readonly url: string }
  readonly origins: string
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
}

interface SoftphoneConfig {
  readonly enabled: boolean
  readonly url: string
}

const isTls = ({ listeners }: SipConfig): boolean => /\b(tls|wss):/.test(listeners)

/** What no single setting of SIP can tell. */
export const sipCrossChecks: readonly {
  readonly key: string
  readonly expected: string
  readonly holds: (config: { readonly sip: SipConfig; readonly softphone: SoftphoneConfig }) => boolean
}[] = [
  {
    key: 'sip.tls.certificateFile',
    expected: 'a file where sip.listeners has tls or wss',
    holds: ({ sip: given }) => !given.enabled || !isTls(given) || given.tls.certificateFile !== '',
  },
  {
    key: 'sip.tls.keyFile',
    expected: 'a file where sip.listeners has tls or wss',
    holds: ({ sip: given }) => !given.enabled || !isTls(given) || given.tls.keyFile !== '',
  },
  {
    key: 'sip.registration.minExpiresMs',
    expected: 'no more than sip.registration.defaultExpiresMs',
    holds: ({ sip: { registration } }) => registration.minExpiresMs <= registration.defaultExpiresMs,
  },
  {
    key: 'sip.registration.defaultExpiresMs',
    expected: 'no more than sip.registration.maxExpiresMs',
    holds: ({ sip: { registration } }) => registration.defaultExpiresMs <= registration.maxExpiresMs,
  },
  {
    key: 'sip.maxConnectionsPerAddress',
    expected: 'no more than sip.maxConnections',
    holds: ({ sip: given }) => given.maxConnectionsPerAddress <= given.maxConnections,
  },
  {
    key: 'sip.push.url',
    expected: 'a URL that begins with http:// or https://, or nothing',
    holds: ({ sip: { push } }) => push.url === '' || (/^https?:\/\/[^\s@]+$/.test(push.url) && URL.canParse(push.url)),
  },
  {
    key: 'sip.origins',
    expected: 'pages as browsers name them, such as https://phone.example.com or http://127.0.0.1:8775, without a path',
    holds: ({ sip: given }) =>
      given.origins.split(/\s+/).every((each) => each === '' || (URL.canParse(each) && new URL(each).origin === each)),
  },
  {
    key: 'softphone.url',
    expected: 'a URL that begins with ws:// or wss://, or nothing',
    holds: ({ softphone: { url } }) => url === '' || (/^wss?:\/\/[^\s@]+$/.test(url) && URL.canParse(url)),
  },
  {
    key: 'softphone.enabled',
    expected: 'false, unless sip.enabled is true and sip.listeners has ws or wss',
    holds: ({ sip: given, softphone: page }) => !page.enabled || (given.enabled && /\bwss?:/.test(given.listeners)),
  },
]

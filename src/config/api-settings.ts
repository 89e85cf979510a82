// The settings of the HTTP API for applications, of its webhooks and of powerpacks, a part of all settings. Data only.
import { addressRanges, delays } from './list-settings.js'
import { flag, oneOf, port, text, whole, type ValuesOf } from './setting.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const webhooks = {
  timeoutMs: whole(8000, 'How long the answer of an application may take, its name and connection included.', {
    max: minute,
  }),
  retryMs: delays(
    '60000 120000 240000',
    'After the n-th failure the next try comes so much later; after the last none.',
  ),
  maxAnswerBytes: whole(1_048_576, 'Longest answer of an application; a longer one is a failure.', {
    max: 16_777_216,
  }),
  allowed: addressRanges(
    '',
    'Where webhooks may go beside the public internet, such as 10.1.0.0/16; nowhere else inside they do.',
  ),
  caFile: text('', 'PEM file of a certificate authority of your own, which counts beside the public ones.', {
    minLength: 0,
  }),
  maxInFlight: whole(512, 'Most webhooks at a time, half of them for endpoints that are not swift.', {
    min: 2,
    max: 10_000,
  }),
  maxInFlightPerEndpoint: whole(64, 'The same for one endpoint: scheme, host and port.', { max: 10_000 }),
  slowMs: whole(1000, 'An endpoint that takes longer to answer is not swift.', { max: minute }),
  maxHeld: whole(50_000, 'Most webhooks held in memory; the rest waits in the store.'),
  maxHeldPerEndpoint: whole(1000, 'The same for one endpoint.'),
  maxWaiting: whole(
    1_000_000,
    'Most webhooks in the store; beyond it endpoints with many of them are not told of what is new, which is counted.',
  ),
  maxWaitingPerEndpoint: whole(200_000, 'Most of one endpoint; it is not told of more, which is counted.'),
}

export const api = {
  enabled: flag(false, 'Listen for applications: they send messages, and have powerpacks, numbers and webhooks.'),
  host: text(
    '127.0.0.1',
    'Address that applications connect to; it speaks HTTP: put what speaks HTTPS before it where others are to reach it.',
  ),
  port: port(8780, 'Port that applications connect to.'),
  requests: whole(300, 'Most requests of one account in a window; more are answered 429. 0 for no limit.', {
    min: 0,
    max: 1_000_000,
  }),
  requestsMs: whole(5000, 'How long that window is.', { max: day }),
  lists: whole(20, 'The same for lists of messages, which cost the most.', { min: 0, max: 100_000 }),
  listsMs: whole(minute, 'How long their window is.', { max: day }),
  listRows: whole(
    10_000_000,
    'Most numbers and the like that lists and searches of one account look at in that window; more are answered 429. 0 for no limit.',
    { min: 0, max: 1_000_000_000_000 },
  ),
  keepDays: whole(90, 'Records of messages that are older are removed; 0 keeps all. Lists show the last 90 days.', {
    min: 0,
    max: 100_000,
  }),
  idempotencyMs: whole(day, 'How long a request with an Idempotency-Key may be repeated and is not done again.', {
    min: minute,
    max: 30 * day,
  }),
  maxBodyBytes: whole(1_048_576, 'Longest body of a request; a longer one is answered 413.', {
    min: 65_536,
    max: 16_777_216,
  }),
  maxHeadBytes: whole(16_384, 'Longest head of a request.', { min: 2048, max: 65_536 }),
  maxConnections: whole(10_000, 'Most connections; one more is closed at once.'),
  receiveMs: whole(10_000, 'How long a request may take from its first octet to its last.', { max: 10 * minute }),
  idleMs: whole(minute, 'A connection without a request for that long is closed.', { max: day }),
  inventoryFile: text(
    '',
    'The file of the provider that numbers are rented from, relative to the working directory; empty for none: what can be rented are your own.',
    { minLength: 0 },
  ),
  inventorySecret: text('', 'What stands for {secret} in that file, unless it names a file of its own for it.', {
    minLength: 0,
    sensitive: true,
  }),
  maxChanges: whole(
    1000,
    'Most changes of powerpacks, numbers and applications that wait for their turn; one more is answered 503.',
    { max: 100_000 },
  ),
  webhooks,
}

export const powerpack = {
  longCodePerSecond: whole(1, 'Segments that a long code sends, unless the number says otherwise.', { max: 100_000 }),
  tollFreePerSecond: whole(3, 'The same of a toll-free number.', { max: 100_000 }),
  shortCodePerSecond: whole(100, 'The same of a short code.', { max: 100_000 }),
  maxQueuedPerNumber: whole(
    10_800,
    'Most messages that wait for one number of a pool; those that only it may send are refused beyond (code 300).',
  ),
  dailyPerNumber: whole(
    150,
    'Segments a day (UTC) after which a long code is passed over while others that suit have sent less.',
    { max: 65_535 },
  ),
  stickyDays: whole(15, 'How long a phone hears from the number that it had its last message from.', { max: 3650 }),
  stickyPhones: whole(
    1_000_000,
    'Most phones of which that is remembered, some 50 bytes each; the longest silent ones are forgotten.',
    { max: 50_000_000 },
  ),
  health: {
    act: oneOf(
      ['never', 'quarantine', 'replace'],
      'never',
      'What becomes of a long code whose messages do not arrive: nothing; it is not used for now; another takes its place too.',
    ),
    minReports: whole(50, 'With fewer ended messages in the last 24 hours nothing is said of a number.', {
      max: 1_000_000,
    }),
    minDeliveredPercent: whole(70, 'Share of them that must have been delivered.', { min: 0, max: 100 }),
    maxSpamPercent: whole(10, 'Share of them that may have been taken for spam.', { min: 0, max: 100 }),
    spamErrors: text(
      '',
      'What vendors write as err in reports of messages that were taken for spam, such as 067, parted by blanks; empty where none does.',
      { minLength: 0, maxLength: 1000 },
    ),
    maxRefusals: whole(3, 'Times in a row that vendors refuse a number as the source until it counts as ill.', {
      max: 1_000_000,
    }),
  },
}

interface ApiConfig {
  readonly api: ValuesOf<typeof api>
}

/** What no single setting of the API can tell. */
export const apiCrossChecks: readonly {
  readonly key: string
  readonly expected: string
  readonly holds: (config: ApiConfig) => boolean
}[] = [
  {
    key: 'api.webhooks.maxInFlightPerEndpoint',
    expected: 'no more than api.webhooks.maxInFlight',
    holds: ({ api: { webhooks: given } }) => given.maxInFlightPerEndpoint <= given.maxInFlight,
  },
  {
    key: 'api.webhooks.maxHeldPerEndpoint',
    expected: 'no more than api.webhooks.maxHeld',
    holds: ({ api: { webhooks: given } }) => given.maxHeldPerEndpoint <= given.maxHeld,
  },
  {
    key: 'api.webhooks.maxWaitingPerEndpoint',
    expected: 'no more than api.webhooks.maxWaiting',
    holds: ({ api: { webhooks: given } }) => given.maxWaitingPerEndpoint <= given.maxWaiting,
  },
]

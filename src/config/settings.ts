// Every setting of the daemon: the one source of config/default.yaml, docs/settings.md and the type Config. Data only.
import { api, apiCrossChecks, powerpack } from './api-settings.js'
import { oneOf, port, text, whole, type ValuesOf } from './setting.js'
import { sip, sipCrossChecks, softphone } from './sip-settings.js'
import { tenDlc } from './tendlc-settings.js'
import { trace } from './trace-settings.js'

const day = 86_400_000

const smppServer = {
  host: text('127.0.0.1', 'Address that ESMEs connect to; 0.0.0.0 or :: for every interface.'),
  port: port(2775, 'Port that ESMEs connect to.'),
  systemId: text('smswitch', 'The switch’s own name in the answer to a bind.', { maxLength: 15 }),
  maxConnections: whole(1000, 'Most ESME connections at a time; one more is closed at once.'),
  maxUnbound: whole(500, 'Most connections that have not bound yet; one more is closed at once.'),
  maxUnboundPerIp: whole(200, 'The same for one remote address.'),
  sessionInitMs: whole(10_000, 'A connection that has not bound by then is closed.'),
  enquireLinkMs: whole(30_000, 'Silence after which the switch asks with enquire_link.'),
  inactivityMs: whole(300_000, 'A session without any message for that long is unbound.'),
  responseMs: whole(60_000, 'How long an ESME may take to answer a deliver_sm before it is sent again.'),
  receiveWindow: whole(1000, 'Most unanswered requests of one session; the switch stops reading beyond.', {
    max: 100_000,
  }),
  sendWindow: whole(100, 'Most deliver_sm that wait for their answer in one session.', { max: 10_000 }),
  queryRemembered: whole(100_000, 'Most messages whose state query_sm is told; the oldest are forgotten, 0 for none.', {
    min: 0,
    max: 10_000_000,
  }),
  maxPduBytes: whole(70_000, 'A longer PDU closes the session.', { min: 4096, max: 1_000_000 }),
  writeStallMs: whole(30_000, 'A peer that takes nothing off its socket for that long is closed.'),
}

const vendor = {
  reconnectMinMs: whole(
    500,
    'Wait before the first try to connect again; doubled, with jitter, after each failed one.',
  ),
  reconnectMaxMs: whole(30_000, 'Longest wait between two tries to connect.'),
  connectMs: whole(10_000, 'How long the TCP connection may take.'),
  bindMs: whole(10_000, 'How long the answer to a bind may take.'),
  enquireLinkMs: whole(30_000, 'Silence after which the switch asks with enquire_link.'),
  responseMs: whole(60_000, 'How long the answer to a submit_sm may take; after it the submit counts as unanswered.'),
  throttlePauseMs: whole(1000, 'How long a connection rests after the vendor said ESME_RTHROTTLED or ESME_RMSGQFUL.'),
}

const multipart = {
  timeoutMs: whole(60_000, 'How long after its first part the others of a message may come.'),
  maxParts: whole(254, 'Most parts of a message; a part that says more is refused.', { max: 255 }),
  maxSets: whole(100_000, 'Most incomplete messages; a part that begins one more is refused with ESME_RMSGQFUL.'),
  maxSetsPerPeer: whole(10_000, 'The same for one account or vendor.'),
  maxBytes: whole(268_435_456, 'Most memory for parts of incomplete messages; one more is refused with ESME_RMSGQFUL.'),
  maxBytesPerPeer: whole(67_108_864, 'The same for one account or vendor.'),
  stallMs: whole(
    5000,
    'A session that asks nothing for that long while all it waits for is withheld parts has a full window: it gets them answered early.',
  ),
}

const logIn = {
  wrongPerAccount: whole(
    10,
    'Wrong passwords of one address for one account, beyond which none is looked at for a while; 0 for no limit.',
    { min: 0 },
  ),
  wrongPerAddress: whole(
    100,
    'The same over all accounts; those that have logged in from there rightly still may. 0 for no limit, as behind a proxy.',
    { min: 0 },
  ),
  wrongInAll: whole(
    1000,
    'Wrong passwords for one account from everywhere, beyond which an address that never had the right one gets one try; 0 for no limit.',
    { min: 0 },
  ),
  forgiveMs: whole(10_000, 'After so long one more wrong password is allowed.', { max: day }),
  refuseAfterMs: whole(2000, 'How long a bind whose password is not looked at waits for its refusal.', {
    min: 0,
    max: 60_000,
  }),
  remembered: whole(100_000, 'Most addresses, accounts and pairs of them kept in mind; the oldest are forgotten.'),
}

const delivery = {
  resendStepMs: whole(30_000, 'The n-th resend comes n times this long after the n-th failure.'),
  resendMax: whole(20, 'Most resends of one segment; 0 for none.', { min: 0, max: 1000 }),
  defaultValidityMs: whole(2 * day, 'How long a message without a validity period is tried.'),
  maxValidityMs: whole(7 * day, 'Longest validity period; a longer one is cut to it.'),
  readAheadPerLane: whole(2000, 'Most deliveries of one lane held in memory; the rest waits in the store.'),
  readAheadTotal: whole(50_000, 'Most deliveries of all lanes held in memory.'),
  receiptGraceMs: whole(day, 'How long after a message’s validity the vendor’s receipt is still waited for.'),
  sweepRowsPerSecond: whole(5000, 'How fast what has expired is cleared away; slower leaves more for sending.'),
}

const receipts = {
  maxAgeMs: whole(
    3 * day,
    'A receipt that could not be handed over for that long is dropped and counted; those of the HTTP API wait as long as records are kept.',
  ),
  maxPerAccount: whole(
    100_000,
    'Most receipts waiting for one account; further ones are dropped and counted, but for the ends of messages of the HTTP API.',
  ),
  maxMoPerAccount: whole(
    100_000,
    'Most messages from phones waiting for one account; their vendor is told to send further ones again later.',
  ),
  maxTries: whole(10, 'A receipt refused that often is set aside and counted, so that it blocks nothing behind it.', {
    max: 1000,
  }),
  retryMs: whole(30_000, 'Wait before a refused receipt is offered again.'),
  parkedMax: whole(100_000, 'Most vendor receipts held that came before the answer they belong to.'),
  claimAfterMs: whole(
    5000,
    'Wait before such a receipt is taken for that of a message to the same phone that the vendor never answered.',
  ),
  parkedMs: whole(300_000, 'How long a vendor receipt without a known message is held.'),
}

const store = {
  kind: oneOf(
    ['lmdb', 'memory'],
    'lmdb',
    'lmdb keeps messages on disk; memory forgets them with the process (tests only).',
  ),
  path: text('data', 'Folder of the store, relative to the working directory; one daemon at a time.'),
  mapBytes: whole(17_179_869_184, 'Largest size of the queue on disk; reserved as address space, not as disk.', {
    min: 16_777_216,
  }),
  lowWaterBytes: whole(268_435_456, 'New messages are refused while less than this is free in the map or on the disk.'),
  commitLazyMs: whole(5, 'How long what nobody waits for may be collected before it is committed; 0 for at once.', {
    min: 0,
    max: 1000,
  }),
  commitMaxUnits: whole(5000, 'Most units of record in one commit.', { max: 100_000 }),
  maxQueued: whole(5_000_000, 'Most messages in the queue; new ones are refused beyond.'),
}

const cdr = {
  path: text('cdr', 'Folder of the daily files of call detail records, relative to the folder of the store.'),
  exportMs: whole(1000, 'How often records are taken from the store to their file.', { max: 60_000 }),
  keepDays: whole(
    0,
    'Files that are older than so many days are removed, days without any for long counted as one; 0 keeps all.',
    { min: 0, max: 100_000 },
  ),
}

const books = {
  keepDays: whole(
    400,
    'Use by day and payments of earlier days than so many ago become one sum for each customer; 0 keeps all.',
    { min: 0, max: 100_000 },
  ),
}

const lookup = {
  use: oneOf(['on', 'off'], 'on', 'off asks nobody, whatever policies say: the digits of the number decide then.'),
  file: text('', 'The file of lookup providers, relative to the working directory; empty for none: nobody is asked.', {
    minLength: 0,
  }),
  waitMs: whole(20, 'How long a message waits for its network before it is accepted without it.', {
    min: 0,
    max: 1000,
  }),
  timeoutMs: whole(2000, 'How long an answer of one provider may take; the wait for a free request and the store too.'),
  next: oneOf(
    ['never', 'onFailure', 'onFailureOrUnknown'],
    'onFailure',
    'When the next provider of the list is asked; after a table that lacks the number always.',
  ),
  maxInFlight: whole(64, 'Most requests at a time, for each list of providers that policies name.', { max: 10_000 }),
  maxQueued: whole(10_000, 'Most numbers that wait for that; one more counts as not answered.'),
  maxAskers: whole(100_000, 'Most who wait for answers, over all numbers; one more counts as not answered.'),
  maxAtDesk: whole(1000, 'Most accepted messages whose network is asked for at a time; the others wait in the store.'),
  maxUndecided: whole(100_000, 'Most messages of one account that are accepted before their network is known.'),
  retryMs: whole(10_000, 'Wait before a number is asked for again where the policy says `onFailure: retry`.'),
  ttlMs: whole(day, 'How long a network is taken for true.'),
  unknownTtlMs: whole(600_000, 'How long it is taken for true that nobody knows a number.'),
  staleMs: whole(0, 'How long after that an answer is still used while it is asked for again; 0 for not.', { min: 0 }),
  refreshPauseMs: whole(10_000, 'Wait before such asking is tried again.'),
  cacheMax: whole(200_000, 'Most numbers remembered in memory, some 300 bytes each.', { min: 2 }),
  breaker: {
    minFailures: whole(5, 'With fewer failures in its window a provider is never left alone.'),
    percent: whole(50, 'Share of failures in the window from which on it is left alone.', { max: 100 }),
    windowMs: whole(10_000, 'How far back failures count.'),
    openMs: whole(5000, 'How long a provider is left alone before one request tries it again.'),
  },
}

/** All settings by group. */
export const settings = {
  smpp: { server: smppServer },
  sip,
  softphone,
  api,
  powerpack,
  tenDlc,
  trace,
  logIn,
  vendor,
  multipart,
  delivery,
  receipts,
  lookup,
  store,
  cdr,
  books,
  directory: {
    path: text(
      'directory.yaml',
      'The file of accounts, policies and vendors, relative to the working directory; empty: they are in the store, and the API changes them.',
      { minLength: 0 },
    ),
  },
  admin: {
    host: text('127.0.0.1', 'Address of the admin server (/metrics, /healthz, /readyz); keep it off public networks.'),
    port: port(8775, 'Port of the admin server.'),
    tokens: text('', 'Who may call the API: NAME SHA256 SCOPE[,SCOPE…], parted by “;”; none: the API is off.', {
      minLength: 0,
      maxLength: 100_000,
      sensitive: true,
    }),
    tokensFile: text('', 'A file with further tokens, one a line; it is read at the start.', { minLength: 0 }),
  },
  log: {
    level: oneOf(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
      'Least important level that is logged.',
    ),
  },
  stop: {
    graceMs: whole(10_000, 'How long a stop may take; seven tenths of it for the answers of vendors.'),
  },
} as const

/** The whole configuration: parsed once, frozen, passed on in slices. */
export type Config = ValuesOf<typeof settings>

/** A rule between two settings; `key` is blamed when `holds` says no. */
export interface CrossCheck {
  readonly key: string
  readonly expected: string
  readonly holds: (config: Config) => boolean
}

/** What no single setting can tell. */
export const crossChecks: readonly CrossCheck[] = [
  {
    key: 'vendor.reconnectMinMs',
    expected: 'no more than vendor.reconnectMaxMs',
    holds: (config) => config.vendor.reconnectMinMs <= config.vendor.reconnectMaxMs,
  },
  {
    key: 'multipart.maxSetsPerPeer',
    expected: 'no more than multipart.maxSets',
    holds: (config) => config.multipart.maxSetsPerPeer <= config.multipart.maxSets,
  },
  {
    key: 'multipart.maxBytesPerPeer',
    expected: 'no more than multipart.maxBytes',
    holds: (config) => config.multipart.maxBytesPerPeer <= config.multipart.maxBytes,
  },
  {
    key: 'delivery.defaultValidityMs',
    expected: 'no more than delivery.maxValidityMs',
    holds: (config) => config.delivery.defaultValidityMs <= config.delivery.maxValidityMs,
  },
  {
    key: 'delivery.readAheadPerLane',
    expected: 'no more than delivery.readAheadTotal',
    holds: (config) => config.delivery.readAheadPerLane <= config.delivery.readAheadTotal,
  },
  {
    key: 'store.lowWaterBytes',
    expected: 'less than store.mapBytes',
    holds: (config) => config.store.lowWaterBytes < config.store.mapBytes,
  },
  ...sipCrossChecks,
  ...apiCrossChecks,
]

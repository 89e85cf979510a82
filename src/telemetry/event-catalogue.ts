// Every event that is logged: name, level, fields, message. Per session and per anomaly, never per message. Data only.

import { apiEvents } from './api-events.js'
import { tenDlcEvents } from './tendlc-events.js'

/** What a field of an event holds. */
export type FieldKind = 'text' | 'number' | 'flag' | 'error'

export interface EventSpec {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly message: string
  readonly fields: Readonly<Record<string, FieldKind>>
}

/** Events by name: `room.whatHappened`. */
export const eventCatalogue = {
  'app.starting': { level: 'info', message: 'starting', fields: { version: 'text', node: 'text', pid: 'number' } },
  'app.ready': {
    level: 'info',
    message: 'ready',
    fields: { tookMs: 'number', smppPort: 'number', adminPort: 'number' },
  },
  'app.stopping': { level: 'info', message: 'stopping', fields: { why: 'text' } },
  'app.stopStepSlow': {
    level: 'warn',
    message: 'a step of the stop took longer than its bound and was left behind',
    fields: { step: 'text', afterMs: 'number' },
  },
  'app.stopped': { level: 'info', message: 'stopped', fields: { tookMs: 'number' } },
  'app.failed': { level: 'error', message: 'the daemon cannot go on', fields: { error: 'error' } },
  'directory.loaded': {
    level: 'info',
    message: 'directory loaded',
    fields: { file: 'text', accounts: 'number', policies: 'number', connections: 'number' },
  },

  'directory.changed': {
    level: 'info',
    message: 'directory changed',
    fields: { by: 'text', revision: 'number', objects: 'number' },
  },
  'directory.refused': {
    level: 'warn',
    message: 'the directory file is not right; what was in force stays so',
    fields: { by: 'text', file: 'text', why: 'text' },
  },
  'directory.unwise': {
    level: 'warn',
    message: 'something in the directory is unwise, and in force all the same',
    fields: { warnings: 'number', first: 'text' },
  },
  'directory.noFile': {
    level: 'info',
    message: 'nothing to read again: the directory is in the store, and is changed by the API',
    fields: { by: 'text' },
  },
  'money.paid': {
    level: 'info',
    message: 'a payment or an adjustment was booked',
    fields: { by: 'text', customer: 'text', reference: 'text', micros: 'number' },
  },
  'money.otherCurrency': {
    level: 'error',
    message:
      'the directory has another base currency than the books: nothing that costs is accepted until it is set back',
    fields: { books: 'text', directory: 'text' },
  },
  'money.dayLeft': {
    level: 'warn',
    message:
      'accounts had been counted for a day far ahead, by a clock that was wrong; limits are those of today again',
    fields: { counted: 'text', now: 'text' },
  },
  'money.daysFolded': {
    level: 'info',
    message: 'days and payments that are older than they are kept became one sum for each customer',
    fields: { before: 'text', customers: 'number' },
  },
  'money.foldFailed': {
    level: 'warn',
    message: 'old days and payments could not be made one sum; it is tried again',
    fields: { error: 'error' },
  },
  'delivery.rerouted': {
    level: 'info',
    message: 'messages whose connections have gone have new routes, or have ended for want of one',
    fields: { messages: 'number' },
  },

  'esme.listening': { level: 'info', message: 'listening for ESMEs', fields: { host: 'text', port: 'number' } },
  'esme.bound': {
    level: 'info',
    message: 'an ESME bound',
    fields: { session: 'number', account: 'text', mode: 'text', remote: 'text', version: 'number' },
  },
  'esme.bindRefused': {
    level: 'warn',
    message: 'a bind was refused',
    fields: { session: 'number', systemId: 'text', remote: 'text', status: 'text', why: 'text' },
  },
  'esme.unbound': {
    level: 'info',
    message: 'an ESME is unbound: its account has changed',
    fields: { session: 'number', account: 'text', remote: 'text' },
  },
  'esme.closed': {
    level: 'info',
    message: 'an ESME session ended',
    fields: { session: 'number', account: 'text', remote: 'text', why: 'text', unanswered: 'number' },
  },
  'esme.connectionRefused': {
    level: 'warn',
    message: 'a connection was closed: as many as allowed are open',
    fields: { remote: 'text', bound: 'text', open: 'number' },
  },
  'esme.protocolError': {
    level: 'warn',
    message: 'an ESME broke the protocol',
    fields: { session: 'number', account: 'text', remote: 'text', why: 'text' },
  },
  'esme.handlerFailed': {
    level: 'error',
    message: 'a bug: an ESME session was ended by a failure of ours',
    fields: { session: 'number', account: 'text', remote: 'text', error: 'error' },
  },

  'esme.cannotSend': {
    level: 'warn',
    message: 'a message from a phone cannot be written for this account',
    fields: { account: 'text', messageId: 'text', why: 'text' },
  },
  'esme.windowFull': {
    level: 'info',
    message: 'the window of an ESME is smaller than its messages have parts: they are answered early',
    fields: { session: 'number', account: 'text', requests: 'number' },
  },

  'vendor.connecting': {
    level: 'debug',
    message: 'connecting to a vendor',
    fields: { connection: 'text', bind: 'number', host: 'text', port: 'number' },
  },
  'vendor.bound': {
    level: 'info',
    message: 'bound to a vendor',
    fields: { connection: 'text', bind: 'number', mode: 'text', systemId: 'text' },
  },
  'vendor.bindFailed': {
    level: 'warn',
    message: 'could not bind to a vendor',
    fields: { connection: 'text', bind: 'number', why: 'text', nextTryMs: 'number' },
  },
  'vendor.lost': {
    level: 'warn',
    message: 'a vendor bind was lost',
    fields: { connection: 'text', bind: 'number', why: 'text', unanswered: 'number', nextTryMs: 'number' },
  },
  'vendor.closed': {
    level: 'info',
    message: 'a vendor bind was closed',
    fields: { connection: 'text', bind: 'number' },
  },
  'vendor.throttled': {
    level: 'warn',
    message: 'a vendor asks to slow down',
    fields: { connection: 'text', status: 'text', pauseMs: 'number' },
  },
  'vendor.protocolError': {
    level: 'warn',
    message: 'a vendor broke the protocol',
    fields: { connection: 'text', bind: 'number', why: 'text' },
  },
  'vendor.handlerFailed': {
    level: 'error',
    message: 'a bug: a vendor bind was ended by a failure of ours',
    fields: { connection: 'text', bind: 'number', error: 'error' },
  },
  'vendor.cannotSend': {
    level: 'warn',
    message: 'a message has a field that this connection cannot carry',
    fields: { connection: 'text', messageId: 'text', why: 'text' },
  },
  'vendor.resting': {
    level: 'warn',
    message: 'a vendor connection loses its turn for a while: too few of its attempts were taken',
    fields: { connection: 'text', percent: 'number', attempts: 'number', pauseMs: 'number' },
  },
  'vendor.moRefused': {
    level: 'warn',
    message: 'a message from a phone was refused',
    fields: { connection: 'text', destination: 'text', why: 'text' },
  },
  'vendor.idFormLearnt': {
    level: 'info',
    message: 'learnt how a vendor writes message ids in receipts',
    fields: { connection: 'text', form: 'text' },
  },

  'sip.listening': {
    level: 'info',
    message: 'listening for SIP',
    fields: { transport: 'text', host: 'text', port: 'number' },
  },
  'sip.listenerFailed': {
    level: 'warn',
    message: 'a socket that SIP is listened on told of an error; it goes on',
    fields: { listener: 'text', error: 'error' },
  },
  'sip.restored': {
    level: 'info',
    message: 'registrations of before are known again; those over connections, which are gone, are dropped',
    fields: { users: 'number', bindings: 'number', dropped: 'number', tookMs: 'number' },
  },
  'sip.registered': {
    level: 'debug',
    message: 'a phone registered that was not registered before',
    fields: { account: 'text', transport: 'text', remote: 'text', userAgent: 'text', expiresMs: 'number' },
  },
  'sip.unregistered': {
    level: 'debug',
    message: 'a phone is registered no more',
    fields: { account: 'text', transport: 'text', remote: 'text', why: 'text' },
  },
  'sip.registerRefused': {
    level: 'warn',
    message: 'a registration was refused',
    fields: { account: 'text', remote: 'text', status: 'number', why: 'text' },
  },
  'sip.notKept': {
    level: 'error',
    message: 'a registration could not be kept in the store: it is answered 503',
    fields: { account: 'text', error: 'error' },
  },
  'sip.malformed': {
    level: 'warn',
    message: 'what came is no SIP message',
    fields: { transport: 'text', remote: 'text', why: 'text', count: 'number' },
  },
  'sip.connectionRefused': {
    level: 'warn',
    message: 'a SIP connection was closed: as many as allowed are open',
    fields: { remote: 'text', bound: 'text', count: 'number' },
  },
  'sip.originRefused': {
    level: 'warn',
    message: 'a page of another origin wanted to connect by WebSocket',
    fields: { origin: 'text', allowed: 'text', setting: 'text', count: 'number' },
  },
  'sip.overloaded': {
    level: 'warn',
    message: 'SIP requests are answered 503: as many as allowed are being answered or remembered',
    fields: { count: 'number' },
  },
  'sip.notFromPeer': {
    level: 'warn',
    message: 'a message without credentials came from an address that is no peer’s',
    fields: { remote: 'text', count: 'number' },
  },
  'sip.cannotSend': {
    level: 'warn',
    message: 'a message cannot be written for this SIP user',
    fields: { account: 'text', messageId: 'text', why: 'text' },
  },
  'sip.setAside': {
    level: 'warn',
    message: 'a message was set aside: no phone of the SIP user takes it',
    fields: { account: 'text', messageId: 'text', status: 'number' },
  },
  'sip.peerUp': {
    level: 'info',
    message: 'a server of a SIP peer is there',
    fields: { connection: 'text', transport: 'text', remote: 'text' },
  },
  'sip.peerDown': {
    level: 'warn',
    message: 'a server of a SIP peer is not there',
    fields: { connection: 'text', transport: 'text', remote: 'text', why: 'text', nextTryMs: 'number' },
  },
  'sip.peerChallenged': {
    level: 'error',
    message: 'a SIP peer wants a password of ours, and takes none that we have',
    fields: { connection: 'text', status: 'number', count: 'number' },
  },
  'sip.pushFailed': {
    level: 'warn',
    message: 'it could not be told that messages wait for users without a phone',
    fields: { why: 'text', count: 'number' },
  },
  'sip.handlerFailed': {
    level: 'error',
    message: 'a bug: a SIP request was left by a failure of ours',
    fields: { method: 'text', remote: 'text', error: 'error' },
  },
  'softphone.missing': {
    level: 'error',
    message: 'the web softphone is enabled and has not been built',
    fields: { folder: 'text' },
  },

  'lookup.ready': {
    level: 'info',
    message: 'lookup providers are set up',
    fields: { file: 'text', providers: 'number' },
  },
  'lookup.failed': {
    level: 'warn',
    message: 'lookup providers did not answer',
    fields: { provider: 'text', kind: 'text', why: 'text', count: 'number' },
  },
  'lookup.breaker': {
    level: 'warn',
    message: 'a lookup provider is left alone, tried again, or asked as before',
    fields: { provider: 'text', state: 'text' },
  },
  'lookup.overloaded': {
    level: 'warn',
    message: 'numbers were not looked up: as many as allowed wait',
    fields: { count: 'number' },
  },
  'lookup.unknownProvider': {
    level: 'error',
    message: 'a policy names a lookup provider that is not in the file of providers',
    fields: { provider: 'text' },
  },
  'lookup.storeFailed': {
    level: 'warn',
    message: 'answers of lookups could not be kept or read; they are asked for again',
    fields: { error: 'error' },
  },
  'lookup.fault': { level: 'error', message: 'a bug: a lookup failed inside the switch', fields: { error: 'error' } },

  ...apiEvents,
  ...tenDlcEvents,

  'multipart.incomplete': {
    level: 'warn',
    message: 'messages whose other parts did not come in time',
    fields: { peer: 'text', count: 'number' },
  },
  'mo.setAside': {
    level: 'warn',
    message: 'a message from a phone was set aside: its ESME refuses it',
    fields: { account: 'text', messageId: 'text', tries: 'number' },
  },
  'mo.dropped': {
    level: 'warn',
    message: 'messages from phones were dropped: no ESME took them in time',
    fields: { account: 'text', count: 'number' },
  },

  'receipts.setAside': {
    level: 'warn',
    message: 'a receipt was set aside: its ESME refuses it',
    fields: { account: 'text', messageId: 'text', status: 'text', tries: 'number' },
  },
  'receipts.dropped': {
    level: 'warn',
    message: 'receipts were dropped',
    fields: { account: 'text', count: 'number', why: 'text' },
  },
  'receipts.unreadable': {
    level: 'warn',
    message: 'a vendor sent a receipt that cannot be read',
    fields: { connection: 'text', why: 'text' },
  },
  'receipts.failed': {
    level: 'error',
    message: 'a bug: the receipts of one reading could not be placed; their vendors are told to send them again',
    fields: { error: 'error' },
  },
  'receipts.unmatched': {
    level: 'warn',
    message: 'receipts that belong to no message known',
    fields: { connection: 'text', destination: 'text', count: 'number' },
  },

  'store.opened': {
    level: 'info',
    message: 'store opened',
    fields: { kind: 'text', path: 'text', epoch: 'number', messages: 'number', rerouted: 'number', tookMs: 'number' },
  },
  'store.recovered': { level: 'info', message: 'the store takes messages again', fields: { freeBytes: 'number' } },
  'store.commitFailed': {
    level: 'error',
    message: 'a commit failed; nothing of it was acknowledged',
    fields: { code: 'text', units: 'number', error: 'error' },
  },
  'store.unitDropped': {
    level: 'error',
    message: 'a bug: a record that no store can take was let go, or a listener failed',
    fields: { unit: 'text', error: 'error' },
  },
  'store.rerouteStopped': {
    level: 'warn',
    message: 'segments of connections that are gone keep their lanes: the store did not take their new ones in time',
    fields: { afterMs: 'number' },
  },
  'store.readFailed': {
    level: 'error',
    message: 'the store could not be read; it is tried again',
    fields: { lane: 'text', error: 'error' },
  },
  'cdr.exportFailed': {
    level: 'error',
    message: 'call detail records could not be taken to their file; they stay in the store and it is tried again',
    fields: { error: 'error', waiting: 'number', nextTryMs: 'number' },
  },
  'cdr.exportRecovered': {
    level: 'info',
    message: 'call detail records go to their file again',
    fields: { waiting: 'number' },
  },
  'cdr.fileCut': {
    level: 'error',
    message: 'a file of call detail records is shorter than what was written to it',
    fields: { file: 'text', expectedBytes: 'number', foundBytes: 'number' },
  },
  'cdr.fileRemoved': {
    level: 'info',
    message: 'a file of call detail records was removed: it is older than they are kept',
    fields: { file: 'text' },
  },
  'clock.stepped': {
    level: 'warn',
    message: 'the wall clock was stepped; waiting times go by the monotonic clock',
    fields: { byMs: 'number' },
  },

  'logIn.blocked': {
    level: 'warn',
    message: 'too many wrong passwords or tokens: no more of them are looked at for a while',
    fields: { edge: 'text', address: 'text', account: 'text' },
  },

  'admin.listening': { level: 'info', message: 'admin server listening', fields: { host: 'text', port: 'number' } },
  'admin.requestFailed': {
    level: 'error',
    message: 'an admin request failed',
    fields: { method: 'text', url: 'text', error: 'error' },
  },
} as const satisfies Record<string, EventSpec>

interface FieldTypes {
  readonly text: string
  readonly number: number
  readonly flag: boolean
  readonly error: unknown
}

export type EventName = keyof typeof eventCatalogue

/** The values that an event is logged with. */
export type EventFields<Name extends EventName> = {
  readonly [
    Field in keyof (typeof eventCatalogue)[Name]['fields']
  ]: (typeof eventCatalogue)[Name]['fields'][Field] extends infer Kind extends FieldKind ? FieldTypes[Kind] : never
}

// The events of the HTTP API for applications, its webhooks, and powerpacks: a part of the catalogue. Data only.

export const apiEvents = {
  'api.listening': {
    level: 'info',
    message: 'listening for applications',
    fields: { host: 'text', port: 'number' },
  },
  'api.requestFailed': {
    level: 'error',
    message: 'a bug: a request of an application failed inside the switch',
    fields: { method: 'text', url: 'text', error: 'error' },
  },
  'api.storeFailed': {
    level: 'warn',
    message: 'records of messages could not be read; it is tried again',
    fields: { error: 'error', count: 'number' },
  },
  'api.fault': {
    level: 'error',
    message: 'a bug: what became of a message could not be kept or told to its application',
    fields: { error: 'error', count: 'number' },
  },
  'api.removed': {
    level: 'debug',
    message: 'what was kept for applications and is too old was removed',
    fields: { records: 'number', requests: 'number' },
  },
  'api.removeFailed': {
    level: 'warn',
    message: 'old records of messages could not be read to be removed; it is tried again',
    fields: { error: 'error', count: 'number' },
  },

  'webhook.givenUp': {
    level: 'warn',
    message: 'an application could not be told; it is not tried again',
    fields: { endpoint: 'text', purpose: 'text', messageId: 'text', why: 'text', detail: 'text', count: 'number' },
  },
  'webhook.dropped': {
    level: 'warn',
    message: 'an application is not told: as many webhooks as allowed wait for it',
    fields: { endpoint: 'text', count: 'number' },
  },
  'webhook.replyRefused': {
    level: 'warn',
    message: 'a message that the answer of an application asked for was not sent',
    fields: { account: 'text', source: 'text', destination: 'text', why: 'text', count: 'number' },
  },
  'webhook.unreadable': {
    level: 'error',
    message: 'a webhook in the store cannot be read; it was removed',
    fields: { key: 'text', count: 'number' },
  },
  'webhook.storeFailed': {
    level: 'warn',
    message: 'webhooks could not be read or kept; it is tried again',
    fields: { error: 'error', count: 'number' },
  },
  'webhook.fault': {
    level: 'error',
    message: 'a bug: a webhook failed inside the switch; it is tried again',
    fields: { error: 'error', count: 'number' },
  },

  'powerpack.loaded': {
    level: 'info',
    message: 'powerpacks and numbers are known again',
    fields: { powerpacks: 'number', numbers: 'number', optOuts: 'number', tookMs: 'number' },
  },
  'powerpack.unreadable': {
    level: 'error',
    message: 'rows of powerpacks or numbers in the store cannot be read; they count for nothing',
    fields: { table: 'text', key: 'text', count: 'number' },
  },
  'powerpack.numbersChanged': {
    level: 'info',
    message: 'numbers of the operator were imported or removed',
    fields: { by: 'text', count: 'number' },
  },
  'powerpack.quarantined': {
    level: 'warn',
    message: 'a number of a pool is not used for now',
    fields: { powerpack: 'text', number: 'text', why: 'text', note: 'text' },
  },
  'powerpack.spared': {
    level: 'warn',
    message:
      'a number of a pool does poorly and is used on: too many of its pool are in quarantine, so it may not be its fault',
    fields: { powerpack: 'text', number: 'text', why: 'text', note: 'text', count: 'number' },
  },
  'powerpack.replaced': {
    level: 'info',
    message: 'a number in quarantine was replaced in its pool',
    fields: { powerpack: 'text', number: 'text', by: 'text' },
  },
  'powerpack.noReplacement': {
    level: 'warn',
    message: 'a number in quarantine cannot be replaced: there is none like it to be had; it is looked for again',
    fields: { powerpack: 'text', number: 'text', nextTryMs: 'number' },
  },
  'powerpack.refreshFailed': {
    level: 'warn',
    message: 'a number could not be quarantined or replaced; it is tried again',
    fields: { number: 'text', error: 'error' },
  },
  'inventory.failed': {
    level: 'warn',
    message: 'the provider of numbers did not do what it was asked for',
    fields: { what: 'text', failure: 'text', count: 'number' },
  },
  'inventory.unclear': {
    level: 'warn',
    message: 'numbers may be rented at the provider for nobody here: it did not take them back, and is asked again',
    fields: { numbers: 'number', nextTryMs: 'number' },
  },
} as const

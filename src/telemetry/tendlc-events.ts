// The events of 10DLC: a part of the catalogue. Data only.

export const tenDlcEvents = {
  'cap.used': {
    level: 'warn',
    message: 'so much of what a carrier takes of a brand on one day is used',
    fields: { day: 'text', date: 'text', percent: 'number', used: 'number', cap: 'number', code: 'number' },
  },
  'cap.elsewhere': {
    level: 'info',
    message: 'others have sent so much for a brand today, as was reported',
    fields: { by: 'text', day: 'text', date: 'text', elsewhere: 'number', used: 'number' },
  },
  'receipts.networkUnknown': {
    level: 'warn',
    message:
      'a receipt names a network that is neither in networkTlv.names of its connection nor one of the United States',
    fields: { connection: 'text', network: 'text', count: 'number' },
  },
} as const

// The events of 10DLC: a part of the catalogue. Data only.

export const tenDlcEvents = {
  'cap.used': {
    level: 'warn',
    message: 'so much of what a carrier takes of a brand on one day is used',
    fields: { day: 'text', date: 'text', percent: 'number', used: 'number', cap: 'number', code: 'number' },
  },
} as const

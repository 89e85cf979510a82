// The metrics of 10DLC: a part of the catalogue. Data only.

/** What stands before a segment, from the narrowest to the widest, as labels have it. */
export const limitKinds = ['day', 'number', 'rate', 'minute', 'account'] as const
const refusals = ['unregisteredSender', 'queueOverflow', 'dayCapReached'] as const
const networksTold = ['known', 'unknown'] as const
const capStates = ['used', 'cap'] as const

export const tenDlcCounters = {
  limitedWaits: {
    kind: 'counter',
    name: 'smswitch_limited_waits_total',
    labels: ['campaign', 'carrier', 'limit'],
    values: { limit: limitKinds },
    help: `Messages that a limit of 10DLC held up before they left, by campaign (empty for numbers without one), carrier and limit (${limitKinds.join(', ')}).`,
  },
  limitedWaitSeconds: {
    kind: 'counter',
    name: 'smswitch_limited_wait_seconds_total',
    labels: ['campaign', 'carrier', 'limit'],
    values: { limit: limitKinds },
    help: `Seconds that those messages waited, together, by campaign, carrier and limit (${limitKinds.join(', ')}).`,
  },
  limitedRefusals: {
    kind: 'counter',
    name: 'smswitch_limited_refusals_total',
    labels: ['campaign', 'carrier', 'reason'],
    values: { reason: refusals },
    help: `Messages that carriers’ limits refused on arrival, or failed at their turn, by campaign, carrier and reason (${refusals.join(', ')}).`,
  },
  networksTold: {
    kind: 'counter',
    name: 'smswitch_receipt_networks_total',
    labels: ['connection', 'outcome'],
    values: { outcome: networksTold },
    help: `Receipts from vendors that name the network of their phone, by connection and whether it is known (${networksTold.join(', ')}).`,
  },
} as const

export const tenDlcGauges = {
  limitedWaiting: {
    kind: 'gauge',
    name: 'smswitch_limited_waiting_segments',
    labels: ['campaign', 'carrier'],
    help: 'Segments that wait for a campaign and carrier, as far as there are any; at most 2,000 series.',
  },
  learnedPhones: {
    kind: 'gauge',
    name: 'smswitch_learned_phones',
    labels: [],
    help: 'Phones whose carrier is remembered from receipts, with those whose time is over and whose place nobody has needed yet.',
  },
  capDay: {
    kind: 'gauge',
    name: 'smswitch_cap_day_segments',
    labels: ['day', 'what'],
    help: `The day of a brand at a carrier, such as tmobile:ein:123456789: segments that are used, and the cap (${capStates.join(', ')}); of brands that sent since the start, at most 1,000.`,
  },
} as const

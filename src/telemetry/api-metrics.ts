// The metrics of the HTTP API for applications, its webhooks, and powerpacks: a part of the catalogue. Data only.
import { geometricBounds } from '../lib/histogram.js'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'other'] as const
const states = ['queued', 'sent', 'delivered', 'undelivered', 'failed', 'rejected', 'received'] as const
const noNews = ['same', 'noRecord'] as const
const intents = ['optout', 'optin', 'help', 'other'] as const
const listeners = ['told', 'nobody'] as const
const purposes = ['status', 'inbound', 'acknowledgement'] as const
/** stopped: never, since what the stop interrupts is tried again. */
const troubles = [
  'timeout',
  'unreachable',
  'forbidden',
  'tooLong',
  'broken',
  'stopped',
  'refused',
  'malformed',
  'reply',
  'account',
  'fault',
] as const
const webhookOutcomes = ['told', ...troubles] as const
const removed = ['record', 'request'] as const
const ways = ['sticky', 'area', 'region', 'other'] as const
const types = ['longcode', 'tollfree', 'shortcode'] as const
const noSenders = [
  'noNumber',
  'tollFreeToCanada',
  'queuesFull',
  'unknownPack',
  'invalidDestination',
  'countryBarred',
  'optedOut',
] as const
const againOutcomes = ['chosen', 'none'] as const
const illnesses = ['deliveryRate', 'spam', 'sourceRefused'] as const
const asked = ['search', 'rent', 'giveBack'] as const
const replacements = ['replaced', 'none', 'failed'] as const

// 1 ms … 33 s: an answer may take 8 s, and a setting may say more.
const answers = geometricBounds(0.001, 2, 16)

export const apiCounters = {
  apiRequests: {
    kind: 'counter',
    name: 'smswitch_api_requests_total',
    labels: ['method', 'route', 'status'],
    values: { method: methods },
    help: `Requests of applications, by method (${methods.join(', ')}), route as in docs/http-api.md (none: there is no such address) and status.`,
  },
  apiMessages: {
    kind: 'counter',
    name: 'smswitch_api_messages_total',
    labels: ['state'],
    values: { state: states },
    help: `Messages of the HTTP API that came into a state (${states.join(', ')}), those that failed at the door included.`,
  },
  apiNoNews: {
    kind: 'counter',
    name: 'smswitch_api_receipts_without_news_total',
    labels: ['why'],
    values: { why: noNews },
    help: `Receipts for accounts of the HTTP API that changed no record, by why (${noNews.join(', ')}; same: it says as much already).`,
  },
  apiReceived: {
    kind: 'counter',
    name: 'smswitch_api_received_total',
    labels: ['intent', 'listener'],
    values: { intent: intents, listener: listeners },
    help: `Messages from phones for accounts of the HTTP API, by what they mean (${intents.join(', ')}) and whether an application is told (${listeners.join(', ')}).`,
  },
  apiRemoved: {
    kind: 'counter',
    name: 'smswitch_api_removed_total',
    labels: ['what'],
    values: { what: removed },
    help: `What was kept for the HTTP API and removed since it was old, by what it is (${removed.join(', ')}: of a message, api.keepDays; a destination of one that may be repeated, api.idempotencyMs).`,
  },
  webhookTries: {
    kind: 'counter',
    name: 'smswitch_webhook_tries_total',
    labels: ['purpose', 'outcome'],
    values: { purpose: purposes, outcome: webhookOutcomes },
    help: `Tries to tell an application, by purpose (${purposes.join(', ')}; acknowledgement: a text to a phone that said STOP or the like) and outcome (${webhookOutcomes.join(', ')}).`,
  },
  webhooksGivenUp: {
    kind: 'counter',
    name: 'smswitch_webhooks_given_up_total',
    labels: ['purpose', 'why'],
    values: { purpose: purposes, why: troubles },
    help: `Webhooks without a further try, by purpose (${purposes.join(', ')}) and why the last one failed (${troubles.join(', ')}).`,
  },
  webhooksDropped: {
    kind: 'counter',
    name: 'smswitch_webhooks_dropped_total',
    labels: [],
    help: 'Webhooks that were not made since as many as allowed waited for their endpoint (api.webhooks.maxWaiting…).',
  },
  webhookReplies: {
    kind: 'counter',
    name: 'smswitch_webhook_replies_refused_total',
    labels: [],
    help: 'Messages that the answer to a webhook asked for, or that a phone was to be told, and that could not be sent.',
  },
  sendersChosen: {
    kind: 'counter',
    name: 'smswitch_senders_chosen_total',
    labels: ['type', 'how'],
    values: { type: types, how: ways },
    help: `Numbers of pools that were chosen to send, by type (${types.join(', ')}) and how (${ways.join(', ')}; sticky: the phone knows it; area, region: a long code of the area code or state of the phone).`,
  },
  sendersNone: {
    kind: 'counter',
    name: 'smswitch_senders_none_total',
    labels: ['reason'],
    values: { reason: noSenders },
    help: `Messages of powerpacks that no number may send, by reason (${noSenders.join(', ')}).`,
  },
  sendersAgain: {
    kind: 'counter',
    name: 'smswitch_senders_chosen_again_total',
    labels: ['outcome'],
    values: { outcome: againOutcomes },
    help: `Messages whose number was gone at their turn, by whether there was another one (${againOutcomes.join(', ')}).`,
  },
  numbersIll: {
    kind: 'counter',
    name: 'smswitch_numbers_quarantined_total',
    labels: ['why'],
    values: { why: illnesses },
    help: `Numbers of pools that went into quarantine, by why (${illnesses.join(', ')}).`,
  },
  numbersSpared: {
    kind: 'counter',
    name: 'smswitch_numbers_spared_total',
    labels: [],
    help: 'Numbers of pools that did poorly and are used on, since too many of their pool are in quarantine.',
  },
  numbersReplaced: {
    kind: 'counter',
    name: 'smswitch_numbers_replaced_total',
    labels: ['outcome'],
    values: { outcome: replacements },
    help: `Tries to replace a number in quarantine, by outcome (${replacements.join(', ')}; none: there is no such number to be had).`,
  },
  numberProviderFailures: {
    kind: 'counter',
    name: 'smswitch_number_provider_failures_total',
    labels: ['what'],
    values: { what: asked },
    help: `Requests to the provider that numbers are rented from that came to nothing, by what was asked (${asked.join(', ')}).`,
  },
} as const

export const apiGauges = {
  webhooksWaiting: {
    kind: 'gauge',
    name: 'smswitch_webhooks_waiting',
    labels: [],
    help: 'Webhooks in the store, those under way and between tries included.',
  },
  webhooksInFlight: {
    kind: 'gauge',
    name: 'smswitch_webhooks_in_flight',
    labels: [],
    help: 'Webhooks that are out and not answered.',
  },
  webhookEndpoints: {
    kind: 'gauge',
    name: 'smswitch_webhook_endpoints',
    labels: [],
    help: 'Endpoints (scheme, host and port) that a webhook waits for.',
  },
  numberQueue: {
    kind: 'gauge',
    name: 'smswitch_number_queue_messages',
    labels: ['type'],
    help: `Messages that wait for their turn at a number of a pool, by the type of the number (${types.join(', ')}).`,
  },
  optOuts: {
    kind: 'gauge',
    name: 'smswitch_opt_outs',
    labels: [],
    help: 'Phones that want nothing more, once for each powerpack or number that they told so.',
  },
  poolNumbers: {
    kind: 'gauge',
    name: 'smswitch_numbers',
    labels: ['state'],
    help: 'Numbers that the switch has, by state (all; quarantined: in a pool and not used; nobody: to be rented).',
  },
  powerpacks: { kind: 'gauge', name: 'smswitch_powerpacks', labels: [], help: 'Powerpacks.' },
} as const

export const apiHistograms = {
  webhookSeconds: {
    kind: 'histogram',
    name: 'smswitch_webhook_seconds',
    labels: [],
    bounds: answers,
    help: 'From a webhook sent to its answer, or to when it was given up.',
  },
} as const

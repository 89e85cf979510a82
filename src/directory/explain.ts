// Why a message goes where it goes, in words and numbers, by the same snapshot that sends messages. It asks no link and sends nothing.

import { addressOf, writtenKind } from '../message/address.js'
import { formatAmount } from '../money/amount.js'
import type { ConnectionId } from '../message/ids.js'
import type { RouteQuestion, Standing } from '../money/candidates.js'
import { explainRoute, type ExplainedCandidate } from '../money/explain-route.js'
import { ON_NET_WORD } from '../money/destination.js'
import type { Offer } from '../money/price-list.js'
import { formatNetwork, type MobileNetwork } from '../phone/network.js'
import { traceTranslation, type Translator } from '../phone/translator.js'
import { bringsMessagesOf } from './may-send-over.js'
import { whyNotCovering } from './policies.js'
import type { Plan, RoutedConnection, SendingAccount, Snapshot } from './snapshot.js'

/** SMPP 3.4 §5.2.5, §5.2.6. */
const UNKNOWN = 0

export interface SendingQuestion {
  readonly account: SendingAccount
  /** As the account writes them. */
  readonly from: string
  readonly to: string
  /** Of the To; undefined: the account's own. */
  readonly domain: string | undefined
  /** What a lookup says; undefined where nobody was asked. */
  readonly network: MobileNetwork | undefined
  /** What came of a lookup, in words; undefined where the policy asks nobody. */
  readonly lookup?: string | undefined
  /** Why the policy refuses a number that nobody says the network of. */
  readonly lookupRefusal?: string | undefined
  /** How connections stand; left out: all are up and ready. */
  readonly standingOf?: ((connection: ConnectionId) => Standing) | undefined
  /** From 0 to below 1: which of equal connections comes first; left out: the first of the directory. */
  readonly chance?: number | undefined
  readonly wallMs: number
  /** Of the books that the message would be paid from; left out where there are none, or none yet. */
  readonly booksCurrency?: string | undefined
}

export interface ExplainedTranslation {
  readonly number: 'called' | 'calling'
  readonly before: string
  readonly after: string
  /** The rules that matched, in order. */
  readonly rules: readonly string[]
}

export interface ExplainedPolicy {
  readonly id: string
  readonly priority: number
  readonly isChosen: boolean
  /** Why it covers the message or does not. */
  readonly words: string
}

export interface SendingExplanation {
  readonly called: string
  readonly calling: string
  readonly domain: string
  readonly network: string | undefined
  /** Where the policy asks for the network: what came of it. */
  readonly lookup: string | undefined
  readonly translations: readonly ExplainedTranslation[]
  /** What the account may not do: the message would be refused. */
  readonly refusals: readonly string[]
  readonly policies: readonly ExplainedPolicy[]
  readonly plan: string | undefined
  /** What the customer pays for a unit, in micro-units of the base currency. */
  readonly priceMicros: number | undefined
  readonly priceWords: string
  /** The account of ours that it goes to, and stays with; undefined where it goes to vendors, or nowhere. */
  readonly onNet: string | undefined
  readonly candidates: readonly ExplainedCandidate[]
  /** Connections that the policy does not name. */
  readonly notOfPolicy: readonly string[]
  /** How each connection of the route would get the numbers, where its rules change them. */
  readonly leaving: readonly (ExplainedTranslation & { readonly connection: string })[]
}

export function explainSending(directory: Snapshot, question: SendingQuestion): SendingExplanation {
  const { account, network, wallMs } = question
  const domain = question.domain ?? account.domain
  const translations = [
    inOurForm(translated('called', question.to, account.dialing.calledIn)),
    inOurForm(translated('calling', question.from, account.dialing.callingIn)),
  ]
  const [called, calling] = translations.map(({ after }) => after) as [string, string]
  const chosen = directory.policyFor(domain, called)
  const staysHere = chosen?.transport === 'sip'
  const target = staysHere ? directory.onNetOf(called, domain) : undefined
  const price = staysHere
    ? directory.customerWordPrice(account, ON_NET_WORD, wallMs)
    : directory.customerPrice(account, called, network, wallMs)
  const candidates =
    chosen === undefined || staysHere
      ? []
      : explainRoute(asThingsStand(directory.routeQuestion(chosen, called, account, wallMs, network), question)).map(
          (one) => ({ ...one, words: whyNotOver(directory.connection(one.connection), account) ?? one.words }),
        )
  return {
    called,
    calling,
    domain,
    network: network && formatNetwork(network),
    lookup: question.lookup,
    translations,
    refusals: [
      ...refusalsOf(directory, question, called, calling, price, staysHere),
      ...(staysHere ? whyNotOnNet(target, called, domain) : []),
      ...(question.lookupRefusal === undefined ? [] : [question.lookupRefusal]),
    ],
    policies: explainPolicies(directory, domain, called, chosen?.id),
    plan: chosen?.plan && planWords(chosen.plan),
    priceMicros: price?.priceMicros,
    priceWords: priceWords(directory, account, price),
    onNet: target?.active === true ? target.id : undefined,
    candidates,
    notOfPolicy: directory
      .connections()
      .map(({ id }) => id)
      .filter((id) => chosen?.connections !== undefined && !chosen.connections.includes(id)),
    leaving: candidates.flatMap(({ connection, place }) => {
      const dialing = place === 0 ? undefined : directory.connection(connection)?.dialing
      if (dialing === undefined) return []
      return [translated('called', called, dialing.calledOut), translated('calling', calling, dialing.callingOut)]
        .filter(({ before, after }) => before !== after)
        .map((leaving) => ({ connection, ...leaving }))
    }),
  }
}

/** For routing it is one that is not active; a person wants to know which. */
function whyNotOver(connection: RoutedConnection | undefined, { id }: SendingAccount): string | undefined {
  if (connection?.active !== true) return undefined
  if (connection.direction === 'from') return 'messages only come from it (direction: from)'
  return bringsMessagesOf(connection, id) ? `messages of account ${id} come from it: they are not sent back` : undefined
}

/** Numbers are rewritten; names and short codes are not. Of what was written no TON is known here. */
function translated(
  number: ExplainedTranslation['number'],
  before: string,
  translator: Translator | undefined,
): ExplainedTranslation {
  const written = addressOf(UNKNOWN, UNKNOWN, before)
  if (translator === undefined) return { number, before, after: written.value, rules: [] }
  const { number: after, steps } = traceTranslation(translator, before, writtenKind(written))
  const rules = steps.map(({ rule }) => (rule === 'plus' ? 'a leading + says E.164' : (translator.texts[rule] ?? '')))
  return { number, before, after, rules }
}

/** A `+` that a rule makes says E.164 and does not stay. */
function inOurForm(translation: ExplainedTranslation): ExplainedTranslation {
  return { ...translation, after: addressOf(UNKNOWN, UNKNOWN, translation.after).value }
}

function refusalsOf(
  directory: Snapshot,
  { account, booksCurrency = directory.currency }: SendingQuestion,
  called: string,
  calling: string,
  price: Offer | undefined,
  staysHere: boolean,
): string[] {
  const refusals: string[] = []
  if (!account.active) refusals.push(`account ${account.id} is not active`)
  const customer = account.customer === undefined ? undefined : directory.customer(account.customer)
  if (account.customer !== undefined && booksCurrency !== directory.currency)
    refusals.push(`the books are in ${booksCurrency}, the directory is in ${directory.currency}`)
  if (customer?.active === false) refusals.push(`customer ${customer.id} is not active`)
  const product = account.product === undefined ? undefined : directory.product(account.product)
  const service = staysHere ? 'im' : 'sms'
  if (product !== undefined && !product.services.includes(service))
    refusals.push(`product ${product.id} has no ${service}`)
  if (account.allowsSource?.(calling) === false) refusals.push(`account ${account.id} may not send as ${calling}`)
  if (account.allowsDestination?.(called) === false) refusals.push(`account ${account.id} may not send to ${called}`)
  if (product !== undefined && price === undefined)
    refusals.push(
      `tariff ${product.tariff} of product ${product.id} has no rate for ${staysHere ? ON_NET_WORD : called}`,
    )
  if (price?.forbidden === true)
    refusals.push(`the rate of product ${product?.id} forbids ${staysHere ? ON_NET_WORD : called}`)
  return refusals
}

/** What stays in the network needs somebody there. */
function whyNotOnNet(target: SendingAccount | undefined, called: string, domain: string): string[] {
  if (target === undefined) return [`no account has the number ${called}, nor that user in domain ${domain}`]
  return target.active ? [] : [`account ${target.id}, whose ${called} is, is not active`]
}

function asThingsStand(asked: RouteQuestion, { standingOf, chance = 0 }: SendingQuestion): RouteQuestion {
  if (standingOf === undefined) return { ...asked, chance }
  const candidates = asked.candidates.map((candidate) => {
    const standing = standingOf(candidate.connection)
    const isUp = standing !== 'linkDown'
    return { ...candidate, isUp, isFull: standing === 'full', isResting: standing === 'resting' }
  })
  return { ...asked, candidates, chance }
}

function explainPolicies(
  directory: Snapshot,
  domain: string,
  called: string,
  chosen: string | undefined,
): ExplainedPolicy[] {
  return directory.policies().map((policy) => {
    const isChosen = policy.id === chosen
    const why = whyNotCovering(policy, domain, called)
    const words = isChosen
      ? `covers ${called} in ${domain}, and none before it does`
      : (why ?? `would cover it too, but ${chosen} comes first`)
    return { id: policy.id, priority: policy.priority, isChosen, words }
  })
}

function planWords({ id, plan, profit }: Plan): string {
  const orders = [...plan.orders].sort(([, a], [, b]) => b - a).map(([category, order]) => `${category} ${order}`)
  const tests: string[] = []
  if (profit?.absoluteMicros !== undefined) tests.push(`${formatAmount(profit.absoluteMicros)} a unit`)
  if (profit?.relativeBasisPoints !== undefined) tests.push(`${profit.relativeBasisPoints / 100}% of the cost`)
  const guarantee =
    tests.length === 0 ? '' : `; profit of at least ${tests.join(profit?.both === true ? ' and ' : ' or ')}`
  return `${id}: ${orders.join(', ')}${guarantee}`
}

function priceWords({ currency }: Snapshot, account: SendingAccount, offer: Offer | undefined): string {
  if (account.product === undefined) return 'nothing: the account has no product'
  if (offer === undefined) return `no price: product ${account.product} has no rate for it`
  const { price } = offer
  const own =
    price.currency === currency ? '' : ` (${formatAmount(price.ownMicros)} ${price.currency} at ${price.exchange})`
  return `${formatAmount(price.baseMicros)} ${currency}${own} a unit, by product ${account.product}`
}

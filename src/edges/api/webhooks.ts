// All that webhooks need, put together: the guard, the client, the tries and the outbox. Started and stopped as one.

import { randomBytes } from 'node:crypto'
import type { Timers } from '../../lib/clock.js'
import type { KeptRow } from '../../message/kept.js'
import type { Recorder } from '../../store/contracts/recorder.js'
import type { Unit } from '../../store/contracts/unit.js'
import { type AttemptPorts, webhookAttempt } from './webhook-attempt.js'
import { WebhookClient, type WebhookClientOptions } from './webhook-client.js'
import { mayNameHost, type AddressGuard, addressGuard } from '../address-guard.js'
import { defaultWebhookLimits, type WebhookLimits } from './webhook-lines.js'
import { type OutboxPorts, WebhookOutbox } from './webhook-outbox.js'
import { type Resolve, systemResolve } from './webhook-resolve.js'
import type { MayCall } from './webhook-url.js'

export interface WebhookOptions {
  readonly client: WebhookClientOptions
  readonly limits: WebhookLimits
  /** CIDR ranges that may be called though they are not of the public internet. */
  readonly allowed: readonly string[]
}

export const defaultWebhookOptions: WebhookOptions = {
  client: {
    timeoutMs: 8_000,
    maxAnswerOctets: 1_048_576,
    maxConnections: defaultWebhookLimits.maxInFlightPerEndpoint,
  },
  limits: defaultWebhookLimits,
  allowed: [],
}

export interface WebhookPorts
  extends Omit<OutboxPorts, 'commit' | 'attempt'>, Pick<AttemptPorts, 'tokensOf' | 'reply' | 'replyRefused'> {
  readonly recorder: Pick<Recorder, 'record'>
  readonly timers: Timers
  /** For tests; the machine's if not given. */
  readonly resolve?: Resolve | undefined
}

export class Webhooks {
  readonly outbox: WebhookOutbox
  readonly #client: WebhookClient
  readonly #guard: AddressGuard
  readonly #timers: Timers

  /** @throws RangeError for a range that is none */
  constructor(options: WebhookOptions, ports: WebhookPorts) {
    const { recorder, timers, resolve = systemResolve(), tokensOf, reply, replyRefused } = ports
    this.#timers = timers
    this.#guard = addressGuard(options.allowed)
    this.#client = new WebhookClient(options.client, { guard: this.#guard, resolve, timers })
    const attempt = webhookAttempt({
      tokensOf,
      reply,
      replyRefused,
      send: (request) => this.#client.send(request),
      nonce: nonces(),
    })
    this.outbox = new WebhookOutbox(options.limits, { ...ports, attempt, commit: factCommits(recorder) })
  }

  /** @param url in its normal form: an address begins with a digit or a bracket there, a name as a rule does not */
  readonly mayCall: MayCall = (url) => {
    const first = url.charCodeAt(url.indexOf('://') + 3)
    const isName = first !== BRACKET && (first < DIGIT_0 || first > DIGIT_9)
    return isName || mayNameHost(this.#guard, new URL(url).hostname)
  }

  /** Goes on with what the store has. Call it before anything is added to the outbox. */
  start(): Promise<void> {
    return this.outbox.start()
  }

  /** @param graceMs how long what is out may still be answered */
  async stop(graceMs: number): Promise<void> {
    const cancel = this.#timers.after(graceMs, () => this.#client.close())
    await this.outbox.stop()
    cancel()
    this.#client.close()
  }
}

const BRACKET = 0x5b
const [DIGIT_0, DIGIT_9] = [0x30, 0x39]

/** Rows as facts: kept sooner or later, whatever the store says first. */
function factCommits(recorder: Pick<Recorder, 'record'>): (rows: readonly KeptRow[]) => Promise<void> {
  const told = new Map<Unit, () => void>()
  const listener = {
    durable(unit: Unit): void {
      told.get(unit)?.()
      told.delete(unit)
    },
  }
  return (rows) =>
    new Promise((resolve) => {
      const unit: Unit = { kind: 'kept', rows, fact: true }
      told.set(unit, resolve)
      recorder.record(unit, listener)
    })
}

const NONCE_DIGITS = 20

/** Decimal digits, no two alike: from a chance beginning on. */
function nonces(): () => string {
  let next = randomBytes(8).readBigUInt64BE()
  return () => String(next++).padStart(NONCE_DIGITS, '0')
}

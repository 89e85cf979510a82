// New messages: a request becomes a message for each of its destinations, and is answered when all of them are durable. What fails for
// what it is becomes a message too, that has failed; a request of which nothing becomes a message is refused.

import type { Bill } from '../../message/bill.js'
import { failureReasons } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { Message } from '../../message/message.js'
import { segmentsOf } from '../../money/units.js'
import { RETRY_AFTER_S } from './answers.js'
import { apiByReason, errorTexts } from './codes.js'
import {
  before,
  IDEMPOTENCY_MS,
  IDEMPOTENCY_TABLE,
  repeatableOf,
  repeatKeys,
  repeatRow,
  type Before,
  type Repeatable,
} from './idempotency.js'
import { uuidOf } from './ids.js'
import { acceptedChange, failedChange, type Beginning, type Change } from './message-changes.js'
import { Outcome, type ApiFailure } from './message-outcome.js'
import { mistakenAnswer, type Answer, type ApiSubmission, type Caller, type MessagePorts } from './message-ports.js'
import { rowsOfNew } from './message-rows.js'
import { checkRequest, type MessageRequest } from './message-request.js'
import { commonOf, submissionOf, type Common } from './message-submission.js'
import { whyNotFrom } from './source-rule.js'

/** Everything about one request. */
interface Wanted {
  readonly caller: Caller
  readonly request: MessageRequest
  readonly common: Common
  readonly repeatable: Repeatable | undefined
}

interface UnderWay {
  readonly fingerprint: string
  readonly answer: Promise<Answer>
}

export class NewMessages {
  readonly #ports: MessagePorts
  readonly #repeatableMs: number
  readonly #link = {}
  /** Requests with a key that have no answer yet: no more than there are connections. */
  readonly #underWay = new Map<string, UnderWay>()
  #batch: ApiSubmission[] = []

  /** @param repeatableMs how long a request with a key may be repeated */
  constructor(ports: MessagePorts, repeatableMs = IDEMPOTENCY_MS) {
    this.#ports = ports
    this.#repeatableMs = repeatableMs
  }

  /**
   * @param body parameters by name
   * @param key the Idempotency-Key, undefined where none was sent
   * @returns once everything that it says is durable; rejects as the store does
   */
  async create(caller: Caller, body: Readonly<Record<string, unknown>>, key: string | undefined): Promise<Answer> {
    const failure = this.#ports.refuses()
    if (failure !== undefined) return refusal(failure)
    const checked = checkRequest(body, this.#ports.mayCall)
    if (checked.kind === 'mistake') return mistakenAnswer(checked.error)
    const { request } = checked
    if (request.powerpack !== '' && this.#ports.powerpacks.book.pack(request.powerpack)?.account !== caller.account)
      return mistakenAnswer('powerpack_uuid: there is no such powerpack')
    const common = commonOf(request)
    if (key === undefined) return this.#send({ caller, request, common, repeatable: undefined }, undefined)
    const repeatable = repeatableOf(caller.account, key, request)
    if (repeatable === undefined) return mistakenAnswer('Idempotency-Key must be 1 to 255 printable ASCII characters')
    return this.#once({ caller, request, common, repeatable }, repeatable)
  }

  /** A request that is repeated while the first is under way has its answer. */
  async #once(wanted: Wanted, { prefix, fingerprint }: Repeatable): Promise<Answer> {
    const first = this.#underWay.get(prefix)
    if (first !== undefined) return first.fingerprint === fingerprint ? first.answer : otherRequest
    const answer = this.#repeated(wanted)
    this.#underWay.set(prefix, { fingerprint, answer })
    try {
      return await answer
    } finally {
      this.#underWay.delete(prefix)
    }
  }

  async #repeated(wanted: Wanted): Promise<Answer> {
    const { repeatable, request } = wanted
    if (repeatable === undefined) return this.#send(wanted, undefined)
    const nowMs = this.#ports.wallMs()
    const days = repeatKeys(repeatable, request.to.length, nowMs, this.#repeatableMs)
    const texts = await Promise.all(days.map((keys) => this.#ports.findKept(IDEMPOTENCY_TABLE, keys)))
    const known = before(repeatable, texts, nowMs - this.#repeatableMs)
    return known.kind === 'other' ? otherRequest : this.#send(wanted, known)
  }

  async #send(wanted: Wanted, known: Extract<Before, { kind: 'same' }> | undefined): Promise<Answer> {
    const outcomes = await this.#outcomesOf(wanted, known)
    const failed = outcomes.filter(({ id }) => id === '')
    if (failed.length > 0) {
      const isNone = failed.length === outcomes.length
      const refused = isNone ? failed.find(({ failure }) => statusOf(failure) === 202) === undefined : false
      if (refused) return refusal(failed[0]?.failure)
      const trouble = await this.#keepFailed(wanted, failed)
      if (trouble && isNone) return refusal({ reason: 'systemError' })
    }
    return accepted(wanted.request, outcomes)
  }

  #outcomesOf(wanted: Wanted, known: Extract<Before, { kind: 'same' }> | undefined): Promise<readonly Outcome[]> {
    const { to } = wanted.request
    return new Promise((resolve) => {
      const outcomes: Outcome[] = []
      const { events } = this.#ports
      let left = to.length
      const settled = (): void => {
        if (--left === 0) resolve(outcomes)
      }
      const done = ({ failure }: Outcome): void => {
        if (failure === undefined) events?.accepted()
        else events?.refused(failure.reason)
        settled()
      }
      const rowsOf = (outcome: Outcome, message: Message, bill: Bill | undefined): readonly KeptRow[] =>
        this.#acceptedRows(wanted, outcome, message, bill)
      const durable = (rows: readonly KeptRow[]): void => this.#ports.outbox.added(rows)
      for (const [index, number] of to.entries()) outcomes.push(new Outcome(number, index, rowsOf, durable, done))
      for (const outcome of outcomes) {
        const id = known?.ids[outcome.index]
        if (id !== undefined) {
          outcome.id = id
          settled()
        } else this.#sendOne(wanted, outcome)
      }
    })
  }

  #sendOne(wanted: Wanted, outcome: Outcome): void {
    const { request, common, caller } = wanted
    const failure = request.src === '' ? undefined : whyNotFrom(request.src, outcome.to, caller.account, this.#ports)
    if (failure !== undefined) return outcome.fail(failure)
    if (this.#batch.length === 0) this.#ports.defer(() => this.#hand())
    this.#batch.push(submissionOf(outcome.to, common, request, caller, this.#link, outcome.kept, outcome))
  }

  /** All of one turn together. */
  #hand(): void {
    const batch = this.#batch
    this.#batch = []
    this.#ports.submit(batch)
  }

  #acceptedRows(
    wanted: Wanted,
    { to, index }: Outcome,
    { id, source, acceptedAtMs }: Message,
    bill: Bill | undefined,
  ): readonly KeptRow[] {
    const { caller, request, common } = wanted
    const from = request.src === '' ? source.value : request.src
    const units = bill?.units ?? segmentsOf(common.content)
    const beginning = { id, from, to, units, bill, atMs: acceptedAtMs, ...this.#common(caller) }
    return this.#rows(wanted, index, id, acceptedChange(request, beginning))
  }

  /** @returns whether the store refused them: then they have no id */
  async #keepFailed(wanted: Wanted, failed: readonly Outcome[]): Promise<boolean> {
    const { caller, request, common } = wanted
    const units = segmentsOf(common.content)
    const atMs = this.#ports.wallMs()
    const ids = failed.map(() => this.#ports.nextId())
    const rows = failed.flatMap(({ to, index, failure }, i) => {
      const id = ids[i]!
      const beginning = { id, from: request.src, to, units, bill: undefined, atMs, ...this.#common(caller) }
      const { code } = apiByReason[failure?.reason ?? 'systemError']
      return this.#rows(wanted, index, id, failedChange(request, beginning, code))
    })
    try {
      await this.#ports.commit(rows)
    } catch {
      // Whoever commits tells of it.
      return true
    }
    for (const [i, outcome] of failed.entries()) {
      outcome.id = ids[i]!
      this.#ports.events?.failed()
    }
    this.#ports.outbox.added(rows)
    return false
  }

  /** What all records of an account's messages begin with. */
  #common({ account, address }: Caller): Pick<Beginning, 'requesterIp' | 'campaignOf'> {
    const { campaignOf } = this.#ports
    return { requesterIp: address, campaignOf: campaignOf && ((number) => campaignOf(account, number)) }
  }

  #rows({ caller, repeatable }: Wanted, index: number, id: MessageId, change: Change): readonly KeptRow[] {
    const rows = rowsOfNew(this.#ports, caller, id, change)
    if (repeatable !== undefined) rows.push(repeatRow(repeatable, index, id, change.record.atMs))
    return rows
  }
}

const otherRequest = mistakenAnswer('Idempotency-Key: another request had this key', 422)

function statusOf(failure: ApiFailure | undefined): number {
  return failure === undefined ? 202 : apiByReason[failure.reason].status
}

function refusal(failure: ApiFailure | undefined): Answer {
  const { reason, error } = failure ?? { reason: 'systemError' }
  const { code, status } = apiByReason[reason]
  const known = failureReasons as Partial<Record<string, { readonly publicText: string }>>
  const answer = mistakenAnswer(error ?? known[reason]?.publicText ?? errorTexts[code], status === 202 ? 400 : status)
  return status === 429 || status === 503 ? { ...answer, retryAfterS: RETRY_AFTER_S } : answer
}

/** In the order of the destinations. What the store had no room for is not sent, and stands with the invalid ones. */
function accepted({ invalid }: MessageRequest, outcomes: readonly Outcome[]): Answer {
  const uuids: string[] = []
  const not = [...invalid]
  for (const { id, to } of outcomes) {
    if (id === '') not.push(to)
    else uuids.push(uuidOf(id))
  }
  const body = { message: 'message(s) queued', message_uuid: uuids }
  return { status: 202, body: not.length === 0 ? body : { ...body, invalid_number: not } }
}

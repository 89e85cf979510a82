// Messages that an application answered with to one from a phone, and what a phone is told of its own wishes: each becomes a message of
// the API with its record, in the step in which its webhook has one less to send.

import type { Bill } from '../../message/bill.js'
import type { MessageId } from '../../message/ids.js'
import type { KeptRow } from '../../message/kept.js'
import type { Message } from '../../message/message.js'
import type { Failure } from '../../message/failure.js'
import { segmentsOf } from '../../money/units.js'
import type { SubmissionAnswer } from '../../pipeline/stage.js'
import { apiByReason } from './codes.js'
import { acceptedChange } from './message-changes.js'
import type { ApiSubmission, Caller, MessagePorts } from './message-ports.js'
import { checkRequest, type MessageRequest } from './message-request.js'
import { rowsOfNew } from './message-rows.js'
import { commonOf, submissionOf } from './message-submission.js'
import { whyNotFrom } from './source-rule.js'
import type { AttemptPorts, Replied } from './webhook-attempt.js'
import type { Reply, Webhook } from './webhook-row.js'

export interface ReplyPorts extends Pick<
  MessagePorts,
  'submit' | 'refuses' | 'outbox' | 'mayCall' | 'powerpacks' | 'isOwn' | 'campaignOf' | 'nextId' | 'defer'
> {
  /** Undefined where the account is gone. */
  readonly accountOf: (authId: string) => Pick<Caller, 'authId' | 'account'> | undefined
}

/** For the tries of webhooks. */
export function replies(ports: ReplyPorts): AttemptPorts['reply'] {
  const link = {}
  let batch: ApiSubmission[] = []
  const hand = (): void => {
    const all = batch
    batch = []
    ports.submit(all)
  }
  return (webhook, reply, kept) =>
    new Promise((resolve) => {
      const asked = askedFor(webhook, reply, ports)
      if ('kind' in asked) return resolve(asked)
      const { caller, request, to, isAcknowledgement } = asked
      const sent = new SentReply(ports, caller, request, kept, resolve)
      const common = commonOf(request)
      const submission = submissionOf(to, common, request, caller, link, sent.kept, sent)
      if (batch.length === 0) ports.defer(hand)
      batch.push({ ...submission, isAcknowledgement })
    })
}

interface Asked {
  readonly caller: Caller
  readonly request: MessageRequest
  readonly to: string
  readonly isAcknowledgement: boolean
}

function askedFor({ account, purpose }: Webhook, reply: Reply, ports: ReplyPorts): Asked | Replied {
  const failure = ports.refuses()
  if (failure !== undefined) return refused(failure)
  const known = ports.accountOf(account)
  if (known === undefined) return never('its account is gone')
  const { src, dst, text, callbackUrl: url, callbackMethod: method } = reply
  const checked = checkRequest({ src, dst, text, ...(url !== '' && { url, method }) }, ports.mayCall)
  if (checked.kind === 'mistake') return never(checked.error.replace(/^url /, 'callbackUrl '))
  const { request } = checked
  const [to = ''] = request.to
  const caller: Caller = { ...known, address: '' }
  // Who says STOP hears that it was heard, from the number that it was said to.
  if (purpose === 'acknowledgement') return { caller, request, to, isAcknowledgement: true }
  const why = whyNotFrom(request.src, to, caller.account, ports)
  if (why !== undefined) return never(why.error ?? why.reason)
  return { caller, request, to, isAcknowledgement: false }
}

class SentReply implements SubmissionAnswer {
  readonly #ports: ReplyPorts
  readonly #caller: Caller
  readonly #request: MessageRequest
  readonly #ofWebhook: readonly KeptRow[]
  readonly #done: (replied: Replied) => void
  #rows: readonly KeptRow[] = []

  constructor(
    ports: ReplyPorts,
    caller: Caller,
    request: MessageRequest,
    ofWebhook: readonly KeptRow[],
    done: (replied: Replied) => void,
  ) {
    this.#ports = ports
    this.#caller = caller
    this.#request = request
    this.#ofWebhook = ofWebhook
    this.#done = done
  }

  readonly kept = (message: Message, bill: Bill | undefined): readonly KeptRow[] => {
    const { id, source, destination, content, acceptedAtMs: atMs } = message
    const units = bill?.units ?? segmentsOf(content)
    const { campaignOf } = this.#ports
    const ofNumber = campaignOf && ((number: string) => campaignOf(this.#caller.account, number))
    const common = { units, bill, requesterIp: '', atMs, campaignOf: ofNumber }
    const beginning = { id, from: source.value, to: destination.value, ...common }
    this.#rows = rowsOfNew(this.#ports, this.#caller, id, acceptedChange(this.#request, beginning))
    return [...this.#rows, ...this.#ofWebhook]
  }

  accepted(_id: MessageId): void {
    // The webhook's own row is known to the outbox.
    this.#ports.outbox.added(this.#rows)
    this.#done({ kind: 'taken' })
  }

  refused(failure: Failure): void {
    this.#done(refused(failure))
  }

  /** What comes by the API is never a part. */
  withheld(): void {
    // Nobody's window waits.
  }

  readmitted(): void {
    // As above.
  }
}

function never(why: string): Replied {
  return { kind: 'refused', again: false, why }
}

/** What would be refused for what it is has no better end later. */
function refused({ reason, cause }: Failure): Replied {
  const { status } = apiByReason[reason]
  return { kind: 'refused', again: status === 429 || status === 503, why: `${reason}: ${cause}` }
}

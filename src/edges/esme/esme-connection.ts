// One ESME on one connection, from accept to close: authenticates, takes submit_sm in batches, answers query_sm. It decides
// nothing about messages.

import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import type { Submission } from '../../pipeline/stage.js'
import {
  status,
  statusName,
  type AppRequest,
  type BindCommand,
  type BindRequest,
  type Command,
  type PduOf,
  type PeerAddress,
  type ResponsePdu,
  type SessionHandlers,
} from '../../smpp/index.js'
import { countPdu } from '../pdu-count.js'
import { claimOf, type BindClaim } from './bind-claim.js'
import { resultOf } from './deliver-answer.js'
import type { BindKind, EsmeEdgePorts, EsmeHouse } from './esme-ports.js'
import { FullWindow } from '../full-window.js'
import { toSubmission, type SubmitSource } from './ingress.js'
import { queryAnswer } from './query-answer.js'
import type { EsmeSession, Receivers, Sent } from './receivers.js'
import { SubmitAnswer, type AnswerDesk } from './submit-answer.js'

const kindOfBind: Readonly<Record<BindCommand, BindKind>> = {
  bind_transmitter: 'transmitter',
  bind_receiver: 'receiver',
  bind_transceiver: 'transceiver',
}

/** Who it is, from its bind on. */
interface Bound {
  readonly account: AccountId
  /** As the directory had it last. */
  readonly as: SendingAccount
  readonly systemId: string
  /** Its password was checked and right: it need not be known by its address. */
  readonly hasProved: boolean
  readonly kind: BindKind
  readonly version: number
  readonly source: SubmitSource
  readonly receivers: Receivers
}

export class EsmeConnection implements SessionHandlers<Sent> {
  readonly #house: EsmeHouse<EsmeConnection>
  readonly #ports: EsmeEdgePorts
  readonly #session: EsmeSession
  readonly #peer: PeerAddress
  readonly #remote: string
  readonly #number: number
  readonly #desk: AnswerDesk
  readonly #window: FullWindow
  #bound: Bound | undefined
  /** It is being unbound, since it may not bind like this any more. */
  #mustGo = false
  #batch: Submission[] = []
  /** Parts of it that wait for others. */
  #withheld = 0
  #isSubmitting = false
  #windowWasTold = false
  /** Deliveries that its end left unanswered, for the log. */
  #left = 0

  constructor(
    house: EsmeHouse<EsmeConnection>,
    ports: EsmeEdgePorts,
    session: EsmeSession,
    peer: PeerAddress,
    number: number,
  ) {
    this.#house = house
    this.#ports = ports
    this.#session = session
    this.#peer = peer
    this.#remote = `${peer.address}:${peer.port}`
    this.#number = number
    const { clock, metrics } = ports
    this.#desk = { session, clock, metrics, withheldBy: (change) => this.#withheldBy(change) }
    this.#window = new FullWindow(house.stallMs)
  }

  // ---- its bind ------------------------------------------------------------------------------------------------------

  onBind(bind: BindRequest): void {
    const { account, standing } = this.#claimOf(bind)
    if (standing === 'known') return this.#decideBind(bind, undefined)
    if (!this.#ports.logIns.mayTry(this.#peer.address, bind.system_id)) return this.#refuseUnseen(bind)
    // Also from elsewhere: neither the answer nor its time may tell whether the password is right.
    this.#ports.verify(account, bind.password).then(
      (isRight) => this.#decideBind(bind, isRight ? account : undefined),
      (error: unknown) => this.#refuseBind(bind, status.ESME_RSYSERR, String(error)),
    )
  }

  #claimOf(bind: BindRequest): BindClaim {
    return claimOf(this.#ports.directory(), bind.system_id, this.#peer.address)
  }

  /**
   * By the directory as it is now: the check of a password takes its time, and what it was checked against may be out of force.
   *
   * @param proved the account whose password is right, as it was when that was checked
   */
  #decideBind(bind: BindRequest, proved: SendingAccount | undefined): void {
    const { account, standing } = this.#claimOf(bind)
    if (standing === 'elsewhere') {
      this.#ports.logIns.wrong(this.#peer.address, bind.system_id)
      const why = `account ${account?.id ?? ''} may not come from ${this.#peer.address}`
      return this.#refuseBind(bind, status.ESME_RINVPASWD, why)
    }
    const hasProved = proved !== undefined && proved.id === account?.id && proved.password === account.password
    if (account === undefined || (standing === 'unproved' && !hasProved)) {
      this.#ports.logIns.wrong(this.#peer.address, bind.system_id)
      return this.#refuseBind(bind, status.ESME_RINVPASWD, 'wrong system_id or password')
    }
    if (hasProved) this.#ports.logIns.right(this.#peer.address, bind.system_id)
    if (!account.active) return this.#refuseBind(bind, status.ESME_RBINDFAIL, 'the account is not active')
    const kind = kindOfBind[bind.command]
    if (!account.bindModes.includes(kind))
      return this.#refuseBind(bind, status.ESME_RBINDFAIL, `the account may not bind as ${kind}`)
    if (this.#house.stopping) return this.#refuseBind(bind, status.ESME_RBINDFAIL, 'the switch is going down')
    if (!this.#house.take(account, kind))
      return this.#refuseBind(bind, status.ESME_RBINDFAIL, `the account has its ${account.maxBinds} binds already`)
    if (!this.#session.acceptBind(bind, { system_id: this.#house.systemId })) return this.#house.give(account.id, kind)
    const version = bind.interface_version
    const receivers = this.#house.receiversOf(account.id)
    this.#bound = {
      account: account.id,
      as: account,
      systemId: bind.system_id,
      hasProved,
      kind,
      version,
      source: { sender: { kind: 'account', account: account.id }, link: this.#session, text: account.text },
      receivers,
    }
    this.#house.follows(this, true)
    if (this.#house.holds) this.#session.hold(true)
    this.#ports.log.event('esme.bound', {
      session: this.#number,
      account: account.id,
      mode: kind,
      remote: this.#remote,
      version,
    })
    if (kind === 'transmitter') return
    const wasUp = receivers.up
    const { leaving, dialing } = account
    receivers.add({ session: this.#session, version, leaving, dialing })
    if (wasUp) this.#ports.hasRoom(receivers.id)
    else this.#ports.destinationChanged(receivers.id)
  }

  /** The directory has changed: who may not bind like this any more is unbound once its answers are there, others have new rules. */
  follow(directory: Snapshot): void {
    const bound = this.#bound
    if (bound === undefined || this.#mustGo) return
    const account = directory.account(bound.account)
    if (account === bound.as) return
    if (account === undefined || !this.#mayStay(directory, account, bound)) {
      this.#mustGo = true
      this.#ports.log.event('esme.unbound', { session: this.#number, account: bound.account, remote: this.#remote })
      this.#session.unbind(this.#ports.clock.monotonicMs())
      return
    }
    const { text, leaving, dialing } = account
    this.#bound = { ...bound, as: account, source: { ...bound.source, text } }
    bound.receivers.renew(this.#session, { leaving, dialing })
  }

  #mayStay(directory: Snapshot, account: SendingAccount, { as, systemId, hasProved, kind }: Bound): boolean {
    const claim = claimOf(directory, systemId, this.#peer.address)
    const isStill =
      claim.account === account && (claim.standing === 'known' || (claim.standing === 'unproved' && hasProved))
    return isStill && account.active && account.password === as.password && account.bindModes.includes(kind)
  }

  /** Its password was not looked at. Without a line for each: what made it so has one. */
  #refuseUnseen(bind: BindRequest): void {
    this.#ports.metrics.bindRefusals.count('esme', 'ESME_RBINDFAIL')
    this.#house.afterAWhile(() => this.#session.rejectBind(bind, status.ESME_RBINDFAIL))
  }

  #refuseBind(bind: BindRequest, commandStatus: number, why: string): void {
    this.#ports.metrics.bindRefusals.count('esme', statusName(commandStatus))
    this.#ports.log.event('esme.bindRefused', {
      session: this.#number,
      systemId: bind.system_id,
      remote: this.#remote,
      status: statusName(commandStatus),
      why,
    })
    this.#session.rejectBind(bind, commandStatus)
  }

  // ---- what it asks --------------------------------------------------------------------------------------------------

  onRequest(request: AppRequest): void {
    switch (request.command) {
      case 'submit_sm':
        return this.#submit(request)
      case 'query_sm':
        return this.#query(request)
      case 'alert_notification':
        return
      default:
        this.#session.respond(request, status.ESME_RINVCMDID)
    }
  }

  onReadEnd(): void {
    if (this.#batch.length === 0) return
    const batch = this.#batch
    this.#batch = []
    if (this.#window.size > 0) this.#window.seen(this.#session.owed + this.#withheld)
    this.#isSubmitting = true
    try {
      this.#ports.submit(batch)
    } finally {
      this.#isSubmitting = false
    }
    // It asked to unbind behind parts, and ended as soon as these were withheld.
    if (this.#session.state === 'CLOSED') return this.#ports.linkClosed(this.#session)
    if (this.#withheld > 0 && this.#window.asked(this.#withheld, this.#session.owed, this.#session.nowMs)) {
      this.#ports.stalled(this.#session)
    }
  }

  /** Called every so often while parts of it are withheld. */
  tick(monotonicMs: number): void {
    // Its silence is our doing.
    if (this.#house.holds) return this.#window.mayAsk(monotonicMs)
    const requests = this.#withheld
    if (!this.#window.isStalled(requests, this.#session.owed, monotonicMs)) return
    if (!this.#windowWasTold) {
      this.#windowWasTold = true
      const account = this.#bound?.account ?? ''
      this.#ports.log.event('esme.windowFull', { session: this.#number, account, requests })
    }
    this.#ports.stalled(this.#session)
  }

  #submit(pdu: PduOf<'submit_sm'>): void {
    const answer = new SubmitAnswer(this.#desk, pdu.sequence, this.#session.nowMs)
    if (this.#house.stopping || this.#bound === undefined) {
      return answer.refused({ reason: 'stopping', cause: 'the switch is going down' })
    }
    // A peer that leaves our own requests unanswered stays for a while.
    if (this.#mustGo) return answer.refused({ reason: 'notPermitted', cause: 'the session is being unbound' })
    // Asking the wall clock shows at a hundred thousand messages a second.
    const namesTimes = pdu.validity_period !== '' || pdu.schedule_delivery_time !== ''
    const submission = toSubmission(pdu, this.#bound.source, namesTimes ? this.#ports.clock.wallMs() : 0, answer)
    if ('reason' in submission) answer.refused(submission)
    else this.#batch.push(submission)
  }

  #query(pdu: PduOf<'query_sm'>): void {
    // Who can ask this can also send.
    this.#window.mayAsk(this.#session.nowMs)
    const known = this.#mustGo ? undefined : this.#bound && this.#ports.stateOf(this.#bound.account, pdu.message_id)
    if (this.#bound === undefined || known === undefined) {
      this.#session.respond(pdu, status.ESME_RQUERYFAIL, { message_id: pdu.message_id })
      return
    }
    this.#session.respond(pdu, status.ESME_ROK, queryAnswer(pdu.message_id, known, this.#bound.version))
  }

  #withheldBy(change: 1 | -1): void {
    const before = this.#withheld
    this.#withheld += change
    if (before === 0 || this.#withheld === 0) this.#house.withholds(this, this.#withheld > 0)
  }

  // ---- what it answers -----------------------------------------------------------------------------------------------

  onResponse(response: ResponsePdu, sent: Sent): void {
    this.#bound?.receivers.answered(sent, resultOf(response))
  }

  onUnanswered(all: readonly Sent[], why: 'timeout' | 'closed'): void {
    if (why === 'closed') this.#left = all.length
    for (const sent of all) this.#bound?.receivers.answered(sent, why === 'timeout' ? 'unanswered' : 'lost')
  }

  onWindow(): void {
    if (this.#bound !== undefined) this.#ports.hasRoom(this.#bound.receivers.id)
  }

  onPdu(direction: 'in' | 'out', command: Command, commandStatus: number): void {
    countPdu(this.#ports.metrics, direction, command, commandStatus)
  }

  // ---- its end -------------------------------------------------------------------------------------------------------

  onFault(fault: { readonly why: string }): void {
    this.#ports.log.event('esme.protocolError', {
      session: this.#number,
      account: this.#bound?.account ?? '',
      remote: this.#remote,
      why: fault.why,
    })
  }

  onClose(why: string, error?: unknown): void {
    const { metrics, log } = this.#ports
    metrics.sessionEnds.count('esme', why)
    this.#house.withholds(this, false)
    this.#house.follows(this, false)
    this.#house.sessionEnded()
    const who = { session: this.#number, account: this.#bound?.account ?? '', remote: this.#remote }
    if (why === 'handlerError') log.event('esme.handlerFailed', { ...who, error })
    if (this.#bound === undefined) return
    log.event('esme.closed', { ...who, why, unanswered: this.#left })
    const { account, kind, receivers } = this.#bound
    this.#house.give(account, kind)
    if (receivers.remove(this.#session) && !receivers.up) this.#ports.destinationChanged(receivers.id)
    // Not in the middle of a batch of its own: told at the end of it.
    if (!this.#isSubmitting) this.#ports.linkClosed(this.#session)
  }
}

// One SIP user as a destination: what comes for him goes to all of his phones at once, one letter at a time, and the first phone
// that takes it settles it (RFC 3428 §8). Phones that are slow get it when they are ready, and hold up nobody.

import type { NotifyResult } from '../../delivery/notices.js'
import type { Destination, SendResult } from '../../delivery/destination.js'
import type { Delivery, EsmeDelivery } from '../../message/delivery.js'
import type { AccountId } from '../../message/ids.js'
import type { Binding } from '../../sip/index.js'
import { letterOf, type Letter, type UserName } from './egress.js'
import { imdnLetter } from './imdn-out.js'
import { newFork, resultOf, type Fork } from './sip-user-fork.js'
import { Leg, type LegEnd } from './sip-user-leg.js'
import { keyOf, newPhone, restMsOf, withoutDoubles, type Phone } from './sip-user-phone.js'
import { sipUserId, type SipUserPorts, type SipUserSettings } from './sip-user-ports.js'

/** What another phone has taken and this one has yet to get. */
const BEHIND_MAX = 16
/** When nothing could be sent though somebody seemed to be there. */
const LOOK_AGAIN_MS = 1000
/** How many he is handed at a time: the first that leaves takes all the room, but some never will. */
const LOOKED_AT = 16

export class SipUser implements Destination {
  readonly id: string
  readonly account: AccountId
  readonly #ports: SipUserPorts
  readonly #settings: SipUserSettings
  readonly #phones = new Map<string, Phone>()
  #isUp = false
  #fork: Fork | undefined
  /** Nobody is there until then, as far as is known, switch time. */
  #restsUntilMs = 0
  /** A phone has registered since the delivery that is under way left. */
  #hasNews = false
  /** Of the last letter. Phones may still know one of an earlier run, and would answer its like with 482 (RFC 3261 §8.2.2.2). */
  #attempts: number

  constructor(account: AccountId, ports: SipUserPorts, settings: SipUserSettings) {
    this.id = sipUserId(account)
    this.account = account
    this.#ports = ports
    this.#settings = settings
    this.#attempts = Math.floor(ports.nowMs())
  }

  get up(): boolean {
    return this.#isUp
  }

  /** Nothing is under way to any phone: who forgets it loses nothing but what it knows of phones that rest. */
  get isIdle(): boolean {
    if (this.#fork !== undefined) return false
    for (const phone of this.#phones.values()) if (phone.pending) return false
    return true
  }

  /** He has his first phone, or lost his last. */
  reachable(is: boolean): void {
    this.#isUp = is
    if (is) this.#restsUntilMs = 0
  }

  /** A phone of his has just registered: it is there. */
  registered(): void {
    this.#restsUntilMs = 0
    this.#hasNews = true
    if (this.#fork === undefined) this.#ports.hasRoom(this.id)
    else this.#joinNew(this.#fork, this.#ports.nowMs())
  }

  room(nowMs: number): number {
    return this.#isUp && this.#fork === undefined && this.#restsUntilMs <= nowMs ? LOOKED_AT : 0
  }

  roomAtMs(nowMs: number): number {
    return this.#fork === undefined ? Math.max(nowMs, this.#restsUntilMs) : Infinity
  }

  send(delivery: Delivery, nowMs: number): SendResult {
    if (delivery.kind === 'segment' || this.#fork !== undefined) return 'full'
    const name = this.#ports.nameOf(this.account)
    const phones = name === undefined ? [] : this.#ports.phonesOf(name.aor, nowMs)
    if (name === undefined || phones.length === 0) {
      this.#restsUntilMs = nowMs + LOOK_AGAIN_MS
      return 'full'
    }
    const letter = this.#letterOf(delivery, name)
    if (letter === undefined) return 'sent'
    const fork = newFork(delivery, letter)
    this.#fork = fork
    this.#hasNews = false
    for (const ways of withoutDoubles(phones, letter, this.#settings)) {
      this.#sendTo(this.#phoneOf(ways), ways, fork, nowMs)
    }
    this.#forgetPhones(phones)
    fork.isStarting = false
    if (fork.open > 0 || fork.isSettled) return 'sent'
    if (fork.isOffline || fork.isLost) {
      // It has not left.
      this.#fork = undefined
      this.#rest(nowMs)
      // The connection that he had is over: nobody else would say that nothing is under way.
      if (!this.#isUp) this.#ports.hasRoom(this.id)
      return 'full'
    }
    this.#conclude(fork, nowMs)
    return 'sent'
  }

  /** Undefined where it is dealt with and never will be sent. */
  #letterOf(delivery: EsmeDelivery, name: UserName): Letter | undefined {
    const attempt = ++this.#attempts
    const { events, notified, nameOf, isUser } = this.#ports
    if (delivery.kind === 'receipt') {
      const letter = imdnLetter(delivery, name, attempt)
      if (letter !== undefined) return letter
      events.notTold(delivery)
      notified(delivery, 'taken', false)
      return undefined
    }
    const { message } = delivery
    const sender = message.direction === 'mt' ? nameOf(message.account) : undefined
    const written = letterOf(message, name, sender, attempt, isUser)
    if (written.kind === 'letter') return written.letter
    events.cannotSend(delivery, written.why)
    notified(delivery, { state: 'REJECTED', error: '415' }, false)
    return undefined
  }

  /** A phone that has come since gets it too, and need not wait for those that don't answer. */
  #joinNew(fork: Fork, nowMs: number): void {
    const name = this.#ports.nameOf(this.account)
    if (name === undefined || fork.isStarting) return
    for (const ways of withoutDoubles(this.#ports.phonesOf(name.aor, nowMs), fork.letter, this.#settings)) {
      // One that it goes to already may have another way by now, which is for when the first fails (RFC 5626 §7).
      const isOn = ways.some((way) => fork.phones.includes(keyOf(way)))
      if (!isOn && !fork.isSettled) this.#sendTo(this.#phoneOf(ways), ways, fork, nowMs)
    }
  }

  #sendTo(phone: Phone, ways: readonly Binding[], fork: Fork, nowMs: number): void {
    for (const way of ways) fork.phones.push(keyOf(way))
    if (phone.restsUntilMs > nowMs) {
      fork.isOffline = true
      return
    }
    if (!phone.pending) {
      fork.open++
      this.#start(phone, ways, fork)
    } else if (phone.behind.length < BEHIND_MAX) {
      fork.open++
      phone.behind.push({ fork, ways })
    } else {
      fork.isOffline = true
      this.#ports.events.passedOver(this.account)
    }
  }

  #start(phone: Phone, ways: readonly Binding[], fork: Fork): void {
    const { id } = fork.delivery
    const progress = phone.begun?.id === id ? phone.begun.progress : undefined
    phone.begun = undefined
    phone.pending = true
    const leg = new Leg(fork.letter, ways, progress, this.#ports, this.#settings, (end) => {
      if (end.kind !== 'over' && leg.progress !== undefined) phone.begun = { id, progress: leg.progress }
      this.#legEnded(phone, fork, end)
    })
    leg.start()
  }

  #legEnded(phone: Phone, fork: Fork, end: LegEnd): void {
    const nowMs = this.#ports.nowMs()
    phone.pending = false
    fork.open--
    switch (end.kind) {
      case 'delivered':
        phone.rests = 0
        phone.begun = undefined
        // Most phones take what they are sent: nothing is kept of them.
        if (phone.behind.length === 0) this.#phones.delete(phone.key)
        break
      case 'over':
        fork.over ??= end
        if (end.isEverywhere) fork.over = end
        break
      case 'again':
        fork.isAgain = true
        break
      case 'lost':
        fork.isLost = true
        this.#restPhone(phone, undefined, nowMs)
        break
      case 'offline':
        fork.isOffline = true
        this.#restPhone(phone, end.retryAfterMs, nowMs)
        break
    }
    if (end.kind === 'delivered') this.#settle(fork, 'taken')
    else if (end.kind === 'over' && end.isEverywhere) this.#settle(fork, { state: end.state, error: end.error })
    else if (fork.open === 0 && !fork.isStarting) this.#conclude(fork, nowMs)
    this.#catchUp(phone, nowMs)
  }

  /** What waits for a phone goes to it, one after the other; nobody waits for one that is not there. */
  #catchUp(phone: Phone, nowMs: number): void {
    while (!phone.pending) {
      const next = phone.behind.shift()
      if (next === undefined) return
      const { fork, ways } = next
      // Declined for all phones.
      if (fork.isSettled && fork.over?.isEverywhere === true) {
        fork.open--
        continue
      }
      if (phone.restsUntilMs <= nowMs) {
        this.#start(phone, ways, fork)
        continue
      }
      fork.open--
      fork.isOffline = true
      if (fork.open === 0 && !fork.isStarting) this.#conclude(fork, nowMs)
    }
  }

  /** All its legs have ended and none took it. */
  #conclude(fork: Fork, nowMs: number): void {
    if (fork.isSettled) return
    const result = resultOf(fork)
    if (result === 'lost' || result === 'later') this.#rest(nowMs)
    this.#settle(fork, result)
  }

  /** What is not settled is the one that is under way: none goes before the one before it is. */
  #settle(fork: Fork, result: NotifyResult): void {
    if (fork.isSettled) return
    fork.isSettled = true
    // Before it is told: what is back in its lane may come up at once.
    this.#fork = undefined
    this.#ports.notified(fork.delivery, result, false)
    this.#ports.hasRoom(this.id)
  }

  /** Until the first of his phones may be there again. */
  #rest(nowMs: number): void {
    if (this.#hasNews) {
      this.#restsUntilMs = 0
      return
    }
    let untilMs = Infinity
    for (const { restsUntilMs } of this.#phones.values()) if (restsUntilMs < untilMs) untilMs = restsUntilMs
    this.#restsUntilMs = untilMs <= nowMs || untilMs === Infinity ? nowMs + LOOK_AGAIN_MS : untilMs
  }

  #restPhone(phone: Phone, retryAfterMs: number | undefined, nowMs: number): void {
    phone.restsUntilMs = nowMs + Math.max(LOOK_AGAIN_MS, restMsOf(phone, retryAfterMs, this.#settings))
  }

  #phoneOf(ways: readonly Binding[]): Phone {
    let refreshedAtMs = 0
    let phone: Phone | undefined
    for (const way of ways) {
      if (way.refreshedAtMs > refreshedAtMs) refreshedAtMs = way.refreshedAtMs
      const known = this.#phones.get(keyOf(way))
      // What is under way to it may have left when its ways were others.
      if (known !== undefined && (phone === undefined || known.pending)) phone = known
    }
    if (phone === undefined) {
      const key = keyOf(ways[0]!)
      phone = newPhone(key, refreshedAtMs)
      this.#phones.set(key, phone)
    } else if (refreshedAtMs > phone.refreshedAtMs) {
      // It has registered since it was not there.
      phone.refreshedAtMs = refreshedAtMs
      phone.restsUntilMs = 0
    }
    return phone
  }

  /** Those that are not registered any more. */
  #forgetPhones(phones: readonly (readonly Binding[])[]): void {
    if (this.#phones.size <= phones.length) return
    const known = new Set(phones.flat().map(keyOf))
    for (const [key, { pending }] of this.#phones) if (!pending && !known.has(key)) this.#phones.delete(key)
  }
}

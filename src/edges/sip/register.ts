// REGISTER of a user who is known: what the registrar makes of it is kept, and answered when it is durable.

import type { SendingAccount } from '../../directory/snapshot.js'
import type { AccountId } from '../../message/ids.js'
import {
  addressOfRecord,
  escapedUser,
  parseUri,
  register,
  type Binding,
  type Field,
  type Flow,
  type RegistrarSettings,
  type ServerTransaction,
  type SipRequest,
} from '../../sip/index.js'
import type { Metrics } from '../../telemetry/metrics.js'
import { addressIn, isNoDomain } from './ingress-address.js'
import type { Location } from './location.js'

export interface RegisterPorts {
  readonly location: Location
  /** For all users; `maxContacts` of one goes before. */
  readonly settings: RegistrarSettings
  /** Users registered at a time; one more is refused. */
  readonly maxUsers: number
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
  readonly retryAfterS: number
  /** It was answered 200: what waits for the user may go there. `isNew`: there are more phones than before. */
  readonly registered: (account: AccountId, refreshed: readonly Binding[], isNew: boolean) => void
  /** For the log. */
  readonly refused: (account: AccountId, flow: Flow, status: number, why: string) => void
  readonly metrics: Pick<Metrics, 'sipRegistrations'>
}

/** `sip:user@domain` of an account with a SIP user. */
export function aorOf({ sip, domain }: Pick<SendingAccount, 'sip' | 'domain'>): string | undefined {
  return sip === undefined ? undefined : `sip:${escapedUser(sip.user)}@${domain}`
}

/** @param account who sends it: its digest was right */
export function takeRegister(
  request: SipRequest,
  flow: Flow,
  transaction: ServerTransaction,
  account: SendingAccount,
  ports: RegisterPorts,
): void {
  const aor = aorOf(account)
  const again = retryAfter(ports.retryAfterS)
  const refuse = (status: number, reason?: string, fields: readonly Field[] = []): void => {
    ports.metrics.sipRegistrations.count('refused')
    ports.refused(account.id, flow, status, reason ?? '')
    transaction.answer(status, { fields, ...(reason !== undefined && { reason }) })
  }
  // RFC 3261 §10.3 step 4: nobody registers for another. A number of the account is the account.
  if (aor === undefined || !isOwn(request.to.uri, account, aor)) return refuse(403, 'Not Your Address')
  const { location, metrics } = ports
  const before = location.bindings(aor)
  if (before.length === 0 && location.size.users >= ports.maxUsers) return refuse(503, undefined, again)
  const most = account.sip?.maxContacts
  const settings = most === undefined ? ports.settings : { ...ports.settings, mostContacts: most }
  const { address, port } = flow.remote
  const from = { kind: flow.kind, address, port, listener: flow.listener, flowId: flow.id }
  const outcome = register(request, before, from, settings, ports.nowMs())
  if (outcome.kind === 'refused') return refuse(outcome.status, outcome.reason, outcome.fields)
  const { bindings, refreshed, isChanged } = outcome
  const told = (isKept: boolean): void => {
    if (!isKept) {
      metrics.sipRegistrations.count('notKept')
      return void transaction.answer(503, { fields: again })
    }
    metrics.sipRegistrations.count(refreshed.length > 0 ? 'registered' : isChanged ? 'unregistered' : 'asked')
    transaction.answer(200, { fields: dated(outcome.fields, ports.wallMs()) })
    // Behind the answer, so that a phone knows that it is registered when the first message comes.
    if (refreshed.length > 0) ports.registered(account.id, refreshed, bindings.length > before.length)
  }
  if (isChanged) location.put(aor, account.id, bindings, told)
  else location.settled(aor, told)
}

/** Whether a To is an address of the account. With an address in place of the domain it is that of who knew the password. */
function isOwn(to: string, { domain, numbers, sip }: SendingAccount, aor: string): boolean {
  if (addressOfRecord(to) === aor) return true
  const uri = parseUri(to)
  if (uri?.user === undefined || (uri.host !== domain && !isNoDomain(uri.host))) return false
  const number = addressIn(uri)?.value
  return (number !== undefined && numbers.includes(number)) || uri.user === sip?.user
}

/** Bindings are counted in switch time; people's clocks are set by this one. */
function dated(fields: readonly Field[], wallMs: number): readonly Field[] {
  return fields.map((each) => (each.name === 'date' ? { name: 'date', value: new Date(wallMs).toUTCString() } : each))
}

function retryAfter(seconds: number): readonly Field[] {
  return [{ name: 'retry-after', value: String(seconds) }]
}

// Stage 5: may the account send under this address, and to there, and does the phone there want it? Addresses as translated: what the
// phone would see, what is paid for.

import type { SendingAccount } from '../../directory/snapshot.js'
import type { Addresses } from '../../message/address.js'
import type { Failure } from '../../message/failure.js'
import type { OwnerPorts } from '../owner/owner.js'
import { answerOf, continueWith, runStage, type Permitted, type Verdict } from '../stage.js'

export interface ScreenPorts extends Pick<OwnerPorts, 'renterOf'> {
  /** Whether the phone has said that it wants nothing more from there; left out: none has. */
  readonly hasOptedOut?: HasOptedOut | undefined
}

/** Called for each message: must be cheap. */
export type HasOptedOut = (source: string, destination: string) => boolean

/** A batch of which nothing is stopped by a list or an opt-out is given back as it is. */
export function screen<P extends Permitted>(batch: readonly P[], ports: ScreenPorts): readonly P[] {
  const { hasOptedOut } = ports
  if (!batch.some((permitted) => isScreened(permitted.account) || isUnwanted(permitted, hasOptedOut))) return batch
  return runStage(
    (all) =>
      all.map((permitted): Verdict<P> => {
        const { account, submission } = permitted
        const failure = isUnwanted(permitted, hasOptedOut)
          ? optedOut(submission)
          : whyNotAllowed(account, submission, ports, submission.powerpack)
        return failure === undefined ? continueWith(permitted) : { kind: 'refuse', failure }
      }),
    batch,
    answerOf,
  )
}

/** Why a phone may not be written to from there; undefined where it may. */
export function whyUnwanted(addresses: Addresses, { hasOptedOut }: ScreenPorts): Failure | undefined {
  return hasOptedOut?.(addresses.source.value, addresses.destination.value) === true ? optedOut(addresses) : undefined
}

/** Of a pack it is asked when a number is chosen. */
function isUnwanted({ submission }: Permitted, hasOptedOut: HasOptedOut | undefined): boolean {
  if (hasOptedOut === undefined || submission.powerpack !== undefined || submission.isAcknowledgement === true)
    return false
  return hasOptedOut(submission.source.value, submission.destination.value)
}

function optedOut({ source, destination }: Addresses): Failure {
  return { reason: 'optedOut', cause: `${destination.value} wants nothing more from ${source.value}` }
}

/**
 * Why an account may not send from there to there; undefined where it may. A list that is stated lets nothing else pass but numbers that
 * the account rents.
 * @param powerpack of which a number will be the source: whose the pack is was looked at where it was named
 */
export function whyNotAllowed(
  account: SendingAccount,
  { source, destination }: Addresses,
  { renterOf }: ScreenPorts,
  powerpack?: string,
): Failure | undefined {
  const { id, allowsSource, allowsDestination } = account
  if (powerpack === undefined && allowsSource !== undefined && !allowsSource(source.value)) {
    if (renterOf?.(source.value) !== id)
      return { reason: 'sourceNotAllowed', cause: `account ${id} may not send as ${JSON.stringify(source.value)}` }
  }
  if (allowsDestination !== undefined && !allowsDestination(destination.value)) {
    return { reason: 'destinationNotAllowed', cause: `account ${id} may not send to ${destination.value}` }
  }
  return undefined
}

function isScreened({ allowsSource, allowsDestination }: SendingAccount): boolean {
  return allowsSource !== undefined || allowsDestination !== undefined
}

// Stage 5: may the account send under this address, and to there? Both as translated: what the phone would see, what is paid for.

import type { SendingAccount } from '../../directory/snapshot.js'
import type { Addresses } from '../../message/address.js'
import type { Failure } from '../../message/failure.js'
import { answerOf, continueWith, runStage, type Permitted, type Verdict } from '../stage.js'

/** A batch whose accounts have no lists is given back as it is. */
export function screen<P extends Permitted>(batch: readonly P[]): readonly P[] {
  if (!batch.some(({ account }) => isScreened(account))) return batch
  return runStage(
    (all) =>
      all.map((permitted): Verdict<P> => {
        const failure = whyNotAllowed(permitted.account, permitted.submission, permitted.submission.powerpack)
        return failure === undefined ? continueWith(permitted) : { kind: 'refuse', failure }
      }),
    batch,
    answerOf,
  )
}

/**
 * Why an account may not send from there to there; undefined where it may. A list that is stated lets nothing else pass.
 * @param powerpack of which a number will be the source: whose the pack is was looked at where it was named
 */
export function whyNotAllowed(
  account: SendingAccount,
  { source, destination }: Addresses,
  powerpack?: string,
): Failure | undefined {
  const { id, allowsSource, allowsDestination } = account
  if (powerpack === undefined && allowsSource !== undefined && !allowsSource(source.value)) {
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

// Stage 3: numbers as the sender writes them become E.164, by its own rules or its vendor's. What it wrote is kept for its receipts.

import type { Dialing } from '../../directory/dialing.js'
import type { Snapshot } from '../../directory/snapshot.js'
import type { Addresses } from '../../message/address.js'
import type { Failure } from '../../message/failure.js'
import {
  answerOf,
  continueWith,
  runStage,
  type Assembled,
  type Submission,
  type Together,
  type Verdict,
} from '../stage.js'
import { fromPeer } from './dialed.js'

/** SMPP 3.4 §5.2.8, §5.2.9: what no connection could be told. */
const MAX_ADDRESS = 20

/** Towards phones, by the rules of the account. A batch whose accounts have none is given back as it is. */
export function translateAddresses(batch: readonly Assembled[]): readonly Assembled[] {
  if (!batch.some(({ account }) => hasRules(account.dialing))) return batch
  return runStage(
    (all) =>
      all.map((assembled): Verdict<Assembled> => {
        const { submission, account } = assembled
        const inOurs = inOurForm(submission, account.dialing)
        if (inOurs === undefined) return continueWith(assembled)
        if ('reason' in inOurs) return { kind: 'refuse', failure: inOurs }
        const { source, destination } = submission
        return continueWith({
          ...assembled,
          submission: { ...submission, ...inOurs, asSent: { source, destination } },
        })
      }),
    batch,
    answerOf,
  )
}

/** From phones, by the rules of the connection that it came over. Nobody is told of it in the vendor's words: they are not kept. */
export function translateMoAddresses(directory: Snapshot, batch: readonly Together[]): readonly Together[] {
  const dialingOf = ({ sender }: Submission): Dialing | undefined =>
    sender.kind === 'vendor' ? directory.connection(sender.connection)?.dialing : undefined
  if (!batch.some(({ submission }) => hasRules(dialingOf(submission)))) return batch
  return runStage(
    (all) =>
      all.map((together): Verdict<Together> => {
        const { submission, assembly } = together
        const inOurs = inOurForm(submission, dialingOf(submission))
        if (inOurs === undefined) return continueWith(together)
        if ('reason' in inOurs) return { kind: 'refuse', failure: inOurs }
        return continueWith({ submission: { ...submission, ...inOurs }, assembly })
      }),
    batch,
    answerOf,
  )
}

/** Both addresses in our form; undefined where they are already; a failure where the rules make one that can't be. */
export function inOurForm(written: Addresses, dialing: Dialing | undefined): Addresses | Failure | undefined {
  if (!hasRules(dialing)) return undefined
  const source = fromPeer(dialing.callingIn, written.source)
  const destination = fromPeer(dialing.calledIn, written.destination)
  if (source === written.source && destination === written.destination) return undefined
  if (destination !== written.destination && !isUsable(destination.value)) {
    return failure('invalidDestination', written.destination.value, destination.value)
  }
  if (source !== written.source && !isUsable(source.value)) {
    return failure('invalidSource', written.source.value, source.value)
  }
  return { source, destination }
}

function hasRules(dialing: Dialing | undefined): dialing is Dialing {
  return dialing !== undefined && (dialing.calledIn !== undefined || dialing.callingIn !== undefined)
}

function isUsable({ length }: string): boolean {
  return length > 0 && length <= MAX_ADDRESS
}

function failure(reason: Failure['reason'], before: string, after: string): Failure {
  return { reason, cause: `translation makes ${JSON.stringify(after)} of ${before}` }
}

// Stage 1: who sends it, and may that account send now? The edge has authenticated; the directory may have changed since.

import type { Snapshot } from '../../directory/snapshot.js'
import { continueWith, refuse, type Identified, type Stage, type Submission } from '../stage.js'

export function identify(directory: Snapshot): Stage<Submission, Identified> {
  return (batch) =>
    batch.map((submission) => {
      const { sender } = submission
      if (sender.kind !== 'account') return refuse('notPermitted', `vendor ${sender.vendor} sends nothing to phones`)
      const account = directory.account(sender.account)
      if (account === undefined)
        return refuse('notPermitted', `account ${sender.account} is not in the directory any more`)
      if (!account.active) return refuse('notPermitted', `account ${account.id} is not active`)
      return continueWith({ submission, account })
    })
}

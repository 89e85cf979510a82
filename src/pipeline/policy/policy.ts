// Stage 4: which domain service policy covers it. A message without a To domain takes its account's.

import type { Snapshot } from '../../directory/snapshot.js'
import { continueWith, refuse, type Assembled, type Permitted, type Stage } from '../stage.js'

export function choosePolicy(directory: Snapshot): Stage<Assembled, Permitted> {
  return (batch) =>
    batch.map(({ submission, account, assembly }) => {
      const domain = submission.domain === '' ? account.domain : submission.domain
      const policy = directory.policyFor(domain, submission.destination.value)
      if (policy === undefined)
        return refuse(
          'noPolicy',
          `no policy matches domain ${domain} and called number ${submission.destination.value}`,
        )
      return continueWith({ submission, account, assembly, policy })
    })
}

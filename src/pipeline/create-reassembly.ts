// Ties reassembly to the rest of both pipelines: what comes together later goes on from here, by the directory of that moment.

import type { Sender } from '../message/collected-part.js'
import type { AcceptOptions } from './accept/accept.js'
import { whyNotPassing } from './may-pass.js'
import { resumeMoPipeline } from './mo-pipeline.js'
import { payerOf } from './owner/payer.js'
import { resumePipeline, type OnwardPorts } from './pipeline.js'
import type { ReassemblyOptions, ReassemblyPorts } from './reassemble/reassembly-contract.js'
import { Reassembly } from './reassemble/reassemble.js'
import type { Together } from './stage.js'

export interface CreateReassemblyPorts
  extends OnwardPorts, Pick<ReassemblyPorts, 'recorder' | 'ids' | 'abandon' | 'nowMs' | 'events'> {
  readonly wallMs: () => number
}

/** The one reassembly of the switch, for both directions: they share its bounds. */
export function createReassembly(ports: CreateReassemblyPorts, options: ReassemblyOptions & AcceptOptions): Reassembly {
  const { directory, nowMs, wallMs } = ports
  return new Reassembly(
    {
      ...ports,
      rulesOf: (sender) =>
        sender.kind === 'account' ? directory().account(sender.account) : directory().connection(sender.connection),
      mayPass: (part) => whyNotPassing(directory(), ports, part, wallMs()),
      payerOf: (part) => payerOf(directory(), part, ports),
      proceed: (batch) => {
        resumePipeline(of('account', batch), ports, options, nowMs(), wallMs())
        resumeMoPipeline(of('vendor', batch), ports, options, nowMs(), wallMs())
      },
    },
    options,
  )
}

function of(kind: Sender['kind'], batch: readonly Together[]): readonly Together[] {
  return batch.filter(({ submission }) => submission.sender.kind === kind)
}

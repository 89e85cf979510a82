// The life of a message from a phone before it is accepted, as a list. No stage calls the next.

import type { Snapshot } from '../directory/snapshot.js'
import { moBill } from './authorize/authorize.js'
import { acceptMo, type AcceptOptions } from './accept/accept.js'
import { findOwner } from './owner/owner.js'
import { withTransit } from './owner/transit.js'
import {
  onward,
  refusedAsFull,
  type OnwardPorts,
  type PipelineInput,
  type PipelineOptions,
  type PipelinePorts,
} from './pipeline.js'
import type { Reassembly } from './reassemble/reassemble.js'
import { whatFits } from './room.js'
import {
  answerOf,
  continueWith,
  inOnePiece,
  ownAnswer,
  refuse,
  runStage,
  type Stage,
  type Submission,
  type Together,
} from './stage.js'
import { translateMoAddresses } from './translate/translate.js'

/** As runPipeline does, for what vendors deliver. */
export function runMoPipeline(
  batch: readonly Submission[],
  ports: PipelinePorts,
  options: PipelineOptions,
  input: PipelineInput,
): void {
  if (refusedAsFull(batch, options, input)) return
  const { nowMs, wallMs } = input
  const identified = runStage(identifyVendor(ports.directory()), batch, ownAnswer)
  const together = runStage(reassemble(ports.reassembly, nowMs, wallMs), identified, ownAnswer)
  resumeMoPipeline(together, ports, options, nowMs, wallMs)
}

/** Takes on what came together outside a batch. */
export function resumeMoPipeline(
  batch: readonly Together[],
  ports: OnwardPorts,
  options: AcceptOptions,
  nowMs: number,
  wallMs: number,
): void {
  const directory = ports.directory()
  const { fromPhones, onward: passing } = withTransit(translateMoAddresses(directory, batch), directory, ports)
  if (passing.length > 0) onward(passing, { directory, ports, options, nowMs, wallMs })
  const owned = runStage(findOwner(directory, ports), fromPhones, answerOf)
  const fitting = runStage(
    whatFits(ports.moRoom, ({ account }) => account),
    owned,
    answerOf,
  )
  acceptMo(fitting, (owned) => moBill(owned, directory, wallMs), ports, options, nowMs, wallMs)
}

/** Stage 1: the connection that it came over is known. */
function identifyVendor(directory: Snapshot): Stage<Submission, Submission> {
  return (batch) =>
    batch.map((submission) => {
      const { sender } = submission
      if (sender.kind !== 'vendor') return refuse('notPermitted', `account ${sender.account} is no vendor`)
      const connection = directory.connection(sender.connection)
      if (connection === undefined)
        return refuse('notPermitted', `connection ${sender.connection} is not in the directory any more`)
      if (connection.direction === 'to')
        return refuse('notPermitted', `connection ${connection.id} takes no messages from phones (direction: to)`)
      return continueWith(submission)
    })
}

/** Stage 2. */
function reassemble(reassembly: Reassembly, nowMs: number, wallMs: number): Stage<Submission, Together> {
  return (batch) =>
    batch.map((submission) =>
      submission.sar === undefined && !submission.content.udhi
        ? continueWith({ submission, assembly: inOnePiece })
        : reassembly.take(submission, nowMs, wallMs),
    )
}

// The life of a message before it is accepted, as a list. No stage calls the next; what a stage refuses is answered here.

import type { Snapshot } from '../directory/snapshot.js'
import type { Failure } from '../message/failure.js'
import { accept, type AcceptOptions, type AcceptPorts } from './accept/accept.js'
import { findCandidates } from './candidates/candidates.js'
import { identify } from './identify/identify.js'
import { choosePolicy } from './policy/policy.js'
import type { Identified, Stage, Submission } from './stage.js'

export interface PipelinePorts extends AcceptPorts {
  /** The directory as it is now; asked once per batch. */
  readonly directory: () => Snapshot
}

export interface PipelineOptions extends AcceptOptions {
  /** Messages in the store above which new ones are refused. */
  readonly maxQueued: number
}

export interface PipelineInput {
  /** Switch time, ms. */
  readonly nowMs: number
  readonly wallMs: number
  /** Messages in the store now. */
  readonly queued: number
}

/** Takes the submissions of one turn through all stages. Every submission is answered exactly once, now or when durable. */
export function runPipeline(
  batch: readonly Submission[],
  ports: PipelinePorts,
  options: PipelineOptions,
  input: PipelineInput,
): void {
  if (input.queued + batch.length > options.maxQueued) {
    const failure: Failure = {
      reason: 'queueFull',
      cause: `${input.queued} messages are queued, the bound is ${options.maxQueued}`,
    }
    for (const submission of batch) submission.answer.refused(failure)
    return
  }
  const directory = ports.directory()
  const identified = run(identify(directory), batch, (submission) => submission)
  const permitted = run(choosePolicy(directory), identified, submissionOf)
  const routed = run(findCandidates(directory), permitted, submissionOf)
  accept(routed, ports, options, input.nowMs, input.wallMs)
}

function run<In, Out>(
  stage: Stage<In, Out>,
  batch: readonly In[],
  submissionOfInput: (input: In) => Submission,
): readonly Out[] {
  const going: Out[] = []
  const verdicts = stage(batch)
  for (let i = 0; i < verdicts.length; i++) {
    const verdict = verdicts[i]!
    if (verdict.kind === 'continue') going.push(verdict.value)
    else submissionOfInput(batch[i]!).answer.refused(verdict.failure)
  }
  return going
}

function submissionOf(identified: Identified): Submission {
  return identified.submission
}

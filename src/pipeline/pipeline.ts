// The life of a message towards a phone before it is accepted, as a list. No stage calls the next.

import type { Account, Snapshot } from '../directory/snapshot.js'
import type { Failure } from '../message/failure.js'
import { authorize, type AuthorizePorts } from './authorize/authorize.js'
import { authorizeOnNet } from './authorize/authorize-on-net.js'
import { accept, acceptOnNet, type AcceptOptions, type AcceptPorts } from './accept/accept.js'
import { findCandidates, type CandidatePorts } from './candidates/candidates.js'
import { placeRoutes } from './candidates/place.js'
import type { Carrier } from './carrier/carrier.js'
import { identify } from './identify/identify.js'
import type { LimitedStage } from './limited/limited.js'
import { findTarget, hasOnNet, isOnNet } from './on-net/on-net.js'
import type { OwnerPorts } from './owner/owner.js'
import { choosePolicy } from './policy/policy.js'
import type { Reassembly } from './reassemble/reassemble.js'
import { whatFits } from './room.js'
import { screen, type ScreenPorts } from './screen/screen.js'
import type { Senders } from './sender/sender.js'
import {
  answerOf,
  continueWith,
  inOnePiece,
  ownAnswer,
  runStage,
  type Assembled,
  type Identified,
  type Located,
  type Permitted,
  type Stage,
  type Submission,
  type Together,
} from './stage.js'
import { translateAddresses } from './translate/translate.js'

/** What follows reassembly. */
export interface OnwardPorts extends AcceptPorts, AuthorizePorts, OwnerPorts, ScreenPorts {
  /** The directory as it is now; asked once per batch. */
  readonly directory: () => Snapshot
  /** How many more messages from phones and other accounts may wait for an account. */
  readonly moRoom: (account: Account) => number
  /** Finds out networks; left out: nobody is asked. */
  readonly carrier?: Carrier | undefined
  readonly candidates?: CandidatePorts | undefined
  /** Chooses numbers of pools; left out: there are none. */
  readonly senders?: Senders | undefined
  /** Knows what carriers limit; left out: they limit nothing. */
  readonly limited?: LimitedStage | undefined
}

export interface PipelinePorts extends OnwardPorts {
  readonly reassembly: Reassembly
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

/** What the stages after reassembly share for one batch: one directory, one time. */
export interface Round {
  readonly directory: Snapshot
  readonly ports: OnwardPorts
  readonly options: AcceptOptions
  /** Switch time, ms. */
  readonly nowMs: number
  readonly wallMs: number
}

/** Takes the submissions of one turn through all stages. Every submission is answered exactly once: now, when durable, or as a part. */
export function runPipeline(
  batch: readonly Submission[],
  ports: PipelinePorts,
  options: PipelineOptions,
  input: PipelineInput,
): void {
  if (refusedAsFull(batch, options, input)) return
  const directory = ports.directory()
  const { nowMs, wallMs } = input
  const identified = runStage(identify(directory), batch, ownAnswer)
  const assembled = runStage(reassemble(ports.reassembly, nowMs, wallMs), identified, answerOf)
  onward(translateAddresses(assembled), { directory, ports, options, nowMs, wallMs })
}

/** Takes on what came together outside a batch. By now its sender may be another, or none. */
export function resumePipeline(
  batch: readonly Together[],
  ports: OnwardPorts,
  options: AcceptOptions,
  nowMs: number,
  wallMs: number,
): void {
  const directory = ports.directory()
  const stage = identify(directory)
  const assembled = runStage<Together, Assembled>(
    (all) =>
      stage(all.map(({ submission }) => submission)).map((verdict, i) => {
        if (verdict.kind !== 'continue') return verdict
        const { submission, account } = verdict.value
        return continueWith({ submission, account, assembly: all[i]!.assembly })
      }),
    batch,
    answerOf,
  )
  onward(translateAddresses(assembled), { directory, ports, options, nowMs, wallMs })
}

/** Takes on those whose addresses are in our form. */
export function onward(translated: readonly Assembled[], round: Round): void {
  const { directory, ports } = round
  const permitted = screen(runStage(choosePolicy(directory), translated, answerOf), ports)
  const toVendors = hasOnNet(permitted) ? withoutOnNet(permitted, round) : permitted
  proceed(ports.carrier === undefined ? toVendors : ports.carrier.take(toVendors, directory), round)
}

/** Those that go to vendors, in their order. What stays in the network is taken on to its end here. */
function withoutOnNet(batch: readonly Permitted[], round: Round): readonly Permitted[] {
  const { directory, ports, options, nowMs, wallMs } = round
  const onNet = withSenders(batch.filter(isOnNet), ports, nowMs, wallMs)
  const found = runStage(findTarget(directory), onNet, answerOf)
  const fitting = runStage(
    whatFits(ports.moRoom, ({ target }) => target),
    found,
    answerOf,
  )
  acceptOnNet(authorizeOnNet(fitting, directory, ports, wallMs), ports, options, nowMs, wallMs)
  return batch.filter((permitted) => !isOnNet(permitted))
}

/** Takes on those whose network was asked for, by the directory that it was asked by. */
export function proceed(located: readonly Located[], { directory, ports, options, nowMs, wallMs }: Round): void {
  const sent = withSenders(located, ports, nowMs, wallMs)
  const routed = runStage(findCandidates(directory, ports.candidates, wallMs), sent, answerOf)
  const limited = ports.limited === undefined ? routed : ports.limited.take(routed, nowMs)
  const authorized = authorize(limited, directory, ports, wallMs)
  accept(placeRoutes(authorized, directory, ports.candidates), ports, options, nowMs, wallMs)
}

function withSenders<P extends Located>(
  batch: readonly P[],
  { senders }: OnwardPorts,
  nowMs: number,
  wallMs: number,
): readonly P[] {
  return senders === undefined ? batch : senders.take(batch, nowMs, wallMs)
}

/** Stage 2: most messages come in one piece, and pass without a look. */
function reassemble(reassembly: Reassembly, nowMs: number, wallMs: number): Stage<Identified, Assembled> {
  return (batch) =>
    batch.map((identified) => {
      const { submission, account } = identified
      if (submission.sar === undefined && !submission.content.udhi) {
        return continueWith({ submission, account, assembly: inOnePiece })
      }
      const verdict = reassembly.take(submission, nowMs, wallMs)
      if (verdict.kind !== 'continue') return verdict
      return continueWith({ submission: verdict.value.submission, account, assembly: verdict.value.assembly })
    })
}

/** The bound of the queue, for a whole batch. */
export function refusedAsFull(batch: readonly Submission[], options: PipelineOptions, input: PipelineInput): boolean {
  if (input.queued + batch.length <= options.maxQueued) return false
  const failure: Failure = {
    reason: 'queueFull',
    cause: `${input.queued} messages are queued, the bound is ${options.maxQueued}`,
  }
  for (const submission of batch) submission.answer.refused(failure)
  return true
}

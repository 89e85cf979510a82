// What reassembly needs of the rest of the switch and what it tells it; its settings. Types, and the rules of those who left.

import type { CollectedPart, PartPayer, Sender } from '../../message/collected-part.js'
import type { Failure, FailureReason } from '../../message/failure.js'
import type { IdSource } from '../../message/id-source.js'
import type { MessageState } from '../../message/state.js'
import type { Recorder } from '../../store/contracts/recorder.js'
import type { PeerText } from '../../text/decode.js'
import { standardText } from '../../text/standard.js'
import type { Submission, Together } from '../stage.js'
import type { CollectorBounds } from './collector.js'
import type { PeerKind } from './part-set.js'

/** Of one sender: how its texts are coded, and how its parts are taken. Accounts and connections are such as they are. */
export interface SenderRules {
  readonly text: PeerText
  readonly multipart: MultipartRules
}

/** How one sender's parts are taken. */
export interface MultipartRules {
  /** withheld: a part is answered when the message is accepted; early: once the part itself is durable. */
  readonly ack: 'withheld' | 'early'
  /** What becomes of acknowledged parts when the others never come. */
  readonly incomplete: 'fail' | 'sendAsReceived'
  readonly strictPartLimits: boolean
}

/** How a set ended. `refused`: the whole, by a stage or the store. `dropped`: nobody waits for it any more. */
export type SetOutcome = 'whole' | 'incomplete' | 'sentAsReceived' | 'refused' | 'dropped'

export interface ReassemblyOptions extends CollectorBounds {
  /** How long after its first part a message must be whole, ms. */
  readonly timeoutMs: number
  readonly maxParts: number
}

export interface ReassemblyPorts {
  readonly recorder: Recorder
  readonly ids: IdSource
  /** undefined for a sender that is not in the directory any more. */
  readonly rulesOf: (sender: Sender) => SenderRules | undefined
  /** Why a message of this sender to there can't go anywhere: asked before a part of it is acknowledged. */
  readonly mayPass: (part: Pick<Submission, 'sender' | 'domain' | 'source' | 'destination'>) => Failure | undefined
  /** Who pays for the message of a part: asked when the part is about to be stored, and kept with it. */
  readonly payerOf: (part: CollectedPart) => PartPayer | undefined
  /** Acknowledged parts end without a message: recorded, and their senders told where they asked. */
  readonly abandon: (parts: readonly CollectedPart[], state: MessageState, error: string, reason: FailureReason) => void
  /** Takes what became whole, or goes by itself, outside a batch through the rest of the pipeline. */
  readonly proceed: (batch: readonly Together[]) => void
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly events: ReassemblyEvents
}

export interface ReassemblyEvents {
  onOutcome(peer: PeerKind, outcome: SetOutcome): void
  /** A withheld part is acknowledged before its message is whole after all. */
  onTurnedEarly(peer: PeerKind): void
  /** A part is durable, and acknowledged before its message is whole. */
  onCollected(part: CollectedPart): void
}

/** For senders that left the directory: what they were told stays true, nothing goes out for them. */
export const rulesOfTheGone: SenderRules = {
  text: standardText,
  multipart: { ack: 'withheld', incomplete: 'fail', strictPartLimits: false },
}

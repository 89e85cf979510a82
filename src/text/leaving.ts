// What leaves towards a peer, and what the peer takes. Shapes only; leave.ts makes the one for the other.
import type { PeerText } from './decode.js'
import type { Cutting } from './cut.js'
import type { Segment, Segmented, Unsegmentable } from './segment.js'

/** How long messages go to a peer: whole as message_payload, cut in one of three ways, or as they came. */
export type LongMessage = 'payload' | 'udh8' | 'udh16' | 'sar' | 'asReceived'

/** What a peer takes. */
export interface Target {
  readonly text: PeerText
  readonly longMessage: LongMessage
  /** National languages whose tables it knows (3GPP TS 23.038 clause 6.2.1.2.4). */
  readonly languages: readonly number[]
  /** Characters may be replaced by such as say the same, where that makes fewer segments or else nothing could be sent. */
  readonly transliterate: boolean
}

/** SMPP 3.4 §5.3.2.22 to §5.3.2.24: sar_msg_ref_num, sar_total_segments, sar_segment_seqnum. */
export interface SarNumbers {
  readonly reference: number
  readonly total: number
  /** From 1. */
  readonly part: number
}

export interface LeavingSegment {
  readonly udhi: boolean
  readonly octets: Uint8Array
  readonly sar: SarNumbers | undefined
}

export interface Leaving {
  readonly kind: 'leaving'
  readonly dataCoding: number
  /** At least one. Only what leaves whole may be longer than a short message. */
  readonly segments: readonly LeavingSegment[]
  /** Characters that were replaced. */
  readonly transliterated: number
}

export interface CannotLeave {
  readonly kind: 'cannotLeave'
  /** For our log: what the peer can't be sent. */
  readonly why: string
}

export function cannotLeave(why: string): CannotLeave {
  return { kind: 'cannotLeave', why }
}

/** One segment as it is. */
export function leavingAlone(dataCoding: number, udhi: boolean, octets: Uint8Array): Leaving {
  return { kind: 'leaving', dataCoding, segments: [{ udhi, octets, sar: undefined }], transliterated: 0 }
}

/** Segments with the numbers of their SAR parameters, if those mark them. */
export function leavingSegments(
  dataCoding: number,
  segments: readonly Segment[],
  cutting: Cutting,
  reference: number,
  transliterated: number,
): Leaving {
  const marked = segments.map(({ udhi, octets, total, part }): LeavingSegment => {
    const sar = cutting === 'sar' && total > 1 ? { reference: reference & 0xffff, total, part } : undefined
    return { udhi, octets, sar }
  })
  return { kind: 'leaving', dataCoding, segments: marked, transliterated }
}

const whyNoSegments: Readonly<Record<Unsegmentable['why'], string>> = {
  tooManySegments: 'it makes more than 255 segments',
  headerWithSar: 'its user data header cannot go together with SAR parameters',
  noRoom: 'its user data header leaves no room',
}

export function notSegmented(segmented: Exclude<Segmented, { kind: 'segments' | 'unencodable' }>): CannotLeave {
  return cannotLeave(whyNoSegments[segmented.why])
}

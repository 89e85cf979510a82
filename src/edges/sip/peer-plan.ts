// How a message goes to a SIP peer now: whole or its next piece, in a datagram or over a connection. It sends nothing.

import type { SegmentDelivery } from '../../message/delivery.js'
import { isReliable } from '../../sip/index.js'
import { leavingText } from './content.js'
import { headOctets } from './egress.js'
import { peerMessage, type PeerConnection } from './peer-egress.js'
import { countOfPieces, cutInto, SMALLEST_PIECE } from './peer-pieces.js'
import type { PeerOptions } from './peer-ports.js'
import type { PeerServer } from './peer-server.js'

/** Heads of ours are never longer, credentials and all. */
const HEAD_MOST = 1000
/** Octets that credentials may take. */
const CREDENTIALS_OCTETS = 400
/** How long it is remembered what was too large for a peer. */
const SHRUNK_MS = 3_600_000

export interface Plan {
  readonly kind: 'plan'
  /** With its progress, where it goes in pieces. */
  readonly delivery: SegmentDelivery
  readonly body: Buffer
  /** It does not fit a datagram, and goes over a connection. */
  readonly isLarge: boolean
}

export interface CannotLeave {
  readonly kind: 'cannotLeave'
  readonly why: string
}

export class PeerPlans {
  readonly #options: PeerOptions
  readonly #switchMs: () => number
  /** Octets of a body that were not too large for the peer, as far as is known, and until when that counts. */
  #mostOctets = Infinity
  #shrunkUntilMs = 0

  constructor(options: PeerOptions, switchMs: () => number) {
    this.#options = options
    this.#switchMs = switchMs
  }

  of(delivery: SegmentDelivery, connection: PeerConnection, server: PeerServer, nowMs: number): Plan | CannotLeave {
    const { message, progress } = delivery
    const leaving = leavingText(message.content)
    if (leaving.kind === 'cannotSend') return cannotLeave(leaving.why)
    const { text } = leaving
    const isStream = isReliable(server.hop.kind)
    if (progress !== undefined && progress.taken > 0) {
      const piece = cutInto(text, progress.total)?.[progress.taken]
      const { taken, total } = progress
      if (piece === undefined) return cannotLeave(`${taken} of ${total} pieces have left, and it is not cut so`)
      const next = Buffer.from(piece)
      const isLarge = !isStream && server.mayStream(nowMs) && next.length > this.#roomOf(delivery, connection, nowMs)
      return { kind: 'plan', delivery, body: next, isLarge }
    }
    const body = Buffer.from(text)
    const isSmall = isStream || body.length + HEAD_MOST <= this.#options.udpMaxBytes
    const room = isSmall ? Infinity : this.#roomOf(delivery, connection, nowMs)
    const fits = body.length <= room
    const mostOctets = nowMs < this.#shrunkUntilMs ? this.#mostOctets : Infinity
    // What has no other way goes in pieces, or in fragments of IP.
    const mayGoWhole = fits || server.mayStream(nowMs) || this.#options.largeOnUdp === 'send'
    const isStreamed = !fits && server.mayStream(nowMs)
    if (body.length <= mostOctets && mayGoWhole)
      return { kind: 'plan', delivery: begun(delivery, 1, connection), body, isLarge: isStreamed }
    const total = countOfPieces(text, Math.min(mostOctets, isStreamed ? Infinity : room), this.#options.maxPieces)
    if (total === undefined) return cannotLeave(`it makes more than ${this.#options.maxPieces} pieces`)
    const piece = cutInto(text, total)?.[0]
    if (piece === undefined) return cannotLeave(`it cannot be cut in ${total} pieces`)
    const first = Buffer.from(piece)
    return { kind: 'plan', delivery: begun(delivery, total, connection), body: first, isLarge: first.length > room }
  }

  /**
   * The peer finds it too large: smaller ones are made from now on.
   * @returns false where that is no use
   */
  shrink({ progress }: SegmentDelivery, octets: number): boolean {
    // The rest of what has begun can't be cut otherwise.
    if ((progress?.taken ?? 0) > 0 || octets < 2 * SMALLEST_PIECE) return false
    const half = octets >> 1
    const nowMs = this.#switchMs()
    this.#mostOctets = nowMs < this.#shrunkUntilMs ? Math.min(half, this.#mostOctets) : half
    this.#shrunkUntilMs = nowMs + SHRUNK_MS
    return true
  }

  /** Octets of a body that fit a datagram. */
  #roomOf({ message }: SegmentDelivery, connection: PeerConnection, nowMs: number): number {
    // Marks as long as any.
    const marks = { sentBy: 'x'.repeat(60), callId: 'x'.repeat(60), cseq: 10 }
    const head = headOctets(peerMessage(message, connection, marks, noOctets, nowMs, message.acceptedAtMs))
    const signs = connection.sip.username === undefined ? 0 : CREDENTIALS_OCTETS
    return this.#options.udpMaxBytes - head - signs
  }
}

const noOctets = Buffer.alloc(0)

/**
 * With its progress where it makes several pieces. Who did not answer then may have one of several, so that it stays known as such
 * though it makes a single one here.
 */
function begun(delivery: SegmentDelivery, total: number, { id }: PeerConnection): SegmentDelivery {
  const { progress, unansweredBy } = delivery
  if (total === 1 && progress === undefined) return delivery
  if (total === 1 && unansweredBy === '') return { ...delivery, progress: undefined }
  return { ...delivery, progress: { connection: id, total, taken: 0, group: undefined } }
}

function cannotLeave(why: string): CannotLeave {
  return { kind: 'cannotLeave', why }
}

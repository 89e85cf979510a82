// The head that every row has: format version, kind, expiry at a fixed offset so that a sweep need not decode the rest.

import type { ByteReader, ByteWriter } from './bytes.js'

/**
 * Version 2 tells how a message came and how far it has gone, version 3 what it costs, who pays for a part, and how its sender wrote
 * its addresses: in bits that are 0 in rows of earlier versions and in kinds that these do not have. So one reader reads all. In
 * version 4 bills are shorter, which a bit of theirs says.
 */
export const ROW_VERSION = 4
const OLDEST_VERSION = 1
const EXPIRY_OFFSET = 2

export const rowKinds = {
  segment: 1,
  receipt: 2,
  awaiting: 3,
  parked: 4,
  mo: 5,
  /** An awaiting row with the group that it belongs to. */
  awaitingInGroup: 6,
  group: 7,
  collected: 8,
  moWithBill: 9,
  groupWithBill: 10,
  /** An awaiting row with a group, which may be '', and a bill. */
  awaitingWithBill: 11,
  transactions: 12,
  registration: 13,
  kept: 14,
  /** A receipt with which the money was given back. */
  receiptOfReleased: 15,
  /** A parked receipt that names the network of its phone. */
  parkedWithNetwork: 16,
} as const
export type RowKind = (typeof rowKinds)[keyof typeof rowKinds]

export function writeHead(out: ByteWriter, kind: RowKind, expiresAtMs: number): void {
  writeKind(out, kind)
  out.float64(expiresAtMs)
}

/** The head of a row that no sweep looks at: without an expiry. */
export function writeKind(out: ByteWriter, kind: RowKind): void {
  out.byte(ROW_VERSION)
  out.byte(kind)
}

/**
 * Reads the version and returns the kind; the reader then stands before the expiry.
 * @throws Error for a version that this program does not know
 */
export function readKind(from: ByteReader): number {
  const version = from.byte()
  if (version < OLDEST_VERSION || version > ROW_VERSION)
    throw new Error(
      `the row has format version ${version}, this program knows only ${OLDEST_VERSION} to ${ROW_VERSION}`,
    )
  return from.byte()
}

/** @throws Error where the kind is another */
export function mustBe(kind: number, wanted: RowKind): void {
  if (kind !== wanted) throw new Error(`a row of kind ${wanted} was expected, it has kind ${kind}`)
}

const expiry = new DataView(new ArrayBuffer(8))

/** expiresAtMs of any row, without decoding it. */
export function expiryOf(row: Uint8Array): number {
  for (let i = 0; i < 8; i++) expiry.setUint8(i, row[EXPIRY_OFFSET + i]!)
  return expiry.getFloat64(0, true)
}

// The head that every row has: format version, kind, expiry at a fixed offset so that a sweep need not decode the rest.

import type { ByteReader, ByteWriter } from './bytes.js'

export const ROW_VERSION = 1
const EXPIRY_OFFSET = 2

export const rowKinds = { segment: 1, receipt: 2, awaiting: 3, parked: 4 } as const
export type RowKind = (typeof rowKinds)[keyof typeof rowKinds]

export function writeHead(out: ByteWriter, kind: RowKind, expiresAtMs: number): void {
  out.byte(ROW_VERSION)
  out.byte(kind)
  out.float64(expiresAtMs)
}

/**
 * Reads the version and returns the kind; the reader then stands before the expiry.
 * @throws Error for a version that this program does not know
 */
export function readKind(from: ByteReader): number {
  const version = from.byte()
  if (version !== ROW_VERSION)
    throw new Error(`the row has format version ${version}, this program knows only ${ROW_VERSION}`)
  return from.byte()
}

const expiry = new DataView(new ArrayBuffer(8))

/** expiresAtMs of any row, without decoding it. */
export function expiryOf(row: Uint8Array): number {
  for (let i = 0; i < 8; i++) expiry.setUint8(i, row[EXPIRY_OFFSET + i]!)
  return expiry.getFloat64(0, true)
}

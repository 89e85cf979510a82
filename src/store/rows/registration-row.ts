// Rows of the table `registrations` as octets and back. The address of record is the row's key, not in it; what stands in the text, and
// until when, is its writer's.

import { checkRegistration, type StoredRegistration } from '../contracts/registrations.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { mustBe, readKind, rowKinds, writeKind } from './row-head.js'

/** Appends the address. @throws RangeError by contracts/registrations, with nothing appended */
export function writeRegistrationKey(out: ByteWriter, registration: StoredRegistration): void {
  checkRegistration(registration)
  out.keyText(registration.aor)
}

export function writeBindings(out: ByteWriter, bindings: string): void {
  writeKind(out, rowKinds.registration)
  out.text(bindings)
}

/** @throws Error for a row of an unknown version or another kind */
export function readBindings(from: ByteReader): string {
  mustBe(readKind(from), rowKinds.registration)
  return from.text()
}

// What is kept of users that registered: a text for each address. Types and checks only; no store looks into the text.

import { checkKeyText } from './limits.js'

export interface StoredRegistration {
  /** The address of record: 1–900 octets without NUL. */
  readonly aor: string
  /** Where the user can be reached, 64 KiB at most in UTF-8. */
  readonly bindings: string
}

const BINDINGS_MAX_BYTES = 64 * 1024

/** @throws RangeError for an address or a text that no store takes */
export function checkRegistration({ aor, bindings }: StoredRegistration): void {
  checkKeyText('an address of record', aor)
  // At no more than three octets a UTF-16 unit there is mostly no need to encode in order to know.
  if (bindings.length * 3 > BINDINGS_MAX_BYTES && Buffer.byteLength(bindings) > BINDINGS_MAX_BYTES)
    throw new RangeError(`bindings of more than ${BINDINGS_MAX_BYTES} octets for ${aor.slice(0, 40)}`)
}

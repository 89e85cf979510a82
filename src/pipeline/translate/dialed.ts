// One address by the rules of a peer: as it writes it into our form, and back. Pure; a peer without rules costs a look.

import { addressKind, addressOf, TON_INTERNATIONAL, writtenKind, type Address } from '../../message/address.js'
import { isE164Shape } from '../../phone/e164.js'
import { translate, type Translator } from '../../phone/translator.js'

const UNKNOWN = 0
/** SMPP 3.4 §5.2.6: ISDN (E.163/E.164). */
const NPI_ISDN = 1

/**
 * What the peer wrote, in our form; the same object where nothing changes. What it says is an international number is E.164
 * already (SMPP 3.4 §5.2.5), and no rule is asked; but none begins with 0, and clients that say so of all they send are many.
 * A `+` that a rule makes says the same, and has no place inside.
 */
export function fromPeer(translator: Translator | undefined, written: Address): Address {
  if (translator === undefined || (written.ton === TON_INTERNATIONAL && !beginsWith(written.value, ZERO)))
    return written
  const value = translate(translator, written.value, writtenKind(written))
  if (value === written.value) return written
  const { ton, npi, value: number } = numbered(value)
  return addressOf(ton, npi, number)
}

/** What the peer gets; the same object where nothing changes, else with TON and NPI by what the result looks like. */
export function toPeer(translator: Translator | undefined, address: Address): Address {
  if (translator === undefined) return address
  const value = translate(translator, address.value, addressKind(address))
  return value === address.value ? address : numbered(value)
}

/** A number that is not E.164 is one whose type nobody said. */
function numbered(value: string): Address {
  const isInternational = isE164Shape(beginsWith(value, PLUS) ? value.slice(1) : value)
  return { ton: isInternational ? TON_INTERNATIONAL : UNKNOWN, npi: NPI_ISDN, value }
}

function beginsWith(value: string, code: number): boolean {
  return value.charCodeAt(0) === code
}

const PLUS = 0x2b
const ZERO = 0x30

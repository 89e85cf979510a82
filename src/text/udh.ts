// User data headers (3GPP TS 23.040 clause 9.2.3.24): read and written. What is malformed is a value; nothing is reassembled here.

/** One information element. Those with a wrong length for their kind, and all unknown ones, are `other`, byte for byte. */
export type InformationElement =
  /** Clauses 9.2.3.24.1 and 9.2.3.24.8. Numbers are as they came: a part of 0 or above the total is for the reader to refuse. */
  | {
      readonly kind: 'concatenation'
      readonly bits: 8 | 16
      readonly reference: number
      readonly total: number
      readonly part: number
    }
  /** Clauses 9.2.3.24.3 and 9.2.3.24.4. */
  | { readonly kind: 'ports'; readonly bits: 8 | 16; readonly destination: number; readonly originator: number }
  /** Clause 9.2.3.24.15. */
  | { readonly kind: 'singleShift'; readonly language: number }
  /** Clause 9.2.3.24.16. */
  | { readonly kind: 'lockingShift'; readonly language: number }
  | { readonly kind: 'other'; readonly id: number; readonly value: Uint8Array }

export type Concatenation = Extract<InformationElement, { kind: 'concatenation' }>

export type UdhReading =
  | {
      readonly kind: 'udh'
      /** In the order they came. */
      readonly elements: readonly InformationElement[]
      /** Length of the header with its length octet: user data begins there. */
      readonly octets: number
    }
  | { readonly kind: 'malformed'; readonly why: 'empty' | 'headerPastEnd' | 'elementPastHeader' }

/** Reads the header that `octets` begin with. */
export function readUdh(octets: Uint8Array): UdhReading {
  const headerLength = octets[0]
  if (headerLength === undefined) return { kind: 'malformed', why: 'empty' }
  const end = headerLength + 1
  if (end > octets.length) return { kind: 'malformed', why: 'headerPastEnd' }
  const elements: InformationElement[] = []
  let at = 1
  while (at < end) {
    const id = octets[at] ?? 0
    const from = at + 2
    if (from > end) return { kind: 'malformed', why: 'elementPastHeader' }
    const to = from + (octets[at + 1] ?? 0)
    if (to > end) return { kind: 'malformed', why: 'elementPastHeader' }
    elements.push(readElement(id, octets, from, to))
    at = to
  }
  return { kind: 'udh', elements, octets: end }
}

function readElement(id: number, octets: Uint8Array, from: number, to: number): InformationElement {
  const a = octets[from] ?? 0
  const b = octets[from + 1] ?? 0
  const c = octets[from + 2] ?? 0
  const d = octets[from + 3] ?? 0
  // The identifier and the length it must have.
  switch ((id << 8) | (to - from)) {
    case 0x0003:
      return { kind: 'concatenation', bits: 8, reference: a, total: b, part: c }
    case 0x0804:
      return { kind: 'concatenation', bits: 16, reference: (a << 8) | b, total: c, part: d }
    case 0x0402:
      return { kind: 'ports', bits: 8, destination: a, originator: b }
    case 0x0504:
      return { kind: 'ports', bits: 16, destination: (a << 8) | b, originator: (c << 8) | d }
    case 0x2401:
      return { kind: 'singleShift', language: a }
    case 0x2501:
      return { kind: 'lockingShift', language: a }
    default:
      return { kind: 'other', id, value: octets.slice(from, to) }
  }
}

/** Length of an element in octets, with its identifier and length. */
function elementOctets(element: InformationElement): number {
  switch (element.kind) {
    case 'concatenation':
      return element.bits === 8 ? 5 : 6
    case 'ports':
      return element.bits === 8 ? 4 : 6
    case 'singleShift':
    case 'lockingShift':
      return 3
    case 'other':
      return 2 + element.value.length
  }
}

/** Length in octets of a header of these elements with its length octet; 0 for none. */
export function udhOctets(elements: readonly InformationElement[]): number {
  return elements.length === 0 ? 0 : elements.reduce((sum, element) => sum + elementOctets(element), 1)
}

/**
 * A header of these elements in their order; no octet at all for none.
 * @throws RangeError when they do not fit the length octet, or an opaque one its own
 */
export function writeUdh(elements: readonly InformationElement[]): Uint8Array {
  const length = udhOctets(elements)
  if (length > 256) throw new RangeError(`a user data header of ${length} octets: at most 256`)
  const octets = new Uint8Array(length)
  if (length === 0) return octets
  octets[0] = length - 1
  let at = 1
  for (const element of elements) {
    octets.set(elementBytes(element), at)
    at += elementOctets(element)
  }
  return octets
}

function elementBytes(element: InformationElement): ArrayLike<number> {
  switch (element.kind) {
    case 'concatenation': {
      const { reference, total, part } = element
      return element.bits === 8
        ? [0x00, 3, reference, total, part]
        : [0x08, 4, reference >> 8, reference & 0xff, total, part]
    }
    case 'ports': {
      const { destination, originator } = element
      return element.bits === 8
        ? [0x04, 2, destination, originator]
        : [0x05, 4, destination >> 8, destination & 0xff, originator >> 8, originator & 0xff]
    }
    case 'singleShift':
      return [0x24, 1, element.language]
    case 'lockingShift':
      return [0x25, 1, element.language]
    case 'other':
      if (element.value.length > 255) throw new RangeError(`an element of ${element.value.length} octets: at most 255`)
      return [element.id, element.value.length, ...element.value]
  }
}

/** The concatenation in force: of several the last (TS 23.040 clause 9.2.3.24). */
export function concatenationOf(elements: readonly InformationElement[]): Concatenation | undefined {
  return elements.findLast((element) => element.kind === 'concatenation')
}

/** The national tables in force: of several of a kind the last; 0 for none. */
export function shiftsOf(elements: readonly InformationElement[]): {
  readonly locking: number
  readonly single: number
} {
  let locking = 0
  let single = 0
  for (const element of elements) {
    if (element.kind === 'lockingShift') locking = element.language
    else if (element.kind === 'singleShift') single = element.language
  }
  return { locking, single }
}

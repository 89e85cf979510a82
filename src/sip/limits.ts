// The bounds of a message as plain values. The parser and the framer ask; nobody changes them under way.

export interface SipLimits {
  /** Start line and header fields with the empty line behind them, octets. */
  readonly headBytes: number
  /** Header field lines; a comma list is one. */
  readonly fields: number
  /** The Request-URI, characters. */
  readonly uriChars: number
  readonly bodyBytes: number
}

/** Room for every message of RFC 4475 and for a long text with its certificate; a flood of the largest still is small. */
export const sipLimits: SipLimits = { headBytes: 16_384, fields: 128, uriChars: 2_048, bodyBytes: 65_536 }

/** The largest payload of UDP over IPv4. */
export const largestDatagram = 65_507

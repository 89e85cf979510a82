// Mobile networks by their codes (ITU-T E.212): the written form of a destination and the digits that a lookup answers.

/** Digits as text: `01` and `001` are different networks. */
export interface MobileNetwork {
  /** Mobile country code, 3 digits. */
  readonly mcc: string
  /** Mobile network code, 2 or 3 digits. */
  readonly mnc: string
}

const written = /^E\.212-(\d{3})-(\d{2,3})$/i
const digits = /^(\d{3})(\d{2,3})$/

/** Reads `E.212-310-410`, the form of rates and routes; undefined when it is something else. */
export function parseNetwork(text: string): MobileNetwork | undefined {
  return network(written.exec(text))
}

/** Reads the two codes in one, such as `310410`: the form of HLR answers. */
export function parseNetworkDigits(text: string): MobileNetwork | undefined {
  return network(digits.exec(text))
}

/** Writes `E.212-310-410`. */
export function formatNetwork({ mcc, mnc }: MobileNetwork): string {
  return `E.212-${mcc}-${mnc}`
}

function network(match: RegExpExecArray | null): MobileNetwork | undefined {
  const [, mcc, mnc] = match ?? []
  return mcc === undefined || mnc === undefined ? undefined : { mcc, mnc }
}

// Which campaign each long code is attached to: compact, and found without putting a key together. It knows no campaign but its place in a list.

/** Of 100,000 numbers 2 to 4 MB. */
export class CampaignNumbers {
  /** 0 is nobody's number. */
  #numbers: Float64Array
  /** Beside each number. */
  #campaigns: Uint32Array

  /** @param count how many numbers there will be at most */
  constructor(count: number) {
    const room = Math.max(8, 2 ** Math.ceil(Math.log2(count * 1.5)))
    this.#numbers = new Float64Array(room)
    this.#campaigns = new Uint32Array(room)
  }

  /** @param number of 11 digits, else RangeError; @returns the campaign that has it already, which keeps it; undefined where none has */
  add(number: string, campaign: number): number | undefined {
    const digits = digitsOf(number)
    if (digits === 0) throw new RangeError(`no long code: ${number}`)
    const at = this.#placeOf(digits)
    if (this.#numbers[at] !== 0) return this.#campaigns[at]!
    this.#numbers[at] = digits
    this.#campaigns[at] = campaign
    return undefined
  }

  /** @param number E.164 without `+`; anything else is in none */
  campaignOf(number: string): number | undefined {
    const digits = digitsOf(number)
    if (digits === 0) return undefined
    const at = this.#placeOf(digits)
    return this.#numbers[at] === digits ? this.#campaigns[at]! : undefined
  }

  get octets(): number {
    return this.#numbers.byteLength + this.#campaigns.byteLength
  }

  /** Where it stands, or the free place where it would. */
  #placeOf(digits: number): number {
    const mask = this.#numbers.length - 1
    let at = mixed(digits) & mask
    while (this.#numbers[at] !== 0 && this.#numbers[at] !== digits) at = (at + 1) & mask
    return at
  }
}

const LONG_CODE_DIGITS = 11

/** 0 for what is no long code: names that JavaScript reads as numbers, such as `1202555e004`, among them. */
function digitsOf(number: string): number {
  if (number.length !== LONG_CODE_DIGITS) return 0
  let value = 0
  for (let at = 0; at < LONG_CODE_DIGITS; at++) {
    const digit = number.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return 0
    value = value * 10 + digit
  }
  return value
}

/** Numbers of a campaign often follow one another. */
function mixed(digits: number): number {
  const low = Math.imul(digits | 0, 0x9e3779b1) ^ Math.imul((digits / 0x1_0000_0000) | 0, 0x85ebca6b)
  return (low ^ (low >>> 15)) >>> 0
}

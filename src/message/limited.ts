// What the limits of carriers go by: which number sends, for which campaign, to which carrier. Types only.

export interface Limited {
  /** E.164 without `+`, or a short code. */
  readonly number: string
  /** '' where the number is in none. */
  readonly campaign: string
  /** Of the phone, in the words of the limits; `unknown` where nobody knows it, or it makes no difference. */
  readonly carrier: string
}

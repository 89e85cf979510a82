// What kind of number sends, where it is in no campaign: which limit it has by itself. Pure.

import { nanpAreaOf } from '../phone/nanp.js'
import type { SenderKind } from './senders.js'

/** Short codes of the United States have five digits or six. */
const SHORT_CODE_DIGITS = [5, 6]

/** @param source E.164 without `+`, or a short code; undefined for names, and for numbers of other countries */
export function senderKindOf(
  source: string,
): Extract<SenderKind, 'unregistered' | 'tollFree' | 'shortCode'> | undefined {
  if (SHORT_CODE_DIGITS.includes(source.length)) return isDigits(source) ? 'shortCode' : undefined
  const area = nanpAreaOf(source)
  if (area === undefined) return undefined
  if (area.isTollFree) return 'tollFree'
  return area.country === 'US' ? 'unregistered' : undefined
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return false
  }
  return true
}

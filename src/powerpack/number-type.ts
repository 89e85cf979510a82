// What a number is to carriers: long code, toll-free number or short code. By its digits only.
import { isDigits } from '../message/address.js'
import { isE164Shape } from '../phone/e164.js'
import { nanpAreaOf } from '../phone/nanp.js'

export type NumberType = 'longcode' | 'tollfree' | 'shortcode'
/** What a message is: text, or with media. */
export type Service = 'sms' | 'mms'

export const numberTypes: readonly NumberType[] = ['longcode', 'tollfree', 'shortcode']
export const services: readonly Service[] = ['sms', 'mms']

const SHORT_CODE_DIGITS = { min: 3, max: 6 }

/** @param number digits without `+`; @returns undefined for what is neither a short code nor E.164 */
export function numberTypeOf(number: string): NumberType | undefined {
  if (number.length <= SHORT_CODE_DIGITS.max)
    return number.length >= SHORT_CODE_DIGITS.min && isDigits(number) && number[0] !== '0' ? 'shortcode' : undefined
  if (!isE164Shape(number)) return undefined
  return nanpAreaOf(number)?.isTollFree === true ? 'tollfree' : 'longcode'
}

// A vendor's message ids have one form in its responses and often another in its receipts; this finds the first from the second.
// Pure: what the automatic form has learnt is a value that goes in and comes out.
//
// Every id is indexed by `normalise(response id)`; `candidates(receipt id)` are the keys under which its message may be.

import type { ReceiptIdRule } from '../directory/schema.js'

/** What the automatic form knows of one vendor. */
export interface LearntIds {
  /** Bit f: form f explains every match so far. */
  readonly possible: number
  /** Matches in a row that `possible` explains. */
  readonly agreed: number
  /** The length of the ids in responses: what padding leads to. 0 for not seen yet. */
  readonly width: number
}

/** Matches that must agree before other forms are no longer tried. */
export const AGREEING_MATCHES = 5

/** How a receipt's id becomes the response's: what number system it is read in and how it is written then. */
interface Form {
  readonly read: 'text' | 'hex' | 'decimal'
  readonly letters: 'asIs' | 'lower' | 'upper'
  readonly zeros: 'asIs' | 'strip' | 'pad'
}

const forms: readonly Form[] = (['text', 'hex', 'decimal'] as const).flatMap((read) =>
  (['asIs', 'strip', 'pad'] as const).flatMap((zeros) =>
    (['asIs', 'lower', 'upper'] as const)
      // A converted number has no letters of its own to keep, nor zeros; decimal digits have no case.
      .filter((letters) => (read === 'text' ? true : read === 'hex' ? letters === 'asIs' : letters !== 'asIs'))
      .filter(() => read === 'text' || zeros !== 'strip')
      .map((letters): Form => ({ read, letters, zeros })),
  ),
)

const ALL_FORMS = 2 ** forms.length - 1

export const nothingLearnt: LearntIds = Object.freeze({ possible: ALL_FORMS, agreed: 0, width: 0 })

/** Are other forms no longer tried? */
export function isLocked(learnt: LearntIds): boolean {
  return learnt.agreed >= AGREEING_MATCHES
}

/** The key of an id that came in a submit_sm_resp. With the automatic form it is the id itself: nothing is lost. */
export function normalise(idFromResponse: string, rule: ReceiptIdRule): string {
  switch (rule.form) {
    case 'asIs':
      return tidy(idFromResponse, rule)
    case 'decimal':
      // Responses are hex, receipts decimal: the key is hex.
      return isHex(idFromResponse) ? stripZeros(idFromResponse).toLowerCase() : tidy(idFromResponse, rule)
    case 'hex':
      // Responses are decimal, receipts hex: the key is decimal.
      return isDecimal(idFromResponse) ? stripZeros(idFromResponse) : tidy(idFromResponse, rule)
    case 'auto':
      return idFromResponse
  }
}

/**
 * The keys under which the message of a receipt may be, likelier ones first, none twice. With a fixed form there is one.
 * With the automatic form there may be several: ask for all of them and take a message only if exactly one is there
 * (or the receipt's destination tells them apart), then tell `learnMatch`.
 */
export function candidates(
  idFromReceipt: string,
  rule: ReceiptIdRule,
  learnt: LearntIds = nothingLearnt,
): readonly string[] {
  switch (rule.form) {
    case 'asIs':
      return [tidy(idFromReceipt, rule)]
    case 'decimal':
      return [isDecimal(idFromReceipt) ? decimalToHex(idFromReceipt) : tidy(idFromReceipt, rule)]
    case 'hex':
      return [isHex(idFromReceipt) ? hexToDecimal(idFromReceipt) : tidy(idFromReceipt, rule)]
    case 'auto': {
      const keys = new Set<string>()
      const tried = isLocked(learnt) ? learnt.possible : ALL_FORMS
      forms.forEach((form, index) => {
        if ((tried & (1 << index)) === 0) return
        const key = applied(form, idFromReceipt, learnt.width)
        if (key !== undefined) keys.add(key)
      })
      return [...keys]
    }
  }
}

/** Takes note of an id in a response; the same value comes back when it tells nothing new. */
export function learnResponse(learnt: LearntIds, idFromResponse: string): LearntIds {
  return learnt.width === idFromResponse.length ? learnt : { ...learnt, width: idFromResponse.length }
}

/**
 * Takes note that a receipt's id and a response's id meant the same message, after exactly one candidate was there.
 * Before it is locked, a match that contradicts the earlier ones starts the learning again.
 */
export function learnMatch(learnt: LearntIds, idFromReceipt: string, idFromResponse: string): LearntIds {
  // Once locked, a match can only have come from the forms that are still possible: the others need no look.
  const tried = isLocked(learnt) ? learnt.possible : ALL_FORMS
  let explains = 0
  forms.forEach((form, index) => {
    if ((tried & (1 << index)) === 0) return
    if (applied(form, idFromReceipt, idFromResponse.length) === idFromResponse) explains |= 1 << index
  })
  if (explains === 0) return learnt
  const possible = learnt.possible & explains
  if (possible === 0) return { possible: explains, agreed: 1, width: idFromResponse.length }
  const agreed = Math.min(learnt.agreed + 1, AGREEING_MATCHES)
  if (possible === learnt.possible && agreed === learnt.agreed) return learnt
  return { possible, agreed, width: idFromResponse.length }
}

function applied(form: Form, id: string, width: number): string | undefined {
  let text: string
  if (form.read === 'text') text = form.zeros === 'asIs' ? id : stripZeros(id)
  else if (form.read === 'hex') {
    if (!isHex(id)) return undefined
    text = hexToDecimal(id)
  } else {
    if (!isDecimal(id)) return undefined
    text = decimalToHex(id)
  }
  if (form.zeros === 'pad') text = text.padStart(width, '0')
  return form.letters === 'lower' ? text.toLowerCase() : form.letters === 'upper' ? text.toUpperCase() : text
}

function tidy(id: string, rule: ReceiptIdRule): string {
  const text = rule.stripLeadingZeros ? stripZeros(id) : id
  return rule.lowerCase ? text.toLowerCase() : text
}

/** Leaves the last character, so that zero stays `0`. */
function stripZeros(id: string): string {
  let from = 0
  while (from < id.length - 1 && id.charCodeAt(from) === 48) from++
  return from === 0 ? id : id.slice(from)
}

/** Bounds of 128 bits: longer ones are no counters but texts. */
const HEX_MAX = 32
const DECIMAL_MAX = 39

function isDecimal(id: string): boolean {
  if (id.length === 0 || id.length > DECIMAL_MAX) return false
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}

function isHex(id: string): boolean {
  if (id.length === 0 || id.length > HEX_MAX) return false
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i)
    if (!((code >= 48 && code <= 57) || ((code | 0x20) >= 97 && (code | 0x20) <= 102))) return false
  }
  return true
}

/** Numbers are exact to 2^53: most ids are smaller, and BigInt is slow. */
function decimalToHex(id: string): string {
  return id.length <= 15 ? Number(id).toString(16) : BigInt(id).toString(16)
}

function hexToDecimal(id: string): string {
  return id.length <= 13 ? String(parseInt(id, 16)) : BigInt(`0x${id}`).toString()
}

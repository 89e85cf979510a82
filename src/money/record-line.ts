// A line of the daily files: how its beginning is written. What is the same in many lines, their ends, is made in cdr.ts.

import type { CallRecord, CallRecords } from '../message/bill.js'

/** Of the lines. Fields may be added within a version; what a field means, and its name, only change with it. */
export const CDR_VERSION = 1

/** Memory that grows; `buffer` is another one after `reserve`. */
export interface Octets {
  readonly buffer: Uint8Array
  position: number
  reserve(bytes: number): void
}

const START = ascii(`{"version":${CDR_VERSION},"message":"`)
const ID = ascii('","id":"')
const SOURCE = ascii('","part":1,"parts":1,"source":')
const DESTINATION = ascii(',"destination":')
const ACCEPTED = ascii(',"acceptedAtMs":')
const SENT = ascii(',"sentAtMs":')
const DONE = ascii(',"doneAtMs":')
/** Of all of these, the numbers and the quotes. */
const FIXED_BYTES = 200
/** Of a UTF-16 unit that is escaped: \uXXXX. */
const ESCAPED_BYTES = 6

/** Appends the line but for its end: octet by octet, since there is one for each message. */
export function writeLineStart(out: Octets, record: Omit<CallRecord, 'tail'>): void {
  const { id, source, destination } = record
  out.reserve(FIXED_BYTES + 2 * id.length + ESCAPED_BYTES * (source.length + destination.length))
  const { buffer } = out
  let at = put(buffer, out.position, START)
  at = putAscii(buffer, at, id)
  at = put(buffer, at, ID)
  at = putAscii(buffer, at, id)
  at = put(buffer, at, SOURCE)
  at = putText(buffer, at, source)
  at = put(buffer, at, DESTINATION)
  at = putText(buffer, at, destination)
  at = put(buffer, at, ACCEPTED)
  at = putTime(buffer, at, record.acceptedAtMs)
  at = put(buffer, at, SENT)
  at = putTime(buffer, at, record.sentAtMs)
  at = put(buffer, at, DONE)
  out.position = putTime(buffer, at, record.doneAtMs)
}

/** The same of a part of several, as text. @param part from 1 */
export function lineStart(record: Omit<CallRecord, 'tail'>, part: { id: string; part: number; parts: number }): string {
  const { id, source, destination, acceptedAtMs, sentAtMs, doneAtMs } = record
  return (
    `{"version":${CDR_VERSION},"message":"${id}","id":"${part.id}","part":${part.part},"parts":${part.parts}` +
    `,"source":${jsonText(source)},"destination":${jsonText(destination)},"acceptedAtMs":${Math.floor(acceptedAtMs)}` +
    `,"sentAtMs":${Math.floor(sentAtMs)},"doneAtMs":${Math.floor(doneAtMs)}`
  )
}

/** All lines as text. */
export function recordText(records: CallRecords): string {
  if (typeof records === 'string') return records
  return lineStart(records, { id: records.id, part: 1, parts: 1 }) + records.tail
}

/** As JSON, ASCII only: files are read by who knows no coding. */
export function jsonText(value: string): string {
  return isPlain(value) ? `"${value}"` : escaped(value)
}

const SPACE = 0x20
const TILDE = 0x7e
const QUOTE = 0x22
const BACKSLASH = 0x5c
const ZERO = 0x30
const MINUS = 0x2d

/** Ids and numbers have nothing to escape. */
function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) return false
  }
  return true
}

function escaped(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function put(into: Uint8Array, at: number, octets: Uint8Array): number {
  for (let i = 0; i < octets.length; i++) into[at + i] = octets[i]!
  return at + octets.length
}

function putAscii(into: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) into[at + i] = text.charCodeAt(i)
  return at + text.length
}

function putText(into: Uint8Array, at: number, text: string): number {
  if (!isPlain(text)) return putAscii(into, at, escaped(text))
  into[at] = QUOTE
  const end = putAscii(into, at + 1, text)
  into[end] = QUOTE
  return end + 1
}

/** More than the digits of a time in the next ten thousand years. */
const digits = new Uint8Array(24)

function putTime(into: Uint8Array, at: number, ms: number): number {
  let rest = Math.floor(ms)
  if (rest < 0) {
    into[at++] = MINUS
    rest = -rest
  }
  // Nine at a time, so that most divisions are of small whole numbers.
  let count = 0
  do {
    const high = Math.floor(rest / 1e9)
    let low = rest - high * 1e9
    const stop = count + 9
    while (high > 0 ? count < stop : low > 0 || count === 0) {
      digits[count++] = ZERO + (low % 10)
      low = (low / 10) | 0
    }
    rest = high
  } while (rest > 0)
  while (count > 0) into[at++] = digits[--count]!
  return at
}

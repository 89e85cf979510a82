// A line of the daily files: how its beginning is written. What is the same in many lines, their ends, is made in cdr.ts.

import type { CallRecords, RecordedMessage, RecordTerms } from '../message/bill.js'

/** Of the lines. Fields may be added within a version; what a field means, and what it means that it is not there, only change with it. */
export const CDR_VERSION = 2

/**
 * The line of a message that came in one piece but for its end, in its pieces: each value stands behind its piece, the id as it is,
 * addresses as JSON. Behind the last come the times.
 */
export const LINE_PIECES = {
  message: `{"version":${CDR_VERSION},"message":"`,
  source: '","source":',
  destination: ',"destination":',
} as const

/** One of the parts that a message came in. */
export interface RecordedPart {
  readonly id: string
  /** From 1. */
  readonly part: number
  readonly parts: number
}

/** The same as text. @param part of one that came in several */
export function lineStart(
  message: string,
  of: RecordedMessage,
  times: Pick<RecordTerms, 'sentAtMs' | 'doneAtMs'>,
  part?: RecordedPart,
): string {
  const mark = part === undefined ? '"' : `","id":"${part.id}","part":${part.part},"parts":${part.parts}`
  return (
    `${LINE_PIECES.message}${message}${mark}` +
    `,"source":${jsonText(of.source.value)}${LINE_PIECES.destination}${jsonText(of.destination.value)}` +
    lineTimes(of.acceptedAtMs, times.sentAtMs, times.doneAtMs)
  )
}

export function lineTimes(acceptedAtMs: number, sentAtMs: number, doneAtMs: number): string {
  const [accepted, sent, done] = [Math.floor(acceptedAtMs), Math.floor(sentAtMs), Math.floor(doneAtMs)]
  return `,"acceptedAtMs":${accepted},"sentAtMs":${sent},"doneAtMs":${done}`
}

/** All lines as text. */
export function recordText(records: CallRecords): string {
  if (typeof records === 'string') return records
  const { id, of, terms } = records
  return lineStart(id, of, terms) + terms.tail
}

/** As JSON, ASCII only: files are read by who knows no coding. */
export function jsonText(value: string): string {
  // Ids and numbers have nothing to escape.
  for (let i = 0; i < value.length; i++) if (!isPlain(value.charCodeAt(i))) return escaped(value)
  return `"${value}"`
}

/** The code of a character that stands for itself in a line. */
export function isPlain(code: number): boolean {
  return code >= SPACE && code <= TILDE && code !== QUOTE && code !== BACKSLASH
}

const SPACE = 0x20
const TILDE = 0x7e
const QUOTE = 0x22
const BACKSLASH = 0x5c

function escaped(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

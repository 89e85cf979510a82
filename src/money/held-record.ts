// What a record says of the limits that held up its message: a field of its own behind all others, there for few.

import type { CallRecords } from '../message/bill.js'
import { jsonText } from './record-line.js'

/** So long one limit held a message. */
export interface HeldTime {
  /** By name. */
  readonly limit: string
  readonly ms: number
}

const LINE_END = '}\n'

/** Each line with it. */
export function withHeld(records: CallRecords, held: readonly HeldTime[]): CallRecords {
  const said = held.map(({ limit, ms }) => `{"limit":${jsonText(limit)},"ms":${Math.ceil(ms)}}`).join(',')
  const end = `,"held":[${said}]${LINE_END}`
  if (typeof records === 'string') return records.replaceAll(LINE_END, end)
  const { terms } = records
  return { ...records, terms: { ...terms, tail: terms.tail.slice(0, -LINE_END.length) + end } }
}

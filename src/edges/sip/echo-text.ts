// What a SIP sender's receipts need of its MESSAGE, as the text that is kept with the message (message/echo.ts).

import { addressOfRecord } from '../../sip/index.js'

/** RFC 5438 §7.2.1: what a notification says of the message that it is about. */
export interface Echo {
  /** Its imdn.Message-ID. */
  readonly messageId: string
  /** The URI that it was sent to, as written. */
  readonly to: string
  /** As its sender wrote it; '' for none. */
  readonly dateTime: string
  /** To become IMDN-Route. */
  readonly recordRoutes: readonly string[]
}

/** It is kept with the message, and then with each receipt: a route too many is left out. */
const MAX_CHARS = 2048
/** What is longer is no date (RFC 3339), and is told as none. */
const MAX_DATE = 64
/** Of a URI that is longer the user and the host are told, if those are not as long. */
const MAX_URI = 512
const nobody = 'sip:anonymous@anonymous.invalid'

export function echoText({ messageId, to, dateTime, recordRoutes }: Echo): string {
  const date = dateTime.length > MAX_DATE ? '' : dateTime
  const all = [messageId, to.length > MAX_URI ? shortOf(to) : to, date, ...recordRoutes]
  let text = JSON.stringify(all)
  while (text.length > MAX_CHARS && all.length > 3) {
    all.pop()
    text = JSON.stringify(all)
  }
  return text
}

function shortOf(uri: string): string {
  const short = addressOfRecord(uri)
  return short === undefined || short.length > MAX_URI ? nobody : short
}

/** Undefined for what is none. */
export function readEcho(text: string): Echo | undefined {
  let all: unknown
  try {
    all = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(all) || !all.every((each) => typeof each === 'string')) return undefined
  const [messageId, to, dateTime, ...recordRoutes] = all
  if (messageId === undefined || to === undefined || dateTime === undefined) return undefined
  return { messageId, to, dateTime, recordRoutes }
}

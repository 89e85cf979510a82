// The little of SIP that the load programs need: digest, templates cut at what changes, framing by Content-Length. No parser.
import { createHash } from 'node:crypto'

const md5 = (text) => createHash('md5').update(text).digest('hex')
const BLANK_LINE = Buffer.from('\r\n\r\n', 'latin1')
const LENGTH = /\r\n(?:content-length|l)\s*:\s*(\d+)/i

/** Answers challenges of one nonce again and again, the count going up (RFC 7616 §3.4, MD5, qop auth). */
export class Digest {
  #ha1
  #user
  #realm
  #nonce = ''
  #count = 0

  constructor(user, realm, password) {
    this.#user = user
    this.#realm = realm
    this.#ha1 = md5(`${user}:${realm}:${password}`)
  }

  /** Takes the nonce of a 401; false if it has none. */
  challenged(text) {
    const nonce = /\r\nwww-authenticate:[^\r]*\bnonce="([^"]+)"/i.exec(text)?.[1]
    if (nonce === undefined) return false
    this.#nonce = nonce
    this.#count = 0
    return true
  }

  get isReady() {
    return this.#nonce !== ''
  }

  /** A whole header line with its end. */
  line(method, uri) {
    const nc = (++this.#count).toString(16).padStart(8, '0')
    const response = md5(`${this.#ha1}:${this.#nonce}:${nc}:bench:auth:${md5(`${method}:${uri}`)}`)
    return `Authorization: Digest username="${this.#user}",realm="${this.#realm}",nonce="${this.#nonce}",uri="${uri}",response="${response}",algorithm=MD5,qop=auth,cnonce="bench",nc=${nc}\r\n`
  }
}

/** The status of a response, 0 for a request. */
export function statusOf(bytes) {
  if (bytes[0] !== 83 || bytes[3] !== 47) return 0 // SIP/
  return (bytes[8] - 48) * 100 + (bytes[9] - 48) * 10 + (bytes[10] - 48)
}

/** The number behind `marker` in the bytes, -1 if it is not there. */
export function numberAfter(bytes, marker) {
  const at = bytes.indexOf(marker)
  if (at < 0) return -1
  let value = 0
  for (let i = at + marker.length; i < bytes.length; i++) {
    const digit = bytes[i] - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return value
}

/** Cuts a stream into messages. */
export class Framer {
  #rest = Buffer.alloc(0)
  #onMessage

  constructor(onMessage) {
    this.#onMessage = onMessage
  }

  push(chunk) {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const head = bytes.indexOf(BLANK_LINE)
      if (head < 0) break
      const length = Number(LENGTH.exec(bytes.latin1Slice(0, head + 2))?.[1] ?? 0)
      const end = head + 4 + length
      if (bytes.length < end) break
      this.#onMessage(bytes.subarray(0, end))
      bytes = bytes.subarray(end)
    }
    this.#rest = Buffer.from(bytes)
  }
}

/** The 2xx of a request as its peer wrote it: Via, From, To, Call-ID and CSeq taken over (RFC 3261 §8.2.6.2). */
export function okFor(text) {
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  let lines = 'SIP/2.0 200 OK\r\n'
  for (const line of head.split('\r\n')) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    if (name === 'to') lines += `${line};tag=b\r\n`
    else if (name === 'via' || name === 'from' || name === 'call-id' || name === 'cseq') lines += `${line}\r\n`
  }
  return Buffer.from(`${lines}Content-Length: 0\r\n\r\n`, 'latin1')
}

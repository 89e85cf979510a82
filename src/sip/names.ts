// Header names: compact forms, the one form we compare by (lower case, long) and the one we write.
import { isAll, tokenBit } from './tokens.js'

/** RFC 3261 §7.3.3 and the registry of the IANA, by character. */
const compact = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
} as const

const written = [
  ...['Accept', 'Accept-Contact', 'Accept-Encoding', 'Accept-Language', 'Alert-Info', 'Allow', 'Allow-Events'],
  ...['Authentication-Info', 'Authorization', 'Call-ID', 'Call-Info', 'Contact', 'Content-Disposition'],
  ...['Content-Encoding', 'Content-Language', 'Content-Length', 'Content-Type', 'CSeq', 'Date', 'Error-Info'],
  ...['Event', 'Expires', 'From', 'Flow-Timer', 'Identity', 'Identity-Info', 'In-Reply-To', 'Max-Forwards'],
  ...['MIME-Version', 'Min-Expires', 'Organization', 'P-Asserted-Identity', 'P-Associated-URI', 'Path'],
  ...['P-Preferred-Identity', 'Priority', 'Privacy', 'Proxy-Authenticate', 'Proxy-Authorization', 'Proxy-Require'],
  ...['RAck', 'Reason', 'Record-Route', 'Refer-To', 'Referred-By', 'Reject-Contact', 'Reply-To'],
  ...['Request-Disposition', 'Require', 'Retry-After', 'Route', 'RSeq', 'Server', 'Service-Route'],
  ...['Session-Expires', 'SIP-ETag', 'SIP-If-Match', 'Subject', 'Subscription-State', 'Supported', 'Timestamp'],
  ...['To', 'Unsupported', 'User-Agent', 'Via', 'Warning', 'WWW-Authenticate'],
]

const writtenByName: ReadonlyMap<string, string> = new Map(written.map((name) => [name.toLowerCase(), name]))

/** Every spelling seen often, to the one string that stands for it, so that comparing names compares pointers. */
const bySpelling: ReadonlyMap<string, string> = new Map([
  ...[...writtenByName].flatMap(([name, spelling]): [string, string][] => [
    [name, name],
    [spelling, name],
    [spelling.toUpperCase(), name],
    [capitalised(name), name],
  ]),
  ...Object.entries(compact).flatMap(([letter, name]): [string, string][] => [
    [letter, name],
    [letter.toUpperCase(), name],
  ]),
])

/** The name to compare by of a header name as it came: long form, lower case; undefined if it can be no name. */
export function nameOf(spelling: string): string | undefined {
  const known = bySpelling.get(spelling)
  if (known !== undefined) return known
  if (!isAll(spelling, tokenBit)) return undefined
  const lower = spelling.toLowerCase()
  return bySpelling.get(lower) ?? lower
}

/** The name as we write it, from the one we compare by. */
export function writtenName(name: string): string {
  return writtenByName.get(name) ?? capitalised(name)
}

function capitalised(name: string): string {
  let text = ''
  for (let i = 0; i < name.length; i++) text += i === 0 || name[i - 1] === '-' ? name[i]!.toUpperCase() : name[i]
  return text
}

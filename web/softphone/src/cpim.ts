// message/cpim as this page sends and takes it (RFC 3862), with the headers of RFC 5438. Pure, over strings.

export interface OutgoingCpim {
  /** URIs. */
  readonly from: string
  readonly to: string
  readonly atMs: number
  /** Asks for delivery notifications under this name. */
  readonly messageId: string
  readonly text: string
}

export interface IncomingCpim {
  readonly messageId: string | undefined
  /** When it was sent; undefined if it does not say. */
  readonly atMs: number | undefined
  /** Of the content, as written. */
  readonly contentType: string
  readonly body: string
}

const imdnNamespace = 'urn:ietf:params:imdn'

export function writeCpim(message: OutgoingCpim): string {
  return [
    `From: <${message.from}>`,
    `To: <${message.to}>`,
    `DateTime: ${new Date(message.atMs).toISOString()}`,
    `NS: imdn <${imdnNamespace}>`,
    `imdn.Message-ID: ${message.messageId}`,
    'imdn.Disposition-Notification: positive-delivery, negative-delivery',
    '',
    'Content-Type: text/plain; charset=utf-8',
    '',
    message.text,
  ].join('\r\n')
}

/** Undefined if it cannot be read. */
export function readCpim(text: string): IncomingCpim | undefined {
  const head = block(text, 0)
  const content = head === undefined ? undefined : block(text, head.end)
  if (head === undefined || content === undefined) return undefined
  let prefix = 'imdn'
  const fields = new Map<string, string>()
  for (const { name, value } of head.fields) {
    const [, declared, namespace] = name === 'ns' ? (/^(?:(\S+)\s+)?<([^>]*)>$/.exec(value) ?? []) : []
    if (namespace === imdnNamespace && declared !== undefined) prefix = declared.toLowerCase()
    else if (!fields.has(name)) fields.set(name, value)
  }
  const messageId = fields.get(`${prefix}.message-id`)
  const atMs = Date.parse(fields.get('datetime') ?? '')
  return {
    messageId: messageId === undefined || messageId === '' || messageId.length > 256 ? undefined : messageId,
    atMs: Number.isNaN(atMs) ? undefined : atMs,
    contentType: content.fields.find(({ name }) => name === 'content-type')?.value ?? 'text/plain',
    body: text.slice(content.end),
  }
}

interface Block {
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  /** Where the next one begins. */
  readonly end: number
}

/** Header lines up to the empty one. Line ends may be CRLF or LF. */
function block(text: string, from: number): Block | undefined {
  const fields: { name: string; value: string }[] = []
  for (let at = from; ;) {
    const newline = text.indexOf('\n', at)
    if (newline < 0 || fields.length > 64) return undefined
    const line = text.slice(at, newline).replace(/\r$/, '')
    at = newline + 1
    if (line === '') return { fields, end: at }
    const colon = line.indexOf(':')
    if (colon < 1) return undefined
    fields.push({ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() })
  }
}

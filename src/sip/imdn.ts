// Notifications of what became of an instant message: the wish for them and their documents (RFC 5438). Sends nothing.
import { cpimEscaped, cpimHeader, cpimHeaders, cpimNamespace, cpimText, writeCpim, type CpimMessage } from './cpim.js'
import { readXml, xmlEscaped, type XmlElement } from './imdn-xml.js'

export const imdnNamespace = 'urn:ietf:params:imdn'
export const imdnMediaType = 'message/imdn+xml'
const xmlNamespace = 'urn:ietf:params:xml:ns:imdn'

/** RFC 5438 §6.2. */
const imdnWishes = ['positive-delivery', 'negative-delivery', 'processing', 'display'] as const
export type ImdnWish = (typeof imdnWishes)[number]

/** What each kind of notification can say (RFC 5438 §7.2.1). */
export const imdnStatuses = {
  delivery: ['delivered', 'failed', 'forbidden', 'error'],
  processing: ['processed', 'stored', 'forbidden', 'error'],
  display: ['displayed', 'forbidden', 'error'],
} as const

export type ImdnNotice = {
  [Kind in keyof typeof imdnStatuses]: {
    readonly kind: Kind
    readonly status: (typeof imdnStatuses)[Kind][number]
  }
}[keyof typeof imdnStatuses]

/** What a sender wants to hear about his message. */
export interface ImdnRequest {
  /** His name for it, unique only with his address. */
  readonly messageId: string
  /** Empty where he asks for nothing; then the id is there for others. */
  readonly wishes: readonly ImdnWish[]
  /** The hops that notifications go back by, as written, to become IMDN-Route (RFC 5438 §6.4). */
  readonly recordRoutes: readonly string[]
}

/** A notification, without the envelope. */
export type Imdn = ImdnNotice & {
  /** Of the message that it is about. */
  readonly messageId: string
  /** When that was sent, as its sender wrote it. */
  readonly dateTime: string
  /** Who it had reached, '' if not told. */
  readonly recipientUri: string
  /** Whom it was sent to, '' if not told. */
  readonly originalRecipientUri: string
}

const MAX_ID = 256
const MAX_ROUTES = 16

/** What a message asks for; undefined where it has no Message-ID, without which nothing can be told (RFC 5438 §7.1.1.1). */
export function imdnRequest(message: CpimMessage): ImdnRequest | undefined {
  const messageId = cpimText(cpimHeader(message, imdnNamespace, 'Message-ID') ?? '')
  if (messageId === '' || messageId.length > MAX_ID) return undefined
  const asked = cpimHeaders(message, imdnNamespace, 'Disposition-Notification')
    .flatMap((value) => value.split(','))
    // Each may have parameters, of which none is known.
    .map((each) => each.replace(/;.*$/s, '').trim().toLowerCase())
  const wishes = imdnWishes.filter((wish) => asked.includes(wish))
  const recordRoutes = cpimHeaders(message, imdnNamespace, 'IMDN-Record-Route').slice(0, MAX_ROUTES)
  return { messageId, wishes, recordRoutes }
}

/** The document of a notification, in the order of RFC 5438 §11.1. */
export function writeImdn(imdn: Imdn): string {
  const optional = (name: string, value: string) => (value === '' ? '' : `${element(name, value)}\r\n`)
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\r\n<imdn xmlns="${xmlNamespace}">\r\n` +
    `${element('message-id', imdn.messageId)}\r\n${element('datetime', imdn.dateTime)}\r\n` +
    optional('recipient-uri', imdn.recipientUri) +
    optional('original-recipient-uri', imdn.originalRecipientUri) +
    `<${imdn.kind}-notification><status><${imdn.status}/></status></${imdn.kind}-notification>\r\n</imdn>\r\n`
  )
}

/** A notification in its envelope: the body of a MESSAGE of type message/cpim. RFC 5438 §7.2.1.1. */
export interface ImdnEnvelope {
  /** Who tells, and who is told, as `writeCpimAddress` writes them. */
  readonly from: string
  readonly to: string
  /** Of the notification itself: it has a name too, and asks for nothing. */
  readonly messageId: string
  /** When it is made, RFC 3339. */
  readonly dateTime: string
  readonly recordRoutes: readonly string[]
}

export function writeImdnMessage(envelope: ImdnEnvelope, imdn: Imdn): Buffer {
  const core = (name: string, value: string) => ({ namespace: cpimNamespace, name, value })
  const own = (name: string, value: string) => ({ namespace: imdnNamespace, name, value })
  return writeCpim({
    prefixes: { imdn: imdnNamespace },
    headers: [
      core('From', envelope.from),
      core('To', envelope.to),
      core('DateTime', envelope.dateTime),
      own('Message-ID', cpimEscaped(envelope.messageId)),
      ...envelope.recordRoutes.map((route) => own('IMDN-Route', route)),
    ],
    contentFields: [
      { name: 'content-type', value: imdnMediaType },
      // How a phone tells it from a message to show.
      { name: 'content-disposition', value: 'notification' },
    ],
    body: Buffer.from(writeImdn(imdn)),
  })
}

/** The notification in a document; undefined if it is none, or says what we don't know. */
export function parseImdn(document: string): Imdn | undefined {
  const root = readXml(document)
  if (root?.name !== 'imdn' || !isOurs(root)) return undefined
  const messageId = textOf(root, 'message-id')
  if (messageId === '' || messageId.length > MAX_ID) return undefined
  const notices = kinds.flatMap((kind) => {
    const notice = child(root, `${kind}-notification`)
    const status = notice === undefined ? undefined : child(notice, 'status')
    return status === undefined ? [] : [noticeOf(kind, status)]
  })
  const [notice, ...others] = notices
  if (notice === undefined || others.length > 0) return undefined
  return {
    ...notice,
    messageId,
    dateTime: textOf(root, 'datetime'),
    recipientUri: textOf(root, 'recipient-uri'),
    originalRecipientUri: textOf(root, 'original-recipient-uri'),
  }
}

const kinds = ['delivery', 'processing', 'display'] as const

/** The first word that we know: extensions of others may stand beside it. */
function noticeOf(kind: (typeof kinds)[number], status: XmlElement): ImdnNotice | undefined {
  for (const known of imdnStatuses[kind]) {
    if (child(status, known) !== undefined) return { kind, status: known } as ImdnNotice
  }
  return undefined
}

/** Some phones leave the namespace out. */
function isOurs(of: XmlElement): boolean {
  return of.namespace === xmlNamespace || of.namespace === ''
}

function child(of: XmlElement, name: string): XmlElement | undefined {
  return of.children.find((each) => each.name === name && isOurs(each))
}

function textOf(of: XmlElement, name: string): string {
  return child(of, name)?.text.trim() ?? ''
}

function element(name: string, text: string): string {
  return `<${name}>${xmlEscaped(text)}</${name}>`
}

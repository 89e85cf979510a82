// What the body of a MESSAGE means to this page. Pure.
import { readXml, type XmlElement } from '../../../src/sip/imdn-xml.js'
import { readCpim } from './cpim.js'

export type Incoming =
  | {
      readonly kind: 'text'
      readonly text: string
      /** The sender's name for it; undefined if he gave none. */
      readonly id: string | undefined
      /** When he sent it; undefined if he did not say. */
      readonly atMs: number | undefined
    }
  | { readonly kind: 'notice'; readonly messageId: string; readonly state: 'delivered' | 'failed' }
  /** Understood, and nothing to do. */
  | { readonly kind: 'nothing' }
  /** To be answered 415. */
  | { readonly kind: 'unsupported' }

/** What is answered 415 says this instead. */
export const accepted = 'text/plain, message/cpim, message/imdn+xml'

const nothing: Incoming = { kind: 'nothing' }
const unsupported: Incoming = { kind: 'unsupported' }

/** @param contentType the header as written; undefined or empty where there is none */
export function readIncoming(contentType: string | undefined, body: string): Incoming {
  switch (mediaType(contentType)) {
    case 'text/plain':
      return { kind: 'text', text: body, id: undefined, atMs: undefined }
    case 'message/imdn+xml':
      return readNotice(body)
    case 'message/cpim': {
      const message = readCpim(body)
      if (message === undefined) return unsupported
      const { messageId: id, atMs } = message
      const type = mediaType(message.contentType)
      if (type === 'message/imdn+xml') return readNotice(message.body)
      return type === 'text/plain' ? { kind: 'text', text: message.body, id, atMs } : unsupported
    }
    default:
      return unsupported
  }
}

function mediaType(contentType: string | undefined): string {
  const type = (contentType ?? '').split(';', 1)[0] ?? ''
  return type.trim() === '' ? 'text/plain' : type.trim().toLowerCase()
}

/** RFC 5438 §7.2: the first word of its status that says anything about the ticks. */
function readNotice(document: string): Incoming {
  const root = readXml(document)
  const messageId = root === undefined || root.name !== 'imdn' ? '' : (child(root, 'message-id')?.text.trim() ?? '')
  if (root === undefined || messageId === '') return unsupported
  if (has(root, 'display-notification', ['displayed'])) return { kind: 'notice', messageId, state: 'delivered' }
  if (has(root, 'delivery-notification', ['delivered'])) return { kind: 'notice', messageId, state: 'delivered' }
  if (has(root, 'delivery-notification', ['failed', 'forbidden', 'error']))
    return { kind: 'notice', messageId, state: 'failed' }
  return nothing
}

function has(root: XmlElement, notification: string, words: readonly string[]): boolean {
  const status = child(child(root, notification), 'status')
  return status?.children.some((each) => words.includes(each.name)) ?? false
}

function child(of: XmlElement | undefined, name: string): XmlElement | undefined {
  return of?.children.find((each) => each.name === name)
}

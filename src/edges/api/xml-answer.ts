// What an application answers to an inbound message: XML that asks for messages to be sent. Bounded, without entities of its own and
// without anything from elsewhere. Pure.

import { SaxesParser } from 'saxes'
import type { WebhookMethod } from './signature.js'
import type { Reply } from './webhook-row.js'
import { checkWebhookUrl } from './webhook-url.js'

export type XmlAnswer =
  | { readonly kind: 'replies'; readonly replies: readonly Reply[] }
  | { readonly kind: 'malformed'; readonly why: string }

/** Destinations of all messages. */
const MAX_REPLIES = 20
/** Octets of all replies as they are kept: a row takes 64 KiB. */
const MAX_KEPT_OCTETS = 48 * 1024
const MAX_ADDRESS = 32
const MAX_DEPTH = 16

const noReplies: XmlAnswer = { kind: 'replies', replies: [] }

/**
 * Reads `<Response><Message src dst type callbackUrl callbackMethod>text</Message></Response>`. An answer that is no XML, or is
 * empty, asks for nothing. Elements that are not known are passed over.
 * @param answered where the answer goes to if it does not say
 */
export function readXmlAnswer(
  { contentType, body }: { readonly contentType: string; readonly body: Buffer },
  answered: { readonly from: string; readonly to: string },
): XmlAnswer {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase())
  if (type !== 'text/xml' && type !== 'application/xml') return noReplies
  const charset = parameters.find((each) => each.startsWith('charset='))?.slice('charset='.length)
  const text = decoded(body, charset?.replace(/^"(.*)"$/, '$1') ?? 'utf-8')
  if (text === undefined) return malformed('it is not in the charset that it names')
  if (text.trim() === '') return noReplies
  try {
    const replies = messagesOf(text.trim()).flatMap((message) => repliesOf(message, answered))
    if (replies.length > MAX_REPLIES) return malformed(`more than ${MAX_REPLIES} messages`)
    if (Buffer.byteLength(JSON.stringify(replies)) > MAX_KEPT_OCTETS) return malformed('too much text')
    return { kind: 'replies', replies }
  } catch (error) {
    if (error instanceof Malformed) return malformed(error.message)
    throw error
  }
}

function malformed(why: string): XmlAnswer {
  return { kind: 'malformed', why }
}

/** Thrown out of the parser's callbacks only. */
class Malformed extends Error {}

function decoded(body: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}

interface XmlMessage {
  readonly attributes: Readonly<Record<string, string>>
  text: string
}

function messagesOf(xml: string): readonly XmlMessage[] {
  const messages: XmlMessage[] = []
  const open: string[] = []
  let current: XmlMessage | undefined
  const parser = new SaxesParser({ xmlns: false, position: false })
  parser.on('error', ({ message }) => {
    throw new Malformed(message.slice(0, 100))
  })
  parser.on('doctype', () => {
    throw new Malformed('a document type')
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === 0 && name !== 'Response') throw new Malformed('its root is not <Response>')
    if (current !== undefined) throw new Malformed('an element within <Message>')
    if (open.length >= MAX_DEPTH) throw new Malformed('elements too deep')
    if (open.length === 1 && name === 'Message') {
      const message: XmlMessage = { attributes, text: '' }
      current = message
      messages.push(message)
      if (messages.length > MAX_REPLIES) throw new Malformed(`more than ${MAX_REPLIES} messages`)
    }
    open.push(name)
  })
  parser.on('closetag', () => {
    open.pop()
    if (open.length === 1) current = undefined
  })
  const addText = (text: string): void => {
    if (current !== undefined) current.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(xml).close()
  return messages
}

function repliesOf(
  { attributes, text }: XmlMessage,
  answered: { readonly from: string; readonly to: string },
): readonly Reply[] {
  const { src = answered.to, dst = answered.from, type = 'sms', callbackUrl = '', callbackMethod = 'POST' } = attributes
  if (type.toLowerCase() !== 'sms') throw new Malformed('a type of message other than sms')
  const method = callbackMethod.toUpperCase()
  if (method !== 'POST' && method !== 'GET') throw new Malformed('a callbackMethod other than POST and GET')
  const content = text.trim()
  if (content === '') throw new Malformed('a message without text')
  // Written in two ways, it is one phone all the same.
  const phones = new Set(dst.split('<').map((each) => each.replace(/[-/.+()\s]/g, '')))
  return [...phones].map((each) => {
    if (each === '' || each.length > MAX_ADDRESS) throw new Malformed('a dst that is none')
    if (src === '' || src.length > MAX_ADDRESS) throw new Malformed('a src that is none')
    return { src, dst: each, text: content, ...callbackOf(callbackUrl, method) }
  })
}

function callbackOf(url: string, callbackMethod: WebhookMethod): Pick<Reply, 'callbackUrl' | 'callbackMethod'> {
  if (url === '') return { callbackUrl: '', callbackMethod }
  const checked = checkWebhookUrl(url)
  if (checked.kind === 'mistake') throw new Malformed('a callbackUrl that is none')
  return { callbackUrl: checked.url, callbackMethod }
}

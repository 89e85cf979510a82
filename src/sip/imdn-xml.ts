// The XML that notifications need, and no more: elements, namespaces, text. No DTD, no entities of its own, bounded. Anything
// else makes the document unreadable, never dangerous.

export interface XmlElement {
  /** '' where there is none. */
  readonly namespace: string
  readonly name: string
  readonly children: readonly XmlElement[]
  /** Of the element itself, without that of its children. */
  readonly text: string
}

interface Open {
  readonly tag: string
  readonly element: { namespace: string; name: string; children: XmlElement[]; text: string }
  readonly namespaces: ReadonlyMap<string, string>
}

const MAX_CHARS = 16_384
const MAX_DEPTH = 16
const MAX_ELEMENTS = 256
const MAX_ATTRIBUTES = 16

const nameStart = 'A-Za-z_\\u0080-\\uffff'
const namePattern = `[${nameStart}][${nameStart}0-9.-]*(?::[${nameStart}][${nameStart}0-9.-]*)?`
// Sticky, and no part of one can match what the part beside it does: time stays in step with length.
const tagName = new RegExp(namePattern, 'y')
const attribute = new RegExp(`[ \\t\\r\\n]+(${namePattern})[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"([^"<]*)"|'([^'<]*)')`, 'y')
const tagEnd = /[ \t\r\n]*(\/?)>/y

/** The root of a document; undefined if it is not well formed, has a DTD, or is beyond the bounds. */
export function readXml(document: string): XmlElement | undefined {
  if (document.length > MAX_CHARS) return undefined
  const stack: Open[] = []
  let root: XmlElement | undefined
  let elements = 0
  let at = document.startsWith('\ufeff') ? 1 : 0
  while (at < document.length) {
    const top = stack.at(-1)
    if (document[at] !== '<') {
      const next = document.indexOf('<', at)
      const end = next < 0 ? document.length : next
      const text = decoded(document.slice(at, end))
      if (text === undefined) return undefined
      if (top !== undefined) top.element.text += text
      else if (text.trim() !== '') return undefined
      at = end
    } else if (document.startsWith('<?', at)) {
      at = past(document, '?>', at)
    } else if (document.startsWith('<!--', at)) {
      at = past(document, '-->', at + 4)
    } else if (document.startsWith('<![CDATA[', at)) {
      const end = past(document, ']]>', at)
      if (top === undefined || end < 0) return undefined
      top.element.text += document.slice(at + 9, end - 3)
      at = end
    } else if (document.startsWith('</', at)) {
      const end = past(document, '>', at)
      if (top === undefined || end < 0 || document.slice(at + 2, end - 1).trimEnd() !== top.tag) return undefined
      stack.pop()
      at = end
    } else {
      // `<!DOCTYPE` ends here too: it is no name.
      const opened = openTag(document, at, top?.namespaces ?? noNamespaces)
      if (opened === undefined || ++elements > MAX_ELEMENTS || stack.length >= MAX_DEPTH) return undefined
      if (top !== undefined) top.element.children.push(opened.open.element)
      else if (root !== undefined) return undefined
      root ??= opened.open.element
      if (!opened.isEmpty) stack.push(opened.open)
      at = opened.end
    }
    if (at < 0) return undefined
  }
  return stack.length === 0 ? root : undefined
}

/** Text as it may stand in an element or attribute. Controls that XML cannot say are left out. */
export function xmlEscaped(text: string): string {
  return text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

function openTag(
  document: string,
  at: number,
  outer: ReadonlyMap<string, string>,
): { readonly open: Open; readonly isEmpty: boolean; readonly end: number } | undefined {
  const tag = matched(tagName, document, at + 1)?.[0]
  if (tag === undefined) return undefined
  let end = at + 1 + tag.length
  const attributes = new Map<string, string>()
  for (let each = matched(attribute, document, end); each !== undefined; each = matched(attribute, document, end)) {
    const [whole, name = '', double, single] = each
    const value = decoded(double ?? single ?? '')
    if (value === undefined || attributes.has(name) || attributes.size >= MAX_ATTRIBUTES) return undefined
    attributes.set(name, value)
    end += whole.length
  }
  const closing = matched(tagEnd, document, end)
  if (closing === undefined) return undefined
  const namespaces = withNamespaces(outer, attributes)
  const colon = tag.indexOf(':')
  const namespace = namespaces.get(tag.slice(0, Math.max(0, colon)))
  // A prefix that nobody declared.
  if (namespace === undefined && colon >= 0) return undefined
  const element = { namespace: namespace ?? '', name: tag.slice(colon + 1), children: [], text: '' }
  return { open: { tag, element, namespaces }, isEmpty: closing[1] === '/', end: end + closing[0].length }
}

function withNamespaces(
  outer: ReadonlyMap<string, string>,
  attributes: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  let inner: Map<string, string> | undefined
  for (const [name, value] of attributes) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue
    inner ??= new Map(outer)
    inner.set(name.slice(6), value)
  }
  return inner ?? outer
}

function matched(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

function past(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? -1 : at + mark.length
}

/** The five entities of XML and numbers; undefined for any other, and for an ampersand alone. */
function decoded(text: string): string | undefined {
  if (text.indexOf('&') < 0) return text
  let isBroken = false
  const plain = text.replace(
    /&(?:#x([0-9a-fA-F]{1,6});|#([0-9]{1,7});|([a-z]{2,4});)?/g,
    (_whole, hex, number, name) => {
      const char =
        typeof name === 'string'
          ? entities.get(name)
          : charOf(parseInt(String(hex ?? number), typeof hex === 'string' ? 16 : 10))
      isBroken ||= char === undefined
      return char ?? ''
    },
  )
  return isBroken ? undefined : plain
}

function charOf(code: number): string | undefined {
  const isChar = code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff)
  return isChar && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined
}

const noNamespaces: ReadonlyMap<string, string> = new Map()
const entities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

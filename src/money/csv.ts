// Reads CSV text record by record (RFC 4180; `,` `;` or a tab between fields; BOM; CRLF or LF). It knows no columns' meaning.

export type CsvRecord =
  | { readonly kind: 'record'; readonly line: number; readonly fields: readonly string[] }
  | { readonly kind: 'broken'; readonly line: number; readonly column: number; readonly why: CsvFault }

/** `textAfterQuote`: a closing quote is not the field's end; `openQuote`: it never closes; `tooLong`: more than the line may have. */
export type CsvFault = 'textAfterQuote' | 'openQuote' | 'tooLong'

const BOM = 0xfeff
const QUOTE = '"'
const separators = [',', ';', '\t'] as const
type Separator = (typeof separators)[number]

/** The separator that the first line has most of outside quotes; a comma where it has none. */
export function separatorOf(text: string): Separator {
  const counts = { ',': 0, ';': 0, '\t': 0 }
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === QUOTE) quoted = !quoted
    else if (quoted) continue
    else if (character === '\n' || character === '\r') break
    else if (character in counts) counts[character as Separator]++
  }
  return separators.reduce((most, other) => (counts[other] > counts[most] ? other : most))
}

/**
 * Records with the line they begin in, from 1; empty lines are left out. A broken line is told and reading goes on with the next.
 * @param recordMax characters of a record, quoted line ends included
 */
export function* csvRecords(text: string, recordMax: number): Generator<CsvRecord, void> {
  const separator = separatorOf(text)
  let at = text.charCodeAt(0) === BOM ? 1 : 0
  let line = 1
  let quote = -1
  while (at < text.length) {
    const end = endOfLine(text, at)
    // Looked for again only once it is passed: a search to the end of the text in each line would take its square.
    if (quote < at) quote = nextQuote(text, at)
    // Without a quote the line is the record, which is most of them.
    if (quote >= end) {
      if (end - at > recordMax) yield { kind: 'broken', line, column: recordMax + 1, why: 'tooLong' }
      else if (end > at) yield { kind: 'record', line, fields: text.slice(at, end).split(separator) }
      at = afterLineEnd(text, end)
      line++
      continue
    }
    const read = quotedRecord(text, at, separator, recordMax)
    if (read.kind === 'broken') {
      yield { kind: 'broken', line, column: read.at - at + 1, why: read.why }
      // An open quote would swallow all that follows: the next line is taken as the next record.
      at = afterLineEnd(text, end)
      line++
      continue
    }
    yield { kind: 'record', line, fields: read.fields }
    line += read.lineEnds + 1
    at = afterLineEnd(text, read.end)
  }
}

type QuotedRecord =
  | { readonly kind: 'read'; readonly fields: string[]; readonly end: number; readonly lineEnds: number }
  | { readonly kind: 'broken'; readonly at: number; readonly why: CsvFault }

/** RFC 4180 §2, rules 5 to 7. */
function quotedRecord(text: string, from: number, separator: Separator, recordMax: number): QuotedRecord {
  const fields: string[] = []
  const limit = from + recordMax
  let lineEnds = 0
  let at = from
  for (;;) {
    let field = ''
    if (text[at] === QUOTE) {
      const opened = at++
      for (;;) {
        const close = text.indexOf(QUOTE, at)
        if (close === -1) return { kind: 'broken', at: opened, why: 'openQuote' }
        if (close > limit) return { kind: 'broken', at: opened, why: 'tooLong' }
        field += text.slice(at, close)
        at = close + 1
        if (text[at] !== QUOTE) break
        field += QUOTE
        at++
      }
      for (const character of field) if (character === '\n') lineEnds++
    } else {
      const begin = at
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++
      field = text.slice(begin, at)
    }
    fields.push(field)
    if (at - from > recordMax) return { kind: 'broken', at: limit, why: 'tooLong' }
    if (text[at] === separator) at++
    else if (at >= text.length || text[at] === '\n' || text[at] === '\r')
      return { kind: 'read', fields, end: at, lineEnds }
    else return { kind: 'broken', at, why: 'textAfterQuote' }
  }
}

/** Infinity for none. */
function nextQuote(text: string, from: number): number {
  const at = text.indexOf(QUOTE, from)
  return at === -1 ? Infinity : at
}

/** Where the line that `from` is in ends: CR, LF or the end of the text. */
function endOfLine(text: string, from: number): number {
  const feed = text.indexOf('\n', from)
  const end = feed === -1 ? text.length : feed
  return end > from && text[end - 1] === '\r' ? end - 1 : end
}

function afterLineEnd(text: string, end: number): number {
  if (text[end] === '\r' && text[end + 1] === '\n') return end + 2
  return end + 1
}

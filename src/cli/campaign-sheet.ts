// A campaign's sheet and text as messages: one a line, the text's fields filled in, consecutive lines of one text together. It sends nothing.
import { plainNumber } from '../admin/number-lines.js'
import { contentOf } from '../edges/api/message-submission.js'
import { checkRequest } from '../edges/api/message-request.js'
import type { SheetMistake } from '../money/rate-sheet.js'
import { segmentsOf } from '../money/units.js'
import { nanpAreaOf, type NanpCountry } from '../phone/nanp.js'
import { CommandFailure } from './output.js'
import { BadSheet, isMistake, type Sheet } from './sheet.js'

export interface CampaignRow {
  /** Place in the sheet, from 0, bad lines counted: what requests are named by. */
  readonly row: number
  readonly line: number
  /** E.164 without `+`. */
  readonly to: string
  readonly country: NanpCountry
  readonly text: string
  /** Segments on the air. */
  readonly units: number
  readonly isGsm: boolean
  readonly fields: readonly string[]
}

/** Rows of one text, in their order: what is sent at once. */
export interface CampaignRequest {
  readonly rows: readonly [CampaignRow, ...CampaignRow[]]
  readonly text: string
}

/** Fills in a line's fields; says which one is empty. */
export type Template = (fields: readonly string[]) => { readonly text: string } | { readonly empty: string }

/** The column of the numbers. */
const TO = 'to'

const field = /\{\{|\}\}|\{([^{}]*)\}/g

/** `Hi {name}`; `{{` and `}}` are braces. @throws CommandFailure for a field that is no column, or a brace alone */
export function parseTemplate(text: string, names: readonly string[]): Template {
  const pieces: (string | number)[] = []
  let at = 0
  const fixed = (piece: string): void => {
    if (/[{}]/.test(piece)) throw new CommandFailure('wrongText', 'a brace alone in --text: {{ and }} stand for braces')
    pieces.push(piece)
  }
  for (const match of text.matchAll(field)) {
    fixed(text.slice(at, match.index))
    at = match.index + match[0].length
    const [whole, name] = match
    if (name === undefined) pieces.push(whole.slice(1))
    else {
      const index = names.indexOf(name.trim())
      if (index < 0)
        throw new CommandFailure(
          'wrongText',
          `the text has {${name}}, which is none of the columns ${names.join(', ')}`,
        )
      pieces.push(index)
    }
  }
  fixed(text.slice(at))
  return (fields) => {
    let filled = ''
    for (const piece of pieces) {
      const value = typeof piece === 'number' ? fields[piece]!.trim() : piece
      if (value === '' && typeof piece === 'number') return { empty: names[piece]! }
      filled += value
    }
    return { text: filled }
  }
}

/** @throws BadSheet where no column has the numbers */
function toColumn({ names }: Sheet): number {
  const index = names.indexOf(TO)
  if (index >= 0) return index
  throw new BadSheet('the sheet has no numbers', [
    { line: 1, column: '', value: names.join(', ').slice(0, 80), expected: `a column ${TO}` },
  ])
}

/** Every line as a message, or what is wrong with it. */
export function* campaignRows(sheet: Sheet, template: Template): Generator<CampaignRow | SheetMistake> {
  const index = toColumn(sheet)
  /** Numbers by the line that has them; as numbers they take a third of the memory. */
  const lines = new Map<number, number>()
  let known: Text | undefined
  let row = -1
  for (const found of sheet.lines()) {
    row++
    if (isMistake(found)) {
      yield found
      continue
    }
    const { line, fields } = found
    const given = fields[index]!
    const to = plainNumber(given)
    const country = nanpAreaOf(to)?.country
    const earlier = lines.get(Number(to))
    const filled = template(fields)
    if (country === undefined)
      yield { line, column: TO, value: given, expected: 'a number of the United States or Canada, such as 14155550100' }
    else if (earlier !== undefined)
      yield { line, column: TO, value: given, expected: `a number that line ${earlier} does not have` }
    else if ('empty' in filled)
      yield { line, column: filled.empty, value: '', expected: `something for {${filled.empty}} of the text` }
    else {
      lines.set(Number(to), line)
      if (known?.text !== filled.text) known = measured(filled.text, to)
      if (known.mistake !== undefined) yield { line, column: '', value: filled.text, expected: known.mistake }
      else yield { row, line, to, country, fields, ...known }
    }
  }
}

interface Text {
  readonly text: string
  readonly units: number
  readonly isGsm: boolean
  readonly mistake?: string
}

/** By the API's own rules. */
function measured(text: string, to: string): Text {
  const checked = checkRequest({ src: '1', dst: to, text })
  if (checked.kind === 'mistake') return { text, units: 0, isGsm: true, mistake: `another text: ${checked.error}` }
  const content = contentOf(text)
  return { text, units: segmentsOf(content), isGsm: content.dataCoding === GSM }
}

const GSM = contentOf('').dataCoding

/** Bad lines are passed over. @param atOnce destinations of one request */
export function* campaignRequests(
  rows: Iterable<CampaignRow | SheetMistake>,
  atOnce: number,
): Generator<CampaignRequest> {
  let open: [CampaignRow, ...CampaignRow[]] | undefined
  for (const row of rows) {
    if (isMistake(row)) continue
    if (open !== undefined && open.length < atOnce && open[0].text === row.text) open.push(row)
    else {
      if (open !== undefined) yield { rows: open, text: open[0].text }
      open = [row]
    }
  }
  if (open !== undefined) yield { rows: open, text: open[0].text }
}

/** Of the row after the request: where the next one begins at the earliest. */
export function endOf({ rows }: CampaignRequest): number {
  return rows[rows.length - 1]!.row + 1
}

/** What a campaign is made of. */
export interface Totals {
  readonly messages: number
  readonly segments: number
  readonly gsm: number
  readonly ucs2: number
  readonly requests: number
  readonly byCountry: Readonly<Record<NanpCountry, number>>
  /** Messages and segments by the digits that prices are asked for, with one number of each. */
  readonly byArea: ReadonlyMap<string, Area>
  readonly mistakes: readonly SheetMistake[]
}

export interface Area {
  readonly to: string
  segments: number
}

const AREA_DIGITS = 4

export function totalsOf(rows: Iterable<CampaignRow | SheetMistake>, atOnce: number): Totals {
  const mistakes: SheetMistake[] = []
  const byCountry = { US: 0, CA: 0 }
  const byArea = new Map<string, Area>()
  const sum = { messages: 0, segments: 0, gsm: 0, ucs2: 0, requests: 0 }
  const counted = function* (): Generator<CampaignRow> {
    for (const row of rows) {
      if (isMistake(row)) {
        mistakes.push(row)
        continue
      }
      sum.messages++
      sum.segments += row.units
      sum[row.isGsm ? 'gsm' : 'ucs2']++
      byCountry[row.country]++
      const digits = row.to.slice(0, AREA_DIGITS)
      const area = byArea.get(digits)
      if (area === undefined) byArea.set(digits, { to: row.to, segments: row.units })
      else area.segments += row.units
      yield row
    }
  }
  for (const request of campaignRequests(counted(), atOnce)) sum.requests += Math.sign(request.rows.length)
  return { ...sum, byCountry, byArea, mistakes }
}

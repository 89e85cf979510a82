// `smswitch segments TEXT`: how a text would leave, what forced UCS-2, what would save segments. It sends nothing.
import { nationalLanguages, type NationalLanguage } from '../text/alphabet.js'
import { USER_DATA_OCTETS, type Cutting } from '../text/cut.js'
import { chooseForm, type ChosenForm, type FormOptions } from '../text/encode.js'
import { hasAll, plainForm, type TextForm } from '../text/form.js'
import { segmentText, userDataOctets, type Segment } from '../text/segment.js'
import { transliterate } from '../text/transliterate.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, textTable, type Output } from './output.js'

const options = {
  cutting: {
    kind: 'text',
    words: ['udh8', 'udh16', 'sar'],
    doc: 'how long messages are cut; udh8 if not said',
  },
  national: {
    kind: 'texts',
    value: 'LANGUAGE',
    doc: 'use the national tables of this language where they save segments; may be repeated',
  },
} as const satisfies CommandSpec['options']

/** Prints what becomes of one text; exit code 0. */
export const segmentsCommand = {
  name: 'segments',
  summary: 'Shows the alphabet, the segments, what forced UCS-2, and what would save segments.',
  options,
  arguments: ['TEXT'],
  async run(values: OptionValues<typeof options>, output: Output, args: readonly string[]): Promise<number> {
    const report = segmentsReport(args[0] ?? '', (values.cutting ?? 'udh8') as Cutting, values.national.map(languageId))
    output.print(printed(report), report)
    return exitCodes.done
  },
}

export interface SegmentsReport {
  readonly alphabet: string
  readonly lockingShift?: string
  readonly singleShift?: string
  readonly segments: readonly {
    /** Characters as a person sees them are not told apart: UTF-16 units. */
    readonly text: string
    readonly octets: number
    readonly ofOctets: number
  }[]
  /** What GSM 7 bit lacks, each character once, with where it stands. */
  readonly forcedUcs2: readonly {
    readonly character: string
    readonly code: string
    readonly positions: readonly number[]
  }[]
  readonly transliterated?: {
    readonly text: string
    readonly segments: number
    readonly replacements: readonly { readonly position: number; readonly from: string; readonly to: string }[]
  }
  /** The best of all languages, where it saves segments. */
  readonly national?: { readonly lockingShift?: string; readonly singleShift?: string; readonly segments: number }
}

/** @throws CommandFailure when the text makes more than 255 segments */
export function segmentsReport(text: string, cutting: Cutting, languages: readonly number[]): SegmentsReport {
  const form = chosen(text, { alphabets: ['gsm7', 'ucs2'], cutting, languages })
  const segmented = segmentText(text, form.form, { cutting, reference: 0 })
  if (segmented.kind !== 'segments')
    throw new CommandFailure('tooManySegments', 'the text makes more than 255 segments')
  const pieces = texts(text, segmented.segments, form.form)
  const national = chosen(text, { alphabets: ['gsm7', 'ucs2'], cutting, languages: Object.values(nationalLanguages) })
  const fitted = transliterate(text)
  const fittedForm = chosen(fitted.text, { alphabets: ['gsm7', 'ucs2'], cutting })
  return {
    alphabet: form.form.alphabet === 'gsm7' ? 'GSM 7 bit' : 'UCS-2',
    ...named(form.form),
    segments: segmented.segments.map(({ octets, udhi }, i) => ({
      text: pieces[i] ?? '',
      octets: userDataOctets(octets, udhi, form.form, cutting === 'sar' && segmented.segments.length > 1),
      ofOctets: USER_DATA_OCTETS,
    })),
    forcedUcs2: lacking(text),
    ...(fitted.replacements.length > 0 &&
      fittedForm.segments < form.segments && {
        transliterated: { text: fitted.text, segments: fittedForm.segments, replacements: fitted.replacements },
      }),
    ...(national.segments < form.segments && {
      national: { ...named(national.form), segments: national.segments },
    }),
  }
}

function chosen(text: string, form: FormOptions): ChosenForm {
  const found = chooseForm(text, form)
  // UCS-2 has every character.
  if (found.kind !== 'form') throw new Error(`no alphabet for ${found.character}`)
  return found
}

/** The text of each segment, by the octets after its header. */
function texts(text: string, segments: readonly Segment[], form: TextForm): readonly string[] {
  const ends = cutEnds(segments, form)
  return segments.map((_, i) => text.slice(ends[i - 1] ?? 0, ends[i]))
}

function cutEnds(segments: readonly Segment[], form: TextForm): readonly number[] {
  let at = 0
  return segments.map(({ octets, udhi }) => {
    const data = octets.subarray(udhi ? (octets[0] ?? 0) + 1 : 0)
    // An escape is no character by itself.
    at += form.alphabet === 'gsm7' ? data.filter((septet) => septet !== 0x1b).length : data.length / 2
    return at
  })
}

function lacking(text: string): SegmentsReport['forcedUcs2'] {
  const positions = new Map<string, number[]>()
  let at = 0
  for (const character of text) {
    if (!hasAll(character, plainForm('gsm7'))) {
      const known = positions.get(character)
      if (known === undefined) positions.set(character, [at])
      else known.push(at)
    }
    at += character.length
  }
  return [...positions].map(([character, found]) => ({ character, code: codeName(character), positions: found }))
}

function codeName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function named({ shifts }: TextForm): { lockingShift?: string; singleShift?: string } {
  return {
    ...(shifts.locking !== 0 && { lockingShift: languageName(shifts.locking) }),
    ...(shifts.single !== 0 && { singleShift: languageName(shifts.single) }),
  }
}

function languageName(id: number): string {
  return Object.entries(nationalLanguages).find(([, known]) => known === id)?.[0] ?? String(id)
}

function languageId(name: string): number {
  if (Object.hasOwn(nationalLanguages, name)) return nationalLanguages[name as NationalLanguage]
  const names = Object.keys(nationalLanguages).join(', ')
  throw new CommandFailure('wrongUsage', `option --national expects one of ${names}, not "${name}"`)
}

const POSITIONS_SHOWN = 5

function printed(report: SegmentsReport): string {
  const { segments, forcedUcs2, transliterated, national } = report
  const lines = [
    `${report.alphabet}${tables(report)}, ${segments.length} segment(s)`,
    '',
    textTable(
      ['segment', 'octets', 'units', 'text'],
      segments.map(({ text, octets, ofOctets }, i) => [
        i + 1,
        `${octets}/${ofOctets}`,
        text.length,
        JSON.stringify(text),
      ]),
    ),
  ]
  if (forcedUcs2.length > 0) {
    const rows = forcedUcs2.map(({ character, code, positions }) => [JSON.stringify(character), code, shown(positions)])
    lines.push('', 'not in GSM 7 bit:', textTable(['character', 'code', 'positions'], rows))
  }
  if (transliterated !== undefined) {
    const changes = transliterated.replacements.map(({ from, to }) => `${JSON.stringify(from)} → ${JSON.stringify(to)}`)
    lines.push('', `transliteration: ${transliterated.segments} segment(s); ${[...new Set(changes)].join(', ')}`)
  }
  if (national !== undefined) lines.push('', `national tables: ${national.segments} segment(s)${tables(national)}`)
  return lines.join('\n')
}

function tables({ lockingShift, singleShift }: { lockingShift?: string; singleShift?: string }): string {
  const locking = lockingShift === undefined ? '' : `, locking shift ${lockingShift}`
  return `${locking}${singleShift === undefined ? '' : `, single shift ${singleShift}`}`
}

function shown(positions: readonly number[]): string {
  const first = positions.slice(0, POSITIONS_SHOWN).join(', ')
  return positions.length > POSITIONS_SHOWN ? `${first}, … (${positions.length})` : first
}

import { describe, expect, it } from 'vitest'
import { createOutput } from './output.js'
import { segmentsCommand, segmentsReport } from './segments.js'

async function run(
  text: string,
  values: { cutting?: string; national?: string[] } = {},
  json = false,
): Promise<string> {
  let out = ''
  const sink = { write: (some: string) => (out += some) }
  const output = createOutput({ json, out: sink, err: sink })
  expect(await segmentsCommand.run({ cutting: undefined, national: [], ...values }, output, [text])).toBe(0)
  return out
}

describe('smswitch segments', () => {
  it('shows alphabet and segments', async () => {
    expect(await run('Hello')).toBe(
      'GSM 7 bit, 1 segment(s)\n\nsegment  octets  units  text\n1        5/140   5      "Hello"\n',
    )
  })

  it('shows what forced UCS-2, and what would save segments', async () => {
    const text = 'İyi günler – '.repeat(8)
    const shown = await run(text)
    expect(shown).toContain('UCS-2, 2 segment(s)')
    expect(shown).toContain('"İ"        U+0130  0, 13, 26, 39, 52, … (8)')
    expect(shown).toContain('transliteration: 1 segment(s); "İ" → "I", "–" → "-"')
    expect(await run('İyi günler '.repeat(8))).toContain('national tables: 1 segment(s), single shift turkish')
  })

  it('prints the same for programs', async () => {
    const printed: unknown = JSON.parse(await run('“x” '.repeat(20), {}, true))
    expect(printed).toEqual(segmentsReport('“x” '.repeat(20), 'udh8', []))
    expect(printed).toMatchObject({
      alphabet: 'UCS-2',
      segments: [{ octets: 140 }, { octets: 32 }],
      forcedUcs2: [{ character: '“', code: 'U+201C' }, { character: '”' }],
      transliterated: { segments: 1 },
    })
  })

  it('gives the text of each segment', () => {
    for (const text of ['a€'.repeat(200), 'я😀'.repeat(100), 'ş'.repeat(200)]) {
      for (const cutting of ['udh8', 'udh16', 'sar'] as const) {
        for (const languages of [[], [1]]) {
          const { segments } = segmentsReport(text, cutting, languages)
          expect(segments.map((segment) => segment.text).join('')).toBe(text)
          for (const { octets } of segments) expect(octets).toBeLessThanOrEqual(140)
        }
      }
    }
  })

  it('uses the tables of a language, and refuses one it does not know', async () => {
    expect(await run('ş'.repeat(200), { national: ['turkish'] })).toContain(
      'GSM 7 bit, locking shift turkish, 2 segment(s)',
    )
    await expect(run('x', { national: ['klingon'] })).rejects.toThrow('option --national expects one of turkish, ')
  })

  it('says when a text is too long', async () => {
    await expect(run('a'.repeat(40_000))).rejects.toThrow('more than 255 segments')
  })
})

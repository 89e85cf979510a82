import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countSeptets } from './gsm7.js'
import { transliterate } from './transliterate.js'
import { transliterations } from './transliterations.js'

describe('transliteration', () => {
  it.each([
    ['“Hello” – ‘you’…', '"Hello" - \'you\'...'],
    ['naïve façade', 'naive facade'],
    ['Zażółć gęślą jaźń', 'Zazolc gesla jazn'],
    ['Đà Nẵng, Tiếng Việt', 'Dà Nang, Tieng Viet'],
    ['a\u00a0b\u2003c\td', 'a b c d'],
    ['zero\u200bwidth soft\u00adhyphen', 'zerowidth softhyphen'],
    ['Ｆｕｌｌ　ｗｉｄｔｈ！', 'Full width!'],
    ['œuvre Þór ﬁn', 'oeuvre Thór fin'.replace('ó', 'o')],
    ['• 5 × 3 − 2', '* 5 x 3 - 2'],
    ['«oui»', '"oui"'],
    // A letter and its mark apart: composed where GSM 7 bit has that.
    ['e\u0301 c\u0327 l\u0301 ł\u0301', 'é Ç l l'.replace('Ç', 'c')],
  ])('of %j is %j', (text, wanted) => {
    const made = transliterate(text)
    expect(made.text).toBe(wanted)
    expect(made.complete).toBe(true)
    expect(made.replacements.length).toBeGreaterThan(0)
  })

  it('leaves what GSM 7 bit has', () => {
    const text = 'ÄÖÑÜ§¿äöñüàéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ€{}[]~|^\\\r\n'
    expect(transliterate(text)).toEqual({ text, replacements: [], complete: true })
  })

  it.each(['привет', 'ά', '你好', '👍', '½', '10²', '20°', '→', '₺', 'שָׁלוֹם', 'नमस्ते', 'e\u0301\u4e2d'])(
    'changes no other script and no meaning: %s',
    (text) => {
      const made = transliterate(text)
      expect(made.complete).toBe(false)
      for (const { from } of made.replacements) expect(from).toBe('e\u0301')
    },
  )

  it('tells each replacement with its place in the text as it was', () => {
    expect(transliterate('a “b” ﬁ')).toEqual({
      text: 'a "b" fi',
      replacements: [
        { position: 2, from: '“', to: '"' },
        { position: 4, from: '”', to: '"' },
        { position: 6, from: 'ﬁ', to: 'fi' },
      ],
      complete: true,
    })
  })

  it('of any text is undone by its replacements', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        const { text: made, replacements, complete } = transliterate(text)
        expect(countSeptets(made) >= 0).toBe(complete)
        let undone = ''
        let at = 0
        let from = 0
        for (const change of replacements) {
          const kept = change.position - from
          undone += made.slice(at, at + kept) + change.from
          at += kept + change.to.length
          from = change.position + change.from.length
        }
        expect(undone + made.slice(at)).toBe(text)
      }),
    )
  })

  it('only has replacements that GSM 7 bit has, for what it has not', () => {
    for (const [from, to] of transliterations) {
      expect(countSeptets(from)).toBeLessThan(0)
      expect(countSeptets(to)).toBeGreaterThanOrEqual(0)
    }
  })
})

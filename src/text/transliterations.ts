// What may stand for a character that GSM 7 bit lacks without changing what is said. Data only; transliterate.ts reads it.
// Left out on purpose: what would say something else (fractions and raised digits: 1½, 10², degrees, arrows, currency signs)
// and all letters of other scripts.

/** Replacements by character; letters with accents are found by their decomposition instead. */
export const transliterations: ReadonlyMap<string, string> = new Map([
  // Quotation marks and primes.
  ...pairs("'", '\u2018\u2019\u201a\u201b\u2032\u2035\u0060\u00b4\u02b9\u02bb\u02bc\u02c8\u2039\u203a'),
  ...pairs('"', '\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\u02ba\u275d\u275e\u301d\u301e'),
  // Hyphens, dashes, minus; the soft hyphen is invisible where nothing is broken.
  ...pairs('-', '\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63'),
  // Spaces of all widths.
  ...pairs(
    ' ',
    '\u0009\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000',
  ),
  ...pairs('\n', '\u000b\u0085\u2028\u2029'),
  ...pairs('', '\u00ad\u200b\u2060\ufeff'),
  ...pairs('.', '\u2024'),
  ...pairs('..', '\u2025'),
  ...pairs('...', '\u2026'),
  ...pairs('*', '\u2022\u2023\u2219\u25cf\u2217'),
  ...pairs('/', '\u2044\u2215'),
  ...pairs(':', '\u2236'),
  ...pairs('~', '\u02dc\u223c'),
  ...pairs('!!', '\u203c'),
  ...pairs('|', '\u00a6'),
  ...pairs('x', '\u00d7'),
  ...pairs('(c)', '\u00a9'),
  ...pairs('(R)', '\u00ae'),
  ...pairs('(TM)', '\u2122'),
  ...pairs('No', '\u2116'),
  // Latin letters that no decomposition takes apart.
  ...pairs('l', '\u0142'),
  ...pairs('L', '\u0141'),
  ...pairs('d', '\u0111'),
  ...pairs('D', '\u0110'),
  ...pairs('h', '\u0127'),
  ...pairs('H', '\u0126'),
  ...pairs('i', '\u0131'),
  ...pairs('t', '\u0167'),
  ...pairs('T', '\u0166'),
  ...pairs('oe', '\u0153'),
  ...pairs('OE', '\u0152'),
  ...pairs('ij', '\u0133'),
  ...pairs('IJ', '\u0132'),
  ...pairs('th', '\u00fe'),
  ...pairs('Th', '\u00de'),
  ...pairs('d', '\u00f0'),
  ...pairs('D', '\u00d0'),
  ...pairs('SS', '\u1e9e'),
  ...pairs("'n", '\u0149'),
  ...pairs('ff', '\ufb00'),
  ...pairs('fi', '\ufb01'),
  ...pairs('fl', '\ufb02'),
  ...pairs('ffi', '\ufb03'),
  ...pairs('ffl', '\ufb04'),
  ...pairs('st', '\ufb05\ufb06'),
])

function pairs(to: string, from: string): readonly (readonly [string, string])[] {
  return Array.from(from, (character) => [character, to] as const)
}

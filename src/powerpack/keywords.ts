// Words that a phone sends to be left alone, to be written to again, or to ask what this is.

/** '' for anything else. */
export type MessageIntent = 'optout' | 'optin' | 'help' | ''

/** Words for each intent, in capitals, one space between words. */
export interface Keywords {
  readonly optout: readonly string[]
  readonly optin: readonly string[]
  readonly help: readonly string[]
}

/** Those of the field, and those that the law of the United States names (47 CFR 64.1200(a)(10)). */
export const usualKeywords: Keywords = {
  optout: [
    'STOP',
    'STOP ALL',
    'STOPALL',
    'END',
    'QUIT',
    'CANCEL',
    'UNSUB',
    'UNSUBSCRIBE',
    'REVOKE',
    'OPT OUT',
    'OPTOUT',
  ],
  optin: ['START', 'UNSTOP', 'YES', 'RESUME', 'GO'],
  help: ['HELP', 'INFO'],
}

/** Longer than any keyword with room around it. */
const TEXT_MAX = 64

/** What a text means: one keyword and nothing else counts, in any case, with space around it. */
export function intentOf(text: string, keywords: Keywords = usualKeywords): MessageIntent {
  if (text.length > TEXT_MAX) return ''
  const said = text.trim().replace(/\s+/g, ' ').toUpperCase()
  if (said === '') return ''
  if (keywords.optout.includes(said)) return 'optout'
  if (keywords.optin.includes(said)) return 'optin'
  return keywords.help.includes(said) ? 'help' : ''
}

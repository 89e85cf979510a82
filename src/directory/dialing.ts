// Written number translation rules of rows → translators, one for all rows that say the same.

import { compileTranslator, type TranslationDirection, type Translator } from '../phone/translator.js'
import { dialingFields, type DialingField, type DialingRow } from './dialing-columns.js'

/** How a peer writes numbers; a field is undefined where they are taken and left as they are. */
export type Dialing = Readonly<Record<DialingField, Translator | undefined>>
export type DialingOf = (...rows: readonly (DialingRow | undefined)[]) => Dialing

/** In is from the peer to E.164. */
export function directionOf(field: DialingField): TranslationDirection {
  return field.endsWith('In') ? 'in' : 'out'
}

/** For one directory. Of several rows the first that says something about a field counts. */
export function createDialing(): DialingOf {
  const made = new Map<string, Translator>()
  const dialings = new Map<string, Dialing>()
  return (...rows) => {
    const rules = dialingFields.map((field) => rows.find((row) => row?.[field] !== undefined)?.[field] ?? null)
    const meaning = JSON.stringify(rules)
    let dialing = dialings.get(meaning)
    if (dialing === undefined) {
      const translators = dialingFields.map((field, index) => {
        const source = rules[index]
        if (source === undefined || source === null || source.length === 0) return undefined
        const direction = directionOf(field)
        const key = JSON.stringify([direction, source])
        let translator = made.get(key)
        if (translator === undefined) {
          const compiled = compileTranslator(source, direction)
          if (compiled.kind === 'mistakes') throw new RangeError(`rules with mistakes: ${JSON.stringify(source)}`)
          made.set(key, (translator = compiled.translator))
        }
        return translator
      })
      const [calledIn, callingIn, calledOut, callingOut] = translators
      dialings.set(meaning, (dialing = Object.freeze({ calledIn, callingIn, calledOut, callingOut })))
    }
    return dialing
  }
}

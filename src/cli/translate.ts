// `smswitch translate --rule RULE NUMBER`: what number translation rules make of a number, step by step. It sends nothing.
import { addressOf } from '../message/address.js'
import { placeOf, isE164Shape } from '../phone/e164.js'
import { describeRuleMistake, type RuleMistake } from '../phone/rule.js'
import { compileTranslator, traceTranslation, type TranslationDirection, type Translator } from '../phone/translator.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, textTable, type Output } from './output.js'

const options = {
  rule: {
    kind: 'texts',
    value: 'RULE',
    doc: "such as 's/^0/44/', 'strip 3', 'add 100' or 'dialing national=0 countryCode=44'; may be repeated",
  },
  direction: {
    kind: 'text',
    words: ['in', 'out'],
    doc: 'in: from what a peer writes to E.164, out: from E.164 to what a peer wants; in if not said',
  },
} as const satisfies CommandSpec['options']

/** Prints each step and the result; exit code 0. */
export const translateCommand = {
  name: 'translate',
  summary: 'Shows what number translation rules make of a number, step by step.',
  options,
  arguments: ['NUMBER'],
  async run(values: OptionValues<typeof options>, output: Output, args: readonly string[]): Promise<number> {
    const direction = (values.direction ?? 'in') as TranslationDirection
    const report = translationReport(args[0] ?? '', values.rule, direction)
    output.print(printed(report), report)
    return exitCodes.done
  },
}

export interface TranslationReport {
  readonly number: string
  readonly steps: readonly {
    /** From 1, in the order written; `plus` for the leading `+` that says the number is E.164. */
    readonly rule: number | 'plus'
    readonly text: string
    readonly before: string
    readonly after: string
    readonly tooLong?: true
  }[]
  /** Whether the result is shaped like E.164, and then whose it is. */
  readonly isE164: boolean
  readonly callingCode?: string
  readonly country?: string
}

/** @throws CommandFailure with all mistakes in the rules */
export function translationReport(
  number: string,
  rules: readonly string[],
  direction: TranslationDirection,
): TranslationReport {
  const translator = compiled(rules, direction)
  const translation = traceTranslation(translator, number)
  // Inside no number has a +, whoever makes it.
  const result = direction === 'in' ? addressOf(0, 0, translation.number).value : translation.number
  const isE164 = isE164Shape(result)
  return {
    number: result,
    steps: translation.steps.map(({ rule, ...step }) =>
      rule === 'plus'
        ? { rule, text: 'a leading + says E.164: no rule applies', ...step }
        : { rule: rule + 1, text: translator.texts[rule] ?? '', ...step },
    ),
    isE164,
    ...(isE164 && placeOf(result)),
  }
}

function compiled(rules: readonly string[], direction: TranslationDirection): Translator {
  if (rules.length === 0) throw new CommandFailure('wrongUsage', "option --rule RULE is missing, such as 's/^0/44/'")
  const result = compileTranslator(rules, direction)
  if (result.kind === 'translator') return result.translator
  throw new RulesWrong(result.mistakes)
}

/** The mistakes are kept for programs. */
class RulesWrong extends CommandFailure {
  readonly mistakes: readonly RuleMistake[]

  constructor(mistakes: readonly RuleMistake[]) {
    super('invalidRules', mistakes.map(describeRuleMistake).join('\n'))
    this.mistakes = mistakes
  }
}

function printed({ number, steps, isE164, country, callingCode }: TranslationReport): string {
  const place = callingCode === undefined ? 'no known calling code' : `${country ?? ''}, calling code ${callingCode}`
  const result = `${number === '' ? '(empty)' : number}  (${isE164 ? `E.164, ${place}` : 'not shaped like E.164'})`
  if (steps.length === 0) return `no rule matches\n\n${result}`
  const rows = steps.map(({ rule, before, after, text, tooLong }) => [
    rule === 'plus' ? '+' : rule,
    before,
    tooLong === true ? 'too long, left out' : after,
    text,
  ])
  return `${textTable(['rule', 'before', 'after', 'what'], rows)}\n\n${result}`
}

// Answers in the store of the switch: rows of text, read with care, since another version may have written them.

import type { AnswersStore } from '../store/contracts/answers.js'
import { ANSWER_KEY_MAX } from '../store/contracts/answers.js'
import { networkOfCodes, parseJson } from './json-answer.js'
import type { LookupAnswer } from './provider.js'
import type { LookupStore } from './stored-answers.js'

/** The longest number that is asked for. */
const NUMBER_MAX = 15

/**
 * @param list whose answers these are: another list of providers may say something else of a number
 * @returns undefined for a list whose name is too long for a key
 */
export function keptAnswers(answers: AnswersStore, list: string): LookupStore | undefined {
  const prefix = `hlr ${list} `
  if (prefix.length + NUMBER_MAX > ANSWER_KEY_MAX) return undefined
  return {
    async read(numbers) {
      const rows = await answers.read(numbers.map((number) => prefix + number))
      return rows.map((row, i) => {
        const answer = row && readAnswer(row.text)
        return row && answer && { number: numbers[i]!, answer, expiresAtMs: row.expiresAtMs }
      })
    },
    write: (rows) =>
      answers.write(
        rows.map(({ number, answer, expiresAtMs }) => ({
          key: prefix + number,
          text: JSON.stringify(answer),
          expiresAtMs,
        })),
      ),
  }
}

/** Undefined for what no version of ours means by an answer. */
function readAnswer(text: string): LookupAnswer | undefined {
  const fields = parseJson(text) as Readonly<Record<string, unknown>> | undefined
  if (fields?.['kind'] === 'unknown')
    return { kind: 'unknown', text: typeof fields['text'] === 'string' ? fields['text'] : '' }
  if (fields?.['kind'] !== 'network') return undefined
  const codes = fields['network'] as Readonly<Record<string, unknown>> | null | undefined
  const network = networkOfCodes(codes?.['mcc'], codes?.['mnc'])
  if (network === undefined || network === 'none') return undefined
  return {
    kind: 'network',
    network,
    ported: flag(fields['ported']),
    roaming: flag(fields['roaming']),
    reachable: flag(fields['reachable']),
  }
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

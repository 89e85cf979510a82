// The tables that docs are compared with, made from the catalogues in code. Read by the tests and by `npm run docs`.
import { defaultYaml, settingsTable } from '../../src/config/catalogue.js'
import { statusNameByReason } from '../../src/edges/esme/statuses.js'
import { meaningOfStatus } from '../../src/edges/sip/outcomes.js'
import { answerOfStatus } from '../../src/edges/sip/peer-answers.js'
import { sipStatusByReason } from '../../src/edges/sip/statuses.js'
import { moStatusNameByReason } from '../../src/edges/vendor/mo-statuses.js'
import { failureReasons, type FailureReason } from '../../src/message/failure.js'
import { eventCatalogue } from '../../src/telemetry/event-catalogue.js'
import { counterCatalogue, gaugeCatalogue, histogramCatalogue } from '../../src/telemetry/metric-catalogue.js'

/** A file that holds derived text: all of it, or tables between `<!-- name:begin -->` and `<!-- name:end -->`. */
export interface CatalogueFile {
  readonly file: string
  readonly whole?: string
  readonly tables?: Readonly<Record<string, string>>
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ')

function metricsTable(): string {
  const all = [
    ...Object.values(counterCatalogue),
    ...Object.values(gaugeCatalogue),
    ...Object.values(histogramCatalogue),
  ]
  return table(
    ['metric', 'kind', 'labels', 'meaning'],
    all.map((spec) => [code([spec.name]), spec.kind, code(spec.labels), spec.help]),
  )
}

function eventsTable(): string {
  return table(
    ['event', 'level', 'message', 'fields'],
    Object.entries(eventCatalogue).map(([name, spec]) => [
      code([name]),
      spec.level,
      spec.message,
      code(Object.keys(spec.fields)),
    ]),
  )
}

function failuresTable(): string {
  return table(
    ['reason', 'worth a retry', 'to an ESME', 'to a SIP user', 'to a vendor', 'what the sender is told'],
    Object.entries(failureReasons).map(([reason, row]) => [
      code([reason]),
      row.retryable ? 'yes' : 'no',
      code([statusNameByReason[reason as FailureReason]]),
      code([String(sipStatusByReason[reason as FailureReason])]),
      code([moStatusNameByReason[reason as FailureReason]]),
      row.publicText,
    ]),
  )
}

const phoneAnswers: Readonly<Record<string, string>> = {
  delivered: 'the phone has it: charged, and the sender is told DELIVERED',
  offline: 'nobody is there: it waits for the next registration, or as long as `Retry-After` says, and no try is spent',
  again: 'it is tried again later, as often as `receipts.maxTries` says',
  REJECTED: 'whoever is there does not want it: given back, and the sender is told REJECTED',
  UNDELIVERABLE: 'it cannot get there: given back, and the sender is told UNDELIVERABLE',
  split: 'it is sent in smaller pieces',
  challenged: 'phones are sent no password: given back, and the sender is told UNDELIVERABLE',
}

const phoneAnswer = (status: number): string => {
  const meaning = meaningOfStatus(status)
  return meaning.kind === 'over' ? meaning.state : meaning.kind
}

/** Classes of statuses, and each status that differs from its class. */
function answersTable(
  who: string,
  answerTo: (status: number) => string,
  meanings: Readonly<Record<string, string>>,
): string {
  const answers = new Map<string, string[]>(Object.keys(meanings).map((kind) => [kind, []]))
  for (const digit of [2, 3, 4, 5, 6]) {
    // No registry has the last of a class.
    const usual = answerTo(digit * 100 + 99)
    answers.get(usual)?.push(`${digit}xx`)
    for (let status = digit * 100; status < digit * 100 + 99; status++)
      if (answerTo(status) !== usual) answers.get(answerTo(status))?.push(String(status))
  }
  return table(
    [`${who} answers`, 'the message'],
    [...answers].map(([kind, list]) => [code(list), meanings[kind] ?? '']),
  )
}

const peerAnswers: Readonly<Record<string, string>> = {
  taken: 'the peer has it: charged, and the sender is told DELIVERED',
  busy: 'the next server of the peer gets it; else it is sent again as after any failure, or with `onThrottle: pauseLane` no try is spent. The server is left alone as long as `Retry-After` says (an hour at most), without one for `vendor.throttlePauseMs`',
  temporary:
    'it is sent again by `resend`, with `failover: next` over another connection; not before `Retry-After` says',
  REJECTED: 'given back, and the sender is told REJECTED',
  UNDELIVERABLE: 'given back, and the sender is told UNDELIVERABLE; so it is with `permanentCodes`',
  split: 'it is sent in smaller pieces, and so is what follows, for an hour',
  challenged: 'it is sent again with the password; without one, or with a wrong one, it counts as a failure for now',
}

const peerAnswer = (status: number): string => {
  const answer = answerOfStatus(status, new Set())
  return answer.kind === 'permanent' ? answer.state : answer.kind
}

/** Every file with derived text. */
export const catalogueFiles: readonly CatalogueFile[] = [
  { file: 'config/default.yaml', whole: defaultYaml() },
  { file: 'docs/settings.md', tables: { settings: settingsTable() } },
  { file: 'docs/metrics.md', tables: { metrics: metricsTable(), events: eventsTable() } },
  { file: 'docs/errors.md', tables: { failures: failuresTable() } },
  {
    file: 'docs/sip.md',
    tables: {
      phones: answersTable('a phone', phoneAnswer, phoneAnswers),
      peers: answersTable('a peer', peerAnswer, peerAnswers),
    },
  },
]

/** The text between the markers of `name`; throws when they are missing. */
export function tableIn(text: string, name: string): string {
  const [, after] = splitOnce(text, `<!-- ${name}:begin -->\n`)
  return splitOnce(after, `\n<!-- ${name}:end -->`)[0].trim()
}

/** `text` with what is between the markers of `name` replaced. */
export function withTable(text: string, name: string, content: string): string {
  const begin = `<!-- ${name}:begin -->\n`
  const end = `\n<!-- ${name}:end -->`
  const [before, after] = splitOnce(text, begin)
  return `${before}${begin}\n${content}\n${end}${splitOnce(after, end)[1]}`
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  if (at === -1) throw new Error(`the marker ${separator.trim()} is missing`)
  return [text.slice(0, at), text.slice(at + separator.length)]
}

// Counts the PDUs of every SMPP session, whichever edge it belongs to.

import { answerTo, commandNames, type Command } from '../smpp/index.js'
import type { Metrics } from '../telemetry/metrics.js'

const responses: ReadonlySet<Command> = new Set(
  commandNames.flatMap((command) => {
    const answer = answerTo(command)
    return answer === null ? [] : [answer]
  }),
)

/** On the hot path. A request has no status worth a label. */
export function countPdu(metrics: Metrics, direction: 'in' | 'out', command: Command, commandStatus: number): void {
  metrics.pdus.count(direction === 'in' ? 'ingress' : 'egress', command, responses.has(command) ? commandStatus : '')
}

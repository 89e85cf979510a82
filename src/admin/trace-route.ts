// GET /v1/messages/ID/trace: which limit holds or held up one message, and how long. It changes nothing.
import type { FastifyInstance } from 'fastify'
import { described, refuse, storeFailure } from './answers.js'
import type { MessageTrace, TraceFound, TraceLane, TraceLimit, TracePorts, TraceStep } from './trace-ports.js'
import { TraceAnswer, TraceParams } from './trace-schemas.js'

export function addTraceRoute(api: FastifyInstance, ports: TracePorts, wallMs: () => number): void {
  // A search may look through very many rows: one at a time.
  let isBusy = false
  api.get<{ Params: { readonly id: string } }>(
    '/v1/messages/:id/trace',
    {
      config: { scope: 'directory:read' },
      schema: {
        ...described('messages', 'traceMessage', 'Which limit holds or held up a message, and how long.', TraceAnswer),
        params: TraceParams,
      },
    },
    async ({ params }, reply) => {
      const id = ports.idOf(params.id)
      if (id === undefined) return refuse(reply, 404, 'notFound', `${params.id} is no id of a message of this switch`)
      if (isBusy) {
        void reply.header('retry-after', 1)
        return refuse(reply, 503, 'busy', 'another message is being looked for: ask again in a second')
      }
      isBusy = true
      try {
        const found = await ports.trace(id).catch(storeFailure)
        if (found.kind === 'storeFailed')
          return refuse(reply, 503, 'storeFailed', `the queue could not be read: ${found.why}`)
        if (found.kind === 'unknown') return refuse(reply, 404, 'notFound', unknownText(params.id, found, ports))
        return reply.send(traceAnswer(found.trace, wallMs()))
      } finally {
        isBusy = false
      }
    },
  )
}

function unknownText(asked: string, found: Extract<TraceFound, { kind: 'unknown' }>, { bounds }: TracePorts): string {
  const { messages, maxAgeMs, sinceWallMs } = bounds
  const { sought, isAll } = found
  const where = isAll ? 'it does not wait' : `it is not among the first ${sought} rows of the queue (trace.searchRows)`
  const remembered =
    messages === 0
      ? 'nothing is remembered of messages that went on (trace.messages)'
      : `of those that went on only what a limit held is remembered, the last ${messages} (trace.messages) for ${maxAgeMs / 1000} s (trace.maxAgeMs), since the start at ${moment(sinceWallMs)}`
  return `nothing is known of the message ${asked}: ${where}, and ${remembered}`
}

const moment = (wallMs: number): string => new Date(wallMs).toISOString()
const whole = (ms: number): number => Math.ceil(ms)

export function traceAnswer(
  { message, state, waiting, steps, dropped, end }: MessageTrace,
  nowMs: number,
): TraceAnswer {
  return {
    ...{ message, state },
    ...(waiting !== undefined && {
      waiting: {
        ...laneAnswer(waiting.lane),
        ...{ connections: [...waiting.connections], due: moment(waiting.dueMs), before: waiting.before },
        ...(waiting.limit !== undefined && {
          by: {
            ...limitAnswer(waiting.limit),
            since: moment(waiting.limit.sinceMs),
            ...(waiting.limit.notBeforeMs > nowMs && { notBefore: moment(waiting.limit.notBeforeMs) }),
          },
        }),
        held: waiting.held.map(({ limit, heldMs }) => ({ ...limitAnswer(limit), ms: whole(heldMs) })),
      },
    }),
    entries: steps.map(stepAnswer),
    dropped,
    ...(end !== undefined && { end: { state: end.state, at: moment(end.doneAtMs) } }),
  }
}

function stepAnswer(step: TraceStep): TraceAnswer['entries'][number] {
  const { kind, lane } = step
  switch (kind) {
    case 'held': {
      const { limit, fromMs, toMs, heldMs, times } = step
      const at = { from: moment(fromMs), to: moment(toMs), ms: whole(heldMs), times }
      return { kind, ...limitAnswer(limit), ...laneAnswer(lane), ...at }
    }
    case 'failed': {
      const { limit, reason, code, atMs } = step
      const why = { reason, ...(code !== undefined && { code }) }
      return { kind, ...(limit && limitAnswer(limit)), ...laneAnswer(lane), ...why, at: moment(atMs) }
    }
  }
}

function limitAnswer({ name, kind }: TraceLimit) {
  return { limit: name, limitKind: kind }
}

function laneAnswer({ account, number, campaign, carrier }: TraceLane) {
  return {
    account,
    ...(number !== undefined && { number }),
    ...(campaign !== undefined && { campaign }),
    ...(carrier !== undefined && { carrier }),
  }
}

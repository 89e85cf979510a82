// What the load programs say of a run: asked for, waited for, read. Measures nothing.
import type { Child, JsonLine } from './child.js'

const answerMs = 30_000
const pollMs = 50

/** The path of a load program. */
export const loadFile = (name: string): string => new URL(`./load/${name}`, import.meta.url).pathname

export function reportOf(child: Child, command: string): Promise<JsonLine> {
  const line = child.line((each) => 'unique' in each, answerMs)
  child.tell(command)
  return line
}

/** Its report once all is there by its account, or as it is after `drainMs`. */
export async function reportWhen(
  child: Child,
  drainMs: number,
  isAll: (report: JsonLine) => boolean,
): Promise<JsonLine> {
  const endMs = performance.now() + drainMs
  for (;;) {
    const report = await reportOf(child, 'report')
    if (isAll(report) || performance.now() > endMs) return report
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** A quantile of a summary in microseconds, in ms; NaN where nothing was counted. */
export function quantileMs(line: JsonLine, field: 'latency_us' | 'end_to_end_us', name: 'p50' | 'p99'): number {
  const summary = line[field] as Record<string, number> | null | undefined
  return (summary?.[name] ?? Number.NaN) / 1000
}

/** Processor seconds for ten thousand messages. */
export const cpuPer10k = (spent: number, messages: number): number =>
  Number(((spent * 10_000) / Math.max(1, messages)).toFixed(4))

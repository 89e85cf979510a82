// How far a long command has come: a bar on a terminal, a line now and then elsewhere. It decides nothing.
import type { Output, TextSink } from './output.js'

export interface Progress {
  /** @param done of the total; @param note such as what it waits for */
  show(done: number, note?: string): void
  /** Leaves the last state where it is and begins a new line. */
  end(): void
}

export interface ProgressSink extends TextSink {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

const BAR_WIDTH = 30
const BAR_MS = 100
const LINE_MS = 10_000

/** @param nowMs monotonic */
export function createProgress(what: string, total: number, sink: ProgressSink, nowMs: () => number): Progress {
  const isBar = sink.isTTY === true
  let shownMs = isBar ? -Infinity : nowMs()
  let last = ''
  const write = (text: string): void => {
    sink.write(isBar ? `\r${text.slice(0, Math.max(20, (sink.columns ?? 80) - 1))}\x1b[K` : `${text}\n`)
    last = ''
  }
  return {
    show(done, note = '') {
      const share = total === 0 ? 1 : Math.min(1, done / total)
      const filled = Math.floor(share * BAR_WIDTH)
      const bar = isBar ? `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ` : `${what}: `
      last = `${bar}${Math.floor(share * 100)}% ${done}/${total}${note === '' ? '' : `, ${note}`}`
      if (nowMs() - shownMs < (isBar ? BAR_MS : LINE_MS)) return
      shownMs = nowMs()
      write(last)
    },
    end() {
      if (isBar && last !== '') write(last)
      if (isBar && shownMs !== -Infinity) sink.write('\n')
    },
  }
}

/** On standard error; none for programs. */
export function progressOf(output: Pick<Output, 'json'>, what: string, total: number): Progress {
  if (output.json) return { show: () => undefined, end: () => undefined }
  return createProgress(what, total, process.stderr, () => performance.now())
}

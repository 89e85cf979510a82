// Walks through a page of documentation as its reader would: runs its commands in one shell, waits where it says so, and compares
// what comes out with what it shows. Knows nothing of messages.
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync, readFileSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { when, within } from './waiting.js'

/** What a page asks for, in its order. */
export type Step =
  | { readonly kind: 'run'; readonly line: number; readonly commands: string }
  /** What the commands before it print. `…` stands for any characters of a line, alone on a line for any lines. */
  | { readonly kind: 'shows'; readonly line: number; readonly text: string }
  /** A file has a text: “Wait until `FILE` says `TEXT`.” */
  | { readonly kind: 'wait'; readonly line: number; readonly file: string; readonly text: string }

export interface Shell {
  /** Runs commands to their end, but for those in the background; what they print on either output. Rejects if the last one fails. */
  run(commands: string): Promise<string>
  /** Ends the shell, and by SIGKILL what it left running. */
  end(): Promise<void>
}

const DONE = '--- done '
const stepMs = 20_000

/** Blocks fenced as `sh` are commands, those fenced as `text` what they show; all else is prose. */
export function stepsOf(page: string): readonly Step[] {
  const steps: Step[] = []
  let block: { readonly language: string; readonly line: number; readonly lines: string[] } | undefined
  let prose = { line: 1, text: '' }
  const endProse = (): void => {
    for (const [, file, text] of prose.text.matchAll(/\bWait until `([^`]+)` says `([^`]+)`/g))
      steps.push({ kind: 'wait', line: prose.line, file: file!, text: text! })
  }
  for (const [i, line] of page.split('\n').entries()) {
    const fence = /^```(\w*)/.exec(line)
    if (fence === null) {
      if (block === undefined) prose.text += `${line} `
      else block.lines.push(line)
    } else if (block === undefined) {
      endProse()
      block = { language: fence[1]!, line: i + 2, lines: [] }
    } else {
      const text = block.lines.join('\n')
      if (block.language === 'sh') steps.push({ kind: 'run', line: block.line, commands: text })
      if (block.language === 'text') steps.push({ kind: 'shows', line: block.line, text })
      block = undefined
      prose = { line: i + 2, text: '' }
    }
  }
  endProse()
  return steps
}

/** Whether a page's text, with its `…`, describes what was printed. */
export function describes(shown: string, printed: string): boolean {
  const lines = shown.trimEnd().split('\n')
  const pattern = lines.map((line) =>
    line.trim() === '…' ? '(?:.*\n)*?' : `${line.trimEnd().split('…').map(escaped).join('.*')} *\n`,
  )
  return new RegExp(`^${pattern.join('')}$`).test(`${printed.trimEnd()}\n`)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** A bash that reads no files of the user's. */
export function startShell(folder: string, env: Readonly<Record<string, string>>): Shell {
  const child = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, with all that it starts.
    detached: true,
  })
  const said = new EventEmitter()
  const ended = once(child, 'close')
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      said.emit('text')
    })
  child.on('close', () => said.emit('text'))
  return {
    async run(commands) {
      printed = ''
      child.stdin.write(`${commands}\nprintf '%s%s\\n' '${DONE}' "$?"\n`)
      const end = new RegExp(`${DONE}(\\d+)\n$`)
      await when(said, 'text', () => end.test(printed) || child.exitCode !== null, `the end of ${commands}`, stepMs)
      const found = end.exec(printed)
      if (found?.[1] !== '0') throw new Error(`exit code ${found?.[1] ?? 'none'} of\n${commands}\n${printed}`)
      return printed.slice(0, found.index)
    },
    async end() {
      try {
        process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // Nothing of it is left.
      }
      await ended
    },
  }
}

/** Resolves once the file has the text. Its folder must be there. */
export async function fileSays(path: string, text: string): Promise<void> {
  const said = new EventEmitter()
  const watcher = watch(dirname(path), () => said.emit('change'))
  try {
    const says = (): boolean => existsSync(path) && readFileSync(path, 'utf8').includes(text)
    await when(said, 'change', says, `${path} to say ${text}`, stepMs)
  } finally {
    watcher.close()
  }
}

/** Walks a page. Returns what each block of commands printed. @throws with the line of the page that is not as it says */
export async function walk(
  file: string,
  folder: string,
  shell: Shell,
  inThisPlace: (commands: string) => string,
): Promise<readonly string[]> {
  const outputs: string[] = []
  for (const step of stepsOf(readFileSync(file, 'utf8'))) {
    try {
      if (step.kind === 'run') outputs.push(await shell.run(inThisPlace(step.commands)))
      else if (step.kind === 'wait')
        await within(fileSays(join(folder, step.file), step.text), `${step.file} to say ${step.text}`, stepMs)
      else if (!describes(step.text, outputs.at(-1) ?? ''))
        throw new Error(`expected\n${step.text}\nprinted\n${outputs.at(-1) ?? ''}`)
    } catch (error) {
      throw new Error(`${file}:${step.line}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }
  return outputs
}

// SIPp as phones and senders: runs the scenarios of this folder against a switch. Knows nothing of what they prove.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { when } from '../flow/waiting.js'

export type SippTransport = 'udp' | 'tcp'

export interface SippOptions {
  readonly program: string
  /** For its logs. */
  readonly folder: string
  readonly transport: SippTransport
  /** Where the switch listens for this transport. */
  readonly port: number
  readonly user: string
  readonly password: string
}

export interface SippRun {
  readonly scenario: 'register' | 'message' | 'message-lossy' | 'peer-digest'
  /** Who is called, with the domain; the domain alone in a REGISTER, nothing for a peer. */
  readonly uri: string
  /** Values of the scenario's keys. */
  readonly keys: Readonly<Record<string, string | number>>
  readonly calls?: number
  /** Calls begun in a second; 50. */
  readonly rate?: number
  /** Where it sends from; any port if not given. */
  readonly from?: number
}

export interface SippPhone {
  /** Texts of the MESSAGEs that it took, in order. */
  texts(): readonly string[]
  /** Resolves when it has taken so many. */
  took(count: number, withinMs?: number): Promise<readonly string[]>
  /** Messages of SIP on its wire so far, as they are, one after the other. */
  wire(): string
}

const folderOfScenarios = fileURLToPath(new URL('.', import.meta.url))
/** Longer than any test. */
const stayMs = 120_000
let runs = 0

/** Runs a scenario to its end. Rejects, with what SIPp says, unless every call went as the scenario says. */
export async function runSipp(options: SippOptions, run: SippRun): Promise<void> {
  const { child, errors } = await start(options, run, ['-m', run.calls ?? 1, '-r', run.rate ?? 50, '-d', 0])
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`SIPp ${run.scenario}: code ${code}\n${readText(errors)}`)
}

/** Registers a phone that takes messages until the test is over. The caller waits for the switch to know it. */
export async function startPhone(
  options: SippOptions,
  domain: string,
  answer: 'answer' | 'answer-late' = 'answer',
): Promise<SippPhone> {
  const keys = { user: options.user, domain, expires: 600 }
  const { log, wire } = await start(options, { scenario: 'register', uri: domain, keys }, [
    ...['-oocsf', join(folderOfScenarios, `${answer}.xml`), '-m', 1, '-d', stayMs],
  ])
  return takerOf(log, wire)
}

/** A SIP peer that messages are sent to, on its own port, until the test is over. */
export async function startPeer(options: SippOptions): Promise<SippPhone & { readonly port: number }> {
  const port = await freePort()
  const { log, wire } = await start(options, { scenario: 'peer-digest', uri: '', keys: {}, from: port }, [])
  return { ...takerOf(log, wire), port }
}

function takerOf(log: string, wire: string): SippPhone {
  const watcher = watch(log)
  onTestFinished(() => watcher.close())
  const texts = (): readonly string[] =>
    readText(log)
      .split('\n')
      .filter((line) => line !== '')
  return {
    texts,
    async took(count, withinMs) {
      await when(watcher, 'change', () => texts().length >= count, `${count} messages at a phone`, withinMs)
      return texts()
    },
    wire: () => readText(wire),
  }
}

async function start(
  { program, folder, transport, port, user, password }: SippOptions,
  { scenario, uri, keys, from }: SippRun,
  more: readonly (string | number)[],
) {
  const file = (kind: string): string => join(folder, `sipp-${runs}-${scenario}-${kind}.log`)
  runs++
  const [log, errors, wire] = [file('texts'), file('errors'), file('wire')]
  // It must be there to be watched.
  closeSync(openSync(log, 'a'))
  const args = [
    `127.0.0.1:${port}`,
    ...['-sf', join(folderOfScenarios, `${scenario}.xml`)],
    ...['-i', '127.0.0.1', '-p', from ?? (await freePort()), '-t', transport === 'udp' ? 'u1' : 't1'],
    ...['-au', user, '-ap', password],
    // Where it checks others, theirs count.
    ...(uri === '' ? [] : ['-auth_uri', uri]),
    ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
    ...['-trace_err', '-error_file', errors, '-trace_logs', '-log_file', log, '-trace_msg', '-message_file', wire],
    ...['-nostdin', '-recv_timeout', 30_000, ...more],
  ]
  const child = spawn(program, args.map(String), { stdio: 'ignore', cwd: folder })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  await once(child, 'spawn')
  return { child, log, errors, wire }
}

/** A free port of UDP; nobody has it for TCP either, as a rule. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

// The admin API of a running switch, as commands use it. What it answers other than 2xx becomes a failure of the command.
import { readFileSync } from 'node:fs'
import type { ObjectMistake } from '../directory/change-whole.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure } from './output.js'

/** `--url` and where the token is. It never comes by argv, where others see it. */
export const clientOptions = {
  url: { kind: 'text', value: 'URL', doc: 'the admin server; http://127.0.0.1:8775 if not said' },
  'token-env': { kind: 'text', value: 'NAME', doc: 'the variable that holds the token; SMSWITCH_TOKEN if not said' },
  'token-file': { kind: 'text', value: 'FILE', doc: 'the file whose first line is the token' },
} as const satisfies CommandSpec['options']

export type ClientValues = OptionValues<typeof clientOptions>

/** What the switch found wrong with a change. */
export class ChangeRefused extends CommandFailure {
  readonly mistakes: readonly ObjectMistake[]

  constructor(code: string, message: string, mistakes: readonly ObjectMistake[]) {
    super(code, message)
    this.mistakes = mistakes
  }
}

/** Asks and gives what is answered. @throws ChangeRefused with what the switch says */
export type Ask = <Answer>(
  path: string,
  init?: RequestInit,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>

const ANSWER_MS = 60_000

/** @throws CommandFailure when there is no token */
export function createAsk(values: ClientValues, env: NodeJS.ProcessEnv): Ask {
  const base = (values.url ?? 'http://127.0.0.1:8775').replace(/\/+$/, '')
  const authorization = `Bearer ${tokenOf(values, env)}`

  return async <Answer>(path: string, init: RequestInit = {}, headers: Readonly<Record<string, string>> = {}) => {
    const url = `${base}${path}`
    let response: Response
    let text: string
    try {
      const signal = AbortSignal.timeout(ANSWER_MS)
      response = await fetch(url, { ...init, signal, headers: { authorization, ...headers } })
      text = await response.text()
    } catch (error) {
      throw new CommandFailure('noAnswer', `${base} does not answer: ${reasonOf(error)}`)
    }
    const answer = parsed(text)
    if (response.ok && answer !== undefined) return answer as Answer
    const { error, mistakes } = (answer ?? {}) as Partial<{
      error: { code?: string; message?: string }
      mistakes: readonly ObjectMistake[]
    }>
    const message = `${url.split('?', 1)[0] ?? url} answers ${response.status}: ${error?.message ?? 'not as the API does'}`
    throw new ChangeRefused(error?.code ?? 'noApi', message, mistakes ?? [])
  }
}

function tokenOf(values: ClientValues, env: NodeJS.ProcessEnv): string {
  const file = values['token-file']
  if (file !== undefined) {
    try {
      return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]?.trim() ?? ''
    } catch (error) {
      throw new CommandFailure('noToken', `the token can't be read: ${reasonOf(error)}`)
    }
  }
  const name = values['token-env'] ?? 'SMSWITCH_TOKEN'
  const token = env[name]
  if (token === undefined || token === '')
    throw new CommandFailure(
      'noToken',
      `a token is missing: set the variable ${name}, or name a file with --token-file`,
    )
  return token
}

/** fetch says only "fetch failed"; why is its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

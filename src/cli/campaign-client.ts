// The HTTP API as a campaign uses it: one account, answers as values. It decides nothing of what they mean for a campaign.
import { readFileSync } from 'node:fs'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure } from './output.js'

/** The token never comes by argv, where others see it. */
export const apiOptions = {
  url: { kind: 'text', value: 'URL', doc: 'the HTTP API; http://127.0.0.1:8780 if not said' },
  'auth-id': { kind: 'text', value: 'ID', doc: 'of the account; SMSWITCH_AUTH_ID if not said' },
  'auth-token-file': {
    kind: 'text',
    value: 'FILE',
    doc: 'the file whose first line is the auth token; SMSWITCH_AUTH_TOKEN if not said',
  },
} as const satisfies CommandSpec['options']

export type Answered =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly body: Readonly<Record<string, unknown>>
      /** As Retry-After says, ms; undefined where it does not. */
      readonly retryMs: number | undefined
    }
  /** Nobody knows what became of the request. */
  | { readonly kind: 'lost'; readonly why: string }

export interface ApiClient {
  readonly authId: string
  /** @param path behind that of the account, such as `/Message/`, or whole */
  get(path: string): Promise<Answered>
  /** @param key its Idempotency-Key */
  post(path: string, body: object, key: string): Promise<Answered>
}

const ANSWER_MS = 60_000

/** @throws CommandFailure when there is no auth id or token */
export function createApiClient(values: OptionValues<typeof apiOptions>, env: NodeJS.ProcessEnv): ApiClient {
  const origin = (values.url ?? 'http://127.0.0.1:8780').replace(/\/+$/, '')
  const authId = values['auth-id'] ?? env['SMSWITCH_AUTH_ID'] ?? ''
  if (authId === '')
    throw new CommandFailure('noToken', 'an auth id is missing: set SMSWITCH_AUTH_ID, or give --auth-id')
  const token = tokenOf(values['auth-token-file'], env)
  const authorization = `Basic ${Buffer.from(`${authId}:${token}`).toString('base64')}`

  const ask = async (path: string, init: RequestInit): Promise<Answered> => {
    const url = path.startsWith('/v1/')
      ? `${origin}${path}`
      : `${origin}/v1/Account/${encodeURIComponent(authId)}${path}`
    try {
      const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) })
      const text = await response.text()
      const retryMs = retryOf(response.headers.get('retry-after'))
      return { kind: 'answered', status: response.status, body: bodyOf(text), retryMs }
    } catch (error) {
      return { kind: 'lost', why: `${origin} does not answer: ${reasonOf(error)}` }
    }
  }
  return {
    authId,
    get: (path) => ask(path, { headers: { authorization } }),
    post: (path, body, key) =>
      ask(path, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      }),
  }
}

/** What is wrong, in the words of the API. */
export function errorOf({ status, body }: Extract<Answered, { kind: 'answered' }>): string {
  const { error } = body
  const words = typeof error === 'string' ? error : 'not as the API does'
  return `${status}: ${words}`
}

function tokenOf(file: string | undefined, env: NodeJS.ProcessEnv): string {
  if (file === undefined) {
    const token = env['SMSWITCH_AUTH_TOKEN'] ?? ''
    if (token !== '') return token
    throw new CommandFailure(
      'noToken',
      'an auth token is missing: set SMSWITCH_AUTH_TOKEN, or name a file with --auth-token-file',
    )
  }
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]?.trim() ?? ''
  } catch (error) {
    throw new CommandFailure('noToken', `the auth token can't be read: ${reasonOf(error)}`)
  }
}

/** RFC 9110 §10.2.3: seconds; a date is not used here. */
function retryOf(header: string | null): number | undefined {
  return header !== null && /^[0-9]{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** fetch says only "fetch failed"; why is its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message
}

// A daemon whose directory is in the store, with its admin API at hand. Knows nothing of messages.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tokenHash } from '../../src/admin/tokens.js'
import { objectsIn } from '../../src/directory/change-file.js'
import { startDaemon, type Daemon } from './daemon.js'

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface ApiDaemon {
  readonly folder: string
  readonly data: string
  /** Has the token for commands. */
  readonly tokenFile: string
  /** The daemon that runs now. */
  readonly daemon: Daemon
  call(method: string, path: string, body?: unknown, type?: string): Promise<Answer>
  /** Makes the directory what a file of this text (JSON) says. @throws with the answer when it is refused */
  provision(text: string): Promise<void>
  /** Ends the daemon in the given way and starts it again on the same data. */
  restart(how: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

const TOKEN = 'a-token-for-tests'
const SCOPES = 'directory:write,money:write'

const quick = {
  'vendor.reconnectMinMs': 50,
  'vendor.reconnectMaxMs': 200,
  'delivery.resendStepMs': 50,
  'admin.tokens': `test ${tokenHash(TOKEN)} ${SCOPES}`,
}

/** The daemon is ended by SIGTERM and with no word on standard error, when the test is over. */
export async function startApiDaemon(set: Readonly<Record<string, string | number>> = {}): Promise<ApiDaemon> {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-api-'))
  const data = join(folder, 'data')
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, TOKEN)
  const start = (): Promise<Daemon> => startDaemon({ directory: '', data, set: { ...quick, ...set } })
  let daemon = await start()
  onTestFinished(async () => {
    try {
      await daemon.stop()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  const call: ApiDaemon['call'] = async (method, path, body, type = 'application/json') => {
    const response = await fetch(`http://127.0.0.1:${daemon.adminPort}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  return {
    ...{ folder, data, tokenFile },
    get daemon() {
      return daemon
    },
    call,
    async provision(text) {
      const changes = objectsIn(JSON.parse(text))
      const { status, body } = await call('POST', '/v1/directory/changes', { changes, prune: true })
      if (status !== 200) throw new Error(JSON.stringify(body))
    },
    async restart(how) {
      if (how === 'SIGTERM') await daemon.stop()
      else await daemon.kill()
      daemon = await start()
    },
  }
}

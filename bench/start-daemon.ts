// How the bench starts the daemon, and the vendor that it gives it: its own sink. Measures nothing.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startNode, type Child, type JsonLine } from './child.js'

const readyMs = 30_000

export interface StartedDaemon {
  /** A checkout with `dist` in it. */
  readonly program: string
  /** For its data and its directory; made if it is not there. On a real disk. */
  readonly folder: string
  /** Settings as `path=value`; ports are the system's choice, where nothing else is said. */
  readonly settings: readonly string[]
  /** Of Node itself. */
  readonly nodeOptions: readonly string[]
}

/** With a directory of its own, in the words of a directory file; resolves with what it says when it is ready. */
export async function startWith(
  { program, folder, settings, nodeOptions }: StartedDaemon,
  directory: string,
): Promise<readonly [Child, JsonLine]> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'bench.yaml')
  writeFileSync(file, directory)
  const child = startNode('switch', [
    ...[...nodeOptions, join(program, 'dist/main.js')],
    ...['start', '--json', '--directory', file, '--data', join(folder, 'store')],
    ...['smpp.server.port=0', 'admin.port=0', ...settings].flatMap((setting) => ['--set', setting]),
  ])
  return [child, await child.line((line) => line['ready'] === true, readyMs)]
}

/** As the program asks for itself. */
export const usualNodeOptions: readonly string[] = ['--max-semi-space-size=64']

/** The rows of a vendor that takes all there is, for nothing. */
export function sinkRows(port: number) {
  const connection = { host: '127.0.0.1', port, systemId: 'user', password: 'pass', binds: 4, window: 100 }
  return {
    tariffs: [{ id: 'free', rates: [{ prefix: '', price: '0' }] }],
    vendors: [{ id: 'sink', connections: [{ id: 'sink-1', ...connection, messagesPerSecond: 0, tariff: 'free' }] }],
  }
}

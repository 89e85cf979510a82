// The daemon as users start it, of any build, with a directory that names the bench's sink. Measures nothing.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import type { Child } from './child.js'
import { startWith } from './start-daemon.js'

export interface DaemonOptions {
  /** A checkout with `dist` in it; its own config/bench.yaml is read, since each build has its own directory schema. */
  readonly program: string
  /** For its data and its directory; made if it is not there. On a real disk. */
  readonly folder: string
  readonly vendorPort: number
  /** Settings as `path=value`. */
  readonly settings: readonly string[]
}

/** Starts it with a copy of the directory that names the sink's port; returns it and its SMPP port. */
export async function startDaemon(options: DaemonOptions): Promise<readonly [Child, number]> {
  const { program, folder, vendorPort, settings } = options
  const document = parseDocument(readFileSync(join(program, 'config/bench.yaml'), 'utf8'))
  const { vendors } = document.toJS() as { readonly vendors: readonly { readonly connections: readonly unknown[] }[] }
  vendors.forEach(({ connections }, vendor) => {
    connections.forEach((_, connection) =>
      document.setIn(['vendors', vendor, 'connections', connection, 'port'], vendorPort),
    )
  })
  const nodeOptions = optionsOf(join(program, 'dist/main.js'))
  const [child, line] = await startWith({ program, folder, settings, nodeOptions }, document.toString())
  return [child, Number(line['smppPort'])]
}

/** The options of Node that a program's first line asks for: `#!/usr/bin/env -S node OPTION …`. */
function optionsOf(main: string): readonly string[] {
  const [, words = ''] = /^#!.*?\bnode((?: --\S+)*)\s*\n/.exec(readFileSync(main, 'utf8')) ?? []
  return words.split(' ').filter((word) => word !== '')
}

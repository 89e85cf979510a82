// Before any test: makes sure that the daemon they start is built from the sources as they are. It starts nothing.
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Vitest's global setup. */
export function setup(): void {
  if (!isStale()) return
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
}

/** Whether a source is newer than what was made of it. */
function isStale(): boolean {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return sources
    .filter((path) => path.endsWith('.ts') && !/\.(test|suite|d)\.ts$/.test(path))
    .some((path) => modifiedMs(join(root, 'dist', path.replace(/\.ts$/, '.js'))) < modifiedMs(join(root, 'src', path)))
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

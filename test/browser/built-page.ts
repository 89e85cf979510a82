// Makes sure that the page which tests look at is built from its sources as they are.
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export const pageFolder = join(root, 'dist/softphone')

/** Builds it where a source is newer. */
export async function buildPage(): Promise<void> {
  const sources = ['web/softphone', 'src/sip'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => !/\.(test|suite)\.ts$/.test(path))
      .map((path) => modifiedMs(join(root, folder, path))),
  )
  if (modifiedMs(join(pageFolder, 'index.html')) >= Math.max(...sources, modifiedMs(join(root, 'vite.config.ts'))))
    return
  const bundler = join(root, 'node_modules/vite/bin/vite.js')
  // Its own environment: that of the test runner would make a page for developers.
  const env = { ...process.env, NODE_ENV: 'production' }
  execFileSync(process.execPath, [bundler, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit', env })
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

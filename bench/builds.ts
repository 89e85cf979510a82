// Builds to compare: a folder that has one, or a commit that is built in a worktree of its own. Starts no daemon.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Build {
  /** Holds dist/main.js and config/bench.yaml. */
  readonly program: string
  /** The short commit, or the folder. */
  readonly name: string
  /** Removes what was made for it. May be called again. */
  remove(): void
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>
}

/**
 * Finds or makes the build. A worktree uses the packages of `root` where its own lock file names the same versions, else it gets
 * its own by `npm ci`.
 * @param given a folder or anything that git knows as a commit
 * @throws Error when it is neither, or the build fails
 */
export function buildOf(given: string, root: string): Build {
  const folder = resolve(given)
  if (existsSync(join(folder, 'dist/main.js'))) {
    if (!existsSync(join(folder, 'config/bench.yaml'))) throw new Error(`${folder} has no config/bench.yaml`)
    return { program: folder, name: folder, remove: () => undefined }
  }
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const commit = commitOf(given, git)
  const parent = mkdtempSync(join(tmpdir(), 'smswitch-build-'))
  const program = join(parent, 'tree')
  const remove = (): void => {
    if (existsSync(program)) git('worktree', 'remove', '--force', program)
    rmSync(parent, { recursive: true, force: true })
  }
  process.once('exit', remove)
  git('worktree', 'add', '--detach', program, commit)
  const ours = lockOf(root)
  const isSame = Object.entries(lockOf(program).packages).every(
    ([path, { version }]) => path === '' || ours.packages[path]?.version === version,
  )
  if (isSame) symlinkSync(join(root, 'node_modules'), join(program, 'node_modules'), 'junction')
  else execFileSync('npm', ['ci'], { cwd: program, stdio: ['ignore', 'ignore', 'inherit'] })
  const compiler = join(program, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: program, stdio: 'inherit' })
  return { program, name: commit.slice(0, 7), remove }
}

function commitOf(given: string, git: (...args: readonly string[]) => string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', `${given}^{commit}`)
  } catch {
    throw new Error(`${given} is neither a folder with dist/main.js in it nor a commit`)
  }
}

const lockOf = (folder: string): Lock => JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as Lock

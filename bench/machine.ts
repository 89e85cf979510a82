// What the figures were measured on. Changes nothing.
import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

/** For the report; `root` is the clone whose commit is named. */
export function machine(root: string): Readonly<Record<string, unknown>> {
  let commit = 'unknown'
  try {
    commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  } catch {
    // Not a clone: the figures stand without it.
  }
  return {
    node: process.version,
    kernel: release(),
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
    memoryMb: Math.round(totalmem() / 1_048_576),
    commit,
  }
}

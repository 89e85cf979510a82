// Programs of others that tests talk to. Missing: the test is skipped by name; in CI that is a failure.
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

const programsByPeer = {
  kannel: ['bearerbox', 'smsbox'],
  strace: ['strace'],
  chromium: ['chromium-headless-shell'],
  sipp: ['sipp'],
  baresip: ['baresip'],
} as const

export type PeerName = keyof typeof programsByPeer

/** Paths by program. */
export type PeerPrograms<Name extends PeerName> = Readonly<Record<(typeof programsByPeer)[Name][number], string>>

function pathOf(program: string): string | undefined {
  // Debian keeps daemons in sbin, which is not in everybody's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin']
  return folders.map((folder) => join(folder, program)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const isCi = (): boolean => process.env['CI'] === 'true' || process.env['CI'] === '1'

/** The peer's programs, undefined when it is not installed; throws in CI. For `describe.skipIf(findPeer(…) === undefined)`. */
export function findPeer<Name extends PeerName>(name: Name): PeerPrograms<Name> | undefined {
  const found = programsByPeer[name].map((program) => [program, pathOf(program)] as const)
  if (found.every(([, path]) => path !== undefined)) return Object.fromEntries(found) as PeerPrograms<Name>
  if (isCi()) throw new Error(`${name} is missing: run scripts/install-peers.sh as root`)
  return undefined
}

/** The peer's programs; skips the test when it is not installed, fails it in CI. First line of `it('…', (context) => …)`. */
export function requirePeer<Name extends PeerName>(name: Name, context: TestContext): PeerPrograms<Name> {
  const programs = findPeer(name)
  if (programs === undefined) return context.skip(`${name} is not installed: scripts/install-peers.sh`)
  return programs
}

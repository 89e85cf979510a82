// Which boot of the machine this is, and the monotonic clock that all its processes share. Reads the system; decides nothing.

import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { hrtime } from 'node:process'

/** Boots closer together than this can't be told apart where the system gives them no name. */
const BOOT_GRAIN_MS = 60_000

/** The name of this boot. Elsewhere than on Linux it is derived from when the machine came up, by its wall clock (`wallMs`). */
export function readBootId(wallMs: number): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // A stepped wall clock gives a new name; switch time then holds or follows the wall, as after a reboot.
    return `up-${Math.round((wallMs - uptime() * 1000) / BOOT_GRAIN_MS)}`
  }
}

/** Milliseconds on the clock that goes on from process to process of one boot (performance.now() starts anew in each). */
export function bootMonotonicMs(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

// Faults of the disk, put into the running daemon from outside: strace delays or fails its system calls, until it is taken away.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Fault {
  /** All is well again from here on. */
  remove(): Promise<void>
}

const attachWithinMs = 10_000

/**
 * Attaches strace to a process and all its threads. `inject` as on strace's command line, e.g. `fdatasync:error=EIO`.
 * What LMDB calls for each commit on Linux: pwrite64 for the pages, fdatasync, pwrite64 with O_DSYNC of the 128 octets that
 * say which tree is valid.
 * @throws Error with strace's words when it may not attach
 */
export async function injectFault(strace: string, pid: number, inject: string): Promise<Fault> {
  const call = inject.slice(0, inject.indexOf(':'))
  const args = ['-f', '-p', String(pid), '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${inject}`]
  const tracer = spawn(strace, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(tracer, 'exit')
  let said = ''
  const signal = AbortSignal.timeout(attachWithinMs)
  const failed = exited.then(() => Promise.reject(new Error(`strace ended: ${said}`)))
  failed.catch(() => undefined)
  try {
    while (!said.includes(' attached')) {
      const [text] = (await Promise.race([once(tracer.stderr, 'data', { signal }), failed])) as [Buffer]
      said += text.toString()
    }
  } catch (error) {
    tracer.kill('SIGKILL')
    throw error
  }
  tracer.stderr.resume()
  return {
    remove: async () => {
      // SIGINT: it lets go of its process and ends.
      tracer.kill('SIGINT')
      await exited
    },
  }
}

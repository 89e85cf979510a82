// One owner per data folder: a lock that the kernel frees when its holder dies, however it dies. Leaves no file to clean up.

import { closeSync, constants, openSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { StoreError } from '../contracts/store.js'

/** Lets go of the folder. */
export type ReleaseOwnership = () => Promise<void>

/** BSD's and macOS's open(2): takes an flock in the same step. Linux has no such flag, Node no flock. */
const O_EXLOCK = 0x20

/**
 * Takes the folder, which must exist. The lock goes by device and inode, so that two paths to one folder are one.
 * @throws StoreError `locked`, naming the folder, when somebody has it
 */
export async function ownFolder(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): Promise<ReleaseOwnership> {
  const { dev, ino } = statSync(folder, { bigint: true })
  const name = `smswitch-${dev.toString(16)}-${ino.toString(16)}`
  switch (platform) {
    case 'linux':
    case 'android':
      return listenOn(`\0${name}`, folder)
    case 'win32':
      return listenOn(`\\\\.\\pipe\\${name}`, folder)
    default:
      return lockFile(join(folder, 'owner.lock'), folder)
  }
}

/** The error of a second owner. */
export function lockedError(folder: string, cause?: unknown): StoreError {
  return new StoreError('locked', `another process has the data folder ${folder} open`, { cause })
}

/** An abstract socket or a named pipe: a name that only one process can hold, gone with it. */
function listenOn(path: string, folder: string): Promise<ReleaseOwnership> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') reject(lockedError(folder, error))
      else reject(new StoreError('io', `the data folder ${folder} can't be locked: ${error.message}`, { cause: error }))
    })
    server.listen({ path, exclusive: true }, () => {
      server.unref()
      resolve(() => new Promise((released) => server.close(() => released())))
    })
  })
}

async function lockFile(path: string, folder: string): Promise<ReleaseOwnership> {
  try {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK, 0o600)
    return async () => closeSync(descriptor)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') throw lockedError(folder, error)
    throw new StoreError('io', `the data folder ${folder} can't be locked`, { cause: error })
  }
}

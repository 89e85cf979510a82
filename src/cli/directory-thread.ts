// Reads a directory file in a thread of its own, so that a large one holds up nobody. This file is that thread, and who asks it.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { FileReading } from '../admin/file-book.js'
import type { FileObject } from '../directory/change-file.js'
import type { TenDlcRules } from '../directory/tendlc.js'
import { addPiece, piecesOf, type Piece } from './directory-pieces.js'
import { readDirectoryFile } from './read-directory.js'

interface Asked {
  readonly path: string
  readonly tenDlc?: TenDlcRules | undefined
}

/** What the thread says when it is asked for more. */
type Said = Exclude<FileReading, { readonly kind: 'objects' }> | Piece | { readonly kind: 'end' }

/** The objects come piece by piece, each when the one before was taken: other work goes on between them. */
export function readInThread(path: string, tenDlc?: TenDlcRules): Promise<FileReading> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: { path, tenDlc } satisfies Asked })
    const objects: FileObject[] = []
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error('the thread that reads the directory ended')))
    thread.on('message', (said: Said) => {
      if (said.kind === 'objects' || said.kind === 'entries') {
        addPiece(objects, said)
        // After everybody else has had a turn.
        setImmediate(() => thread.postMessage('more'))
        return
      }
      resolve(said.kind === 'end' ? { kind: 'objects', objects } : said)
      void thread.terminate()
    })
    thread.postMessage('more')
  })
}

function beThread({ path, tenDlc }: Asked): void {
  const reading = readDirectoryFile(path, process.env, tenDlc)
  const pieces = reading.kind === 'read' ? piecesOf(reading.objects) : undefined
  parentPort?.on('message', () => {
    if (reading.kind !== 'read') return parentPort?.postMessage(reading)
    const next = pieces?.next()
    parentPort?.postMessage(next === undefined || next.done === true ? { kind: 'end' } : next.value)
  })
}

if (!isMainThread && isOurs(workerData)) beThread(workerData)

function isOurs(data: unknown): data is Asked {
  return typeof data === 'object' && data !== null && 'path' in data && typeof data.path === 'string'
}

// A file that is only appended to. Where the system can, what is long goes past its page cache: nobody reads it soon, and its pages
// would cost more than the lines in them and push out those of the store. It knows no lines.

import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** Where direct writes begin and end, in the file and in memory: a multiple of the sectors of disks. */
const BLOCK_BYTES = 4096
/** At most so much in one direct write. */
const CHUNK_BYTES = 256 * BLOCK_BYTES
/** With less there is no gain. */
const LEAST_BYTES = 16 * BLOCK_BYTES

export class AppendFile {
  readonly #file: FileHandle
  /** The same file, past the page cache; undefined where that can't be had. */
  #direct: FileHandle | undefined
  #chunk: Uint8Array | undefined
  #size: number

  private constructor(file: FileHandle, direct: FileHandle | undefined, size: number) {
    this.#file = file
    this.#direct = direct
    this.#size = size
  }

  /** Made where it is missing. @param mode of a new one */
  static async open(path: string, mode: number): Promise<AppendFile> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, mode)
    let direct: FileHandle | undefined
    try {
      const { size } = await file.stat()
      direct = await openDirect(path)
      return new AppendFile(file, direct, size)
    } catch (error) {
      await file.close()
      await direct?.close()
      throw error
    }
  }

  /** Octets that are in it. After a failure nobody knows: close it, and open it anew. */
  get size(): number {
    return this.#size
  }

  /** At the end. Durable after `sync`. */
  async append(bytes: Uint8Array): Promise<void> {
    let done = 0
    if (this.#direct !== undefined && bytes.length >= LEAST_BYTES) {
      done = -this.#size & (BLOCK_BYTES - 1)
      await this.#write(bytes.subarray(0, done))
      done += await this.#writeDirectly(bytes.subarray(done))
    }
    await this.#write(bytes.subarray(done))
  }

  async sync(): Promise<void> {
    await this.#file.datasync()
  }

  async cutTo(size: number): Promise<void> {
    await this.#file.truncate(size)
    this.#size = size
  }

  async close(): Promise<void> {
    await Promise.all([this.#file.close(), this.#direct?.close()])
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#size)
      done += bytesWritten
      this.#size += bytesWritten
    }
  }

  /** Gives how much it wrote, in whole blocks: all there are, or less where the system will not. */
  async #writeDirectly(bytes: Uint8Array): Promise<number> {
    const chunk = (this.#chunk ??= alignedMemory(CHUNK_BYTES))
    const whole = bytes.length - (bytes.length % BLOCK_BYTES)
    let done = 0
    while (this.#direct !== undefined && chunk !== undefined && done < whole) {
      const length = Math.min(CHUNK_BYTES, whole - done)
      chunk.set(bytes.subarray(done, done + length))
      const written = await this.#writeChunk(this.#direct, chunk, length)
      done += written
      this.#size += written
      // Full, perhaps: writing the rest in the ordinary way tells.
      if (written < length) break
    }
    return done
  }

  async #writeChunk(direct: FileHandle, chunk: Uint8Array, length: number): Promise<number> {
    try {
      return (await direct.write(chunk, 0, length, this.#size)).bytesWritten
    } catch (error) {
      if (!isUnable(error)) throw error
      this.#direct = undefined
      await direct.close()
      return 0
    }
  }
}

async function openDirect(path: string): Promise<FileHandle | undefined> {
  const flag = (constants as Partial<typeof constants>).O_DIRECT
  if (flag === undefined) return undefined
  try {
    return await open(path, constants.O_WRONLY | flag)
  } catch (error) {
    if (isUnable(error)) return undefined
    throw error
  }
}

/** The file system knows no direct writes, or wants other blocks. */
function isUnable(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EINVAL' || code === 'ENOTSUP' || code === 'EOPNOTSUPP'
}

interface WithMemory {
  readonly WebAssembly?: {
    readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer }
  }
}
const WASM_PAGE_BYTES = 65_536

/** Memory of WebAssembly begins at a page of the machine; that of buffers does not. Undefined where there is none. */
function alignedMemory(bytes: number): Uint8Array | undefined {
  try {
    const { WebAssembly } = globalThis as WithMemory
    return WebAssembly && new Uint8Array(new WebAssembly.Memory({ initial: bytes / WASM_PAGE_BYTES }).buffer)
  } catch {
    return undefined
  }
}

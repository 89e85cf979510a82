import fc from 'fast-check'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppendFile } from './append-file.js'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'smswitch-append-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** Other octets at each place. */
const octets = (length: number, seed: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length)
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + (i >>> 8) * 13 + seed) & 0xff
  return bytes
}
const length = fc.oneof(
  fc.nat(10),
  fc.integer({ min: 4090, max: 4100 }),
  fc.integer({ min: 65_530, max: 70_000 }),
  fc.integer({ min: 1_048_570, max: 1_060_000 }),
)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), length }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('open' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cut' as const), keep: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
)

it('holds what was appended, whatever its length, where it was cut and how often it was opened', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const path = join(folder, `${++run}`)
      let expected = Buffer.alloc(0)
      let file = await AppendFile.open(path, 0o640)
      try {
        for (const [seed, each] of steps.entries()) {
          if (each.kind === 'append') {
            const bytes = octets(each.length, seed)
            await file.append(bytes)
            expected = Buffer.concat([expected, bytes])
          } else if (each.kind === 'cut') {
            const size = Math.floor(expected.length * each.keep)
            await file.cutTo(size)
            expected = expected.subarray(0, size)
          } else {
            await file.close()
            file = await AppendFile.open(path, 0o640)
          }
          expect(file.size).toBe(expected.length)
        }
        await file.sync()
        expect(readFileSync(path).equals(expected)).toBe(true)
      } finally {
        await file.close()
      }
    }),
    { numRuns: 25 },
  )
})

it('is made with its mode, and fails with the name of the system where it can not', async () => {
  const file = await AppendFile.open(join(folder, 'new'), 0o640)
  await file.close()
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o640 & ~process.umask())
  await expect(AppendFile.open(folder, 0o640)).rejects.toMatchObject({ code: 'EISDIR' })
})

it.runIf(process.platform === 'linux')('tells of a full disk', async () => {
  const file = await AppendFile.open('/dev/full', 0o640)
  await expect(file.append(octets(300_000, 1))).rejects.toMatchObject({ code: 'ENOSPC' })
  await file.close()
})

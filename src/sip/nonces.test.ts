import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Nonces, wholeNonce, type NonceOptions } from './nonces.js'

let drawn = 0
const options: NonceOptions = {
  key: Buffer.from('0123456789abcdef'),
  random: (bytes) => Buffer.from((++drawn).toString(16).padStart(bytes * 2, '0'), 'hex'),
  lifetimeMs: 60_000,
  most: 100,
  notBeforeMs: 0,
}
const nowMs = 1_750_000_000_000
const nonces = (changed: Partial<NonceOptions> = {}) => new Nonces({ ...options, ...changed })

describe('Nonces', () => {
  it('makes nonces that are all different and need no escape', () => {
    const made = Array.from({ length: 1000 }, () => nonces().make(nowMs))
    expect(new Set(made).size).toBe(1000)
    for (const each of made) expect(each).toMatch(/^[A-Za-z0-9_-]{32}$/)
  })

  it('costs no memory until a nonce is used', () => {
    const ours = nonces()
    for (let i = 0; i < 1000; i++) ours.make(nowMs)
    expect(ours.size).toBe(0)
  })

  it('recognises its own by the key, in one spelling', () => {
    const made = nonces().make(nowMs)
    const ours = nonces()
    for (let i = 0; i < made.length; i++) {
      const other = made[i] === 'A' ? 'B' : 'A'
      expect(ours.use(made.slice(0, i) + other + made.slice(i + 1), 1, nowMs)).toBe(false)
    }
    for (const broken of ['', made.slice(1), `${made}A`, `${made}=`, made.slice(0, 31) + '+', 'é'.repeat(32)]) {
      expect(ours.use(broken, 1, nowMs)).toBe(false)
    }
    expect(nonces({ key: Buffer.from('another key of ours') }).use(made, 1, nowMs)).toBe(false)
    expect(ours.size).toBe(0)
    expect(ours.use(made, 1, nowMs)).toBe(true)
  })

  it('lets a nonce live its time, in use or not', () => {
    const ours = nonces()
    const [used, fresh] = [ours.make(nowMs), ours.make(nowMs)]
    expect(ours.use(used, 1, nowMs + 60_000)).toBe(true)
    expect(ours.use(used, 2, nowMs + 60_001)).toBe(false)
    expect(ours.use(fresh, 1, nowMs + 60_001)).toBe(false)
    expect(ours.size).toBe(0)
  })

  it('takes none from a future further than clocks differ, and none from before its start', () => {
    const ours = nonces()
    expect(ours.use(ours.make(nowMs + 5001), 1, nowMs)).toBe(false)
    expect(ours.use(ours.make(nowMs + 5000), 1, nowMs)).toBe(true)
    const started = nonces({ notBeforeMs: nowMs })
    expect(started.use(started.make(nowMs - 1), 1, nowMs)).toBe(false)
    expect(started.use(started.make(nowMs), 1, nowMs)).toBe(true)
  })

  it('counts each use once, in any order within 64', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constantFrom(2 ** 32 - 1))), (counts) => {
        const ours = nonces()
        const nonce = ours.make(nowMs)
        const seen = new Set<number>()
        let highest = 0
        for (const count of counts) {
          const isGood = count >= 1 && !seen.has(count) && count > highest - 64
          expect(ours.use(nonce, count, nowMs)).toBe(isGood)
          if (!isGood) continue
          seen.add(count)
          highest = Math.max(highest, count)
        }
      }),
    )
  })

  it('spends a nonce whole where there is no count', () => {
    const ours = nonces()
    const nonce = ours.make(nowMs)
    expect(ours.use(nonce, wholeNonce, nowMs)).toBe(true)
    expect([wholeNonce, 1, 2, 2 ** 32 - 1].map((count) => ours.use(nonce, count, nowMs))).toEqual(Array(4).fill(false))
  })

  it('forgets what is over, and keeps its bound', () => {
    const ours = nonces({ most: 10 })
    for (let i = 0; i < 10; i++) ours.use(ours.make(nowMs), 1, nowMs)
    expect(ours.size).toBe(10)
    for (let i = 0; i < 10; i++) ours.use(ours.make(nowMs + 70_000), 1, nowMs + 70_000)
    expect(ours.size).toBeLessThanOrEqual(10)
    for (let i = 0; i < 10; i++) ours.use(ours.make(nowMs + 140_000), 1, nowMs + 140_000)
    expect(ours.size).toBe(10)
  })

  it('accepts nothing twice, however little room there is', () => {
    const step = fc.record({ nonce: fc.nat(20), count: fc.integer({ min: 1, max: 4 }), waitMs: fc.nat(8000) })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (most, steps) => {
        const ours = nonces({ most })
        const made: string[] = []
        const accepted = new Set<string>()
        let atMs = nowMs
        for (const { nonce, count, waitMs } of steps) {
          atMs += waitMs
          const text = (made[nonce] ??= ours.make(atMs))
          if (!ours.use(text, count, atMs)) continue
          expect(accepted.has(`${text} ${count}`)).toBe(false)
          accepted.add(`${text} ${count}`)
          expect(ours.size).toBeLessThanOrEqual(most)
        }
      }),
    )
  })

  it('refuses a key that could be guessed', () => {
    expect(() => nonces({ key: Buffer.alloc(15) })).toThrow(RangeError)
  })
})

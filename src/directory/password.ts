// Passwords of those who bind to us: scrypt hashes, made and checked without blocking and few at a time.

import { scrypt, timingSafeEqual } from 'node:crypto'

export interface ScryptCost {
  /** CPU and memory cost, a power of two. */
  readonly n: number
  readonly r: number
  readonly p: number
}

/** About 30 ms and 16 MiB: many binds may come at once after a restart. */
const usualCost: ScryptCost = { n: 16_384, r: 8, p: 1 }

const KEY_OCTETS = 32
const MEMORY_MAX = 256 * 1024 * 1024
const SALT_MIN = 8

interface ParsedHash extends ScryptCost {
  readonly salt: Buffer
  readonly key: Buffer
}

/** Reads `scrypt$N$r$p$salt$hash` (salt and hash in base64); undefined for anything else or costs out of bounds. */
export function parsePasswordHash(text: string): ParsedHash | undefined {
  const [scheme, n, r, p, salt, key, ...rest] = text.split('$')
  if (scheme !== 'scrypt' || key === undefined || salt === undefined || rest.length > 0) return undefined
  const cost = { n: Number(n), r: Number(r), p: Number(p) }
  if (!isAffordable(cost)) return undefined
  const parsed = { ...cost, salt: fromBase64(salt), key: fromBase64(key) }
  if (parsed.salt.length < SALT_MIN || parsed.salt.length > 64) return undefined
  return parsed.key.length >= 16 && parsed.key.length <= 64 ? parsed : undefined
}

function isAffordable({ n, r, p }: ScryptCost): boolean {
  if (![n, r, p].every((value) => Number.isSafeInteger(value) && value > 0)) return false
  return n >= 2 && (n & (n - 1)) === 0 && n <= 1 << 20 && p <= 16 && 128 * n * r <= MEMORY_MAX
}

/** Empty for what is no canonical base64. */
function fromBase64(text: string): Buffer {
  const octets = Buffer.from(text, 'base64')
  return octets.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? octets : Buffer.alloc(0)
}

/**
 * @param salt at least 8 random octets, never used twice
 * @returns `scrypt$N$r$p$salt$hash`
 */
export async function hashPassword(password: string, salt: Uint8Array, cost: ScryptCost = usualCost): Promise<string> {
  if (salt.length < SALT_MIN) throw new RangeError(`a salt needs ${SALT_MIN} octets or more`)
  const key = await derive(password, salt, KEY_OCTETS, cost)
  const { n, r, p } = cost
  return `scrypt$${n}$${r}$${p}$${Buffer.from(salt).toString('base64')}$${key.toString('base64')}`
}

/**
 * Compares in constant time. Without a hash (nobody has that system id) it takes as long and says false.
 * A malformed hash says false.
 */
export async function verifyPassword(hash: string | undefined, password: string): Promise<boolean> {
  const parsed = hash === undefined ? undefined : parsePasswordHash(hash)
  const against = parsed ?? nobody
  const key = await derive(password, against.salt, against.key.length, against)
  return timingSafeEqual(key, against.key) && parsed !== undefined
}

const nobody: ParsedHash = { ...usualCost, salt: Buffer.alloc(16), key: Buffer.alloc(KEY_OCTETS) }

function derive(password: string, salt: Uint8Array, octets: number, { n, r, p }: ScryptCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: n, r, p, maxmem: 128 * n * r + 128 * r * p + 1024 * 1024 }
    scrypt(password, salt, octets, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}

/** What became of a check: `busy` when too many others are waiting. */
export type PasswordVerdict = 'right' | 'wrong' | 'busy'

export interface PasswordGate {
  /** As verifyPassword, in turn. Never rejects for a wrong password. */
  check(hash: string | undefined, password: string): Promise<PasswordVerdict>
}

export interface PasswordGateOptions {
  /** Checks at a time: they share the thread pool (4 threads) with the store's commits. */
  readonly atOnce?: number
  /** Checks that may wait for their turn; one more is `busy`. */
  readonly maxWaiting?: number
}

/** Lets few checks run at a time, so that a storm of binds cannot starve the store. */
export function createPasswordGate(options: PasswordGateOptions = {}): PasswordGate {
  const atOnce = options.atOnce ?? 2
  const maxWaiting = options.maxWaiting ?? 256
  const waiting: (() => void)[] = []
  let running = 0

  return {
    async check(hash, password) {
      if (running >= atOnce) {
        if (waiting.length >= maxWaiting) return 'busy'
        // The place is handed over by whoever finishes: `running` stays as it is.
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else running++
      try {
        return (await verifyPassword(hash, password)) ? 'right' : 'wrong'
      } finally {
        const next = waiting.shift()
        if (next === undefined) running--
        else next()
      }
    },
  }
}

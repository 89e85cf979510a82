// Branch parameters for requests of our own: not to be guessed, and known again as ours. Chance is an argument.
import { magicCookie } from './transaction-keys.js'

export interface Branches {
  /** A branch that nobody had before. */
  next(): string
  /** Whether a branch was made here: a request that carries one below its top has come in a circle. */
  isOwn(branch: string): boolean
}

/** Octets of chance per branch: who answers in another's name must guess them. */
const branchBytes = 8
const poolBytes = 128 * branchBytes
const prefixBytes = 6

/** @param random fills an array with octets that nobody can foresee */
export function branchSource(random: (into: Uint8Array) => void): Branches {
  const own = Buffer.alloc(prefixBytes)
  random(own)
  const prefix = `${magicCookie}${own.toString('hex')}`
  const pool = Buffer.alloc(poolBytes)
  let at = poolBytes
  return {
    next() {
      if (at === poolBytes) {
        random(pool)
        at = 0
      }
      at += branchBytes
      return prefix + pool.toString('hex', at - branchBytes, at)
    },
    isOwn: (branch) => branch.startsWith(prefix),
  }
}

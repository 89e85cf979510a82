import { describe, expect, it } from 'vitest'
import { addressGuard } from '../address-guard.js'
import { FORBIDDEN_ADDRESS, guardedLookup } from './webhook-resolve.js'

const guard = addressGuard([])

describe('the look-up of a name', () => {
  const all = [
    { address: '10.0.0.1', family: 4 },
    { address: '2600::1', family: 6 },
    { address: '8.8.8.8', family: 4 },
  ]
  const looked = (options: object, addresses = all) =>
    new Promise((resolve) => {
      guardedLookup(guard, () => Promise.resolve(addresses))('a.example', options, (error, address, family) =>
        resolve(error === null ? [address, family] : error.code),
      )
    })

  it('gives only addresses that may be connected to', async () => {
    expect(await looked({ all: true })).toEqual([[all[1], all[2]], undefined])
    expect(await looked({})).toEqual(['2600::1', 6])
    expect(await looked({ family: 4 })).toEqual(['8.8.8.8', 4])
  })

  it('fails where there is none', async () => {
    expect(await looked({ all: true }, all.slice(0, 1))).toBe(FORBIDDEN_ADDRESS)
    expect(await looked({}, [])).toBe('ENOTFOUND')
  })
})

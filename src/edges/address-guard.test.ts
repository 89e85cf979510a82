import { describe, expect, it } from 'vitest'
import { mayNameHost, addressGuard } from './address-guard.js'

const guard = addressGuard([])

describe('the guard', () => {
  it.each([
    '127.0.0.1',
    '127.255.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.250',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '3fff::1',
    'no address',
    'localhost',
    '',
  ])('refuses %s', (address) => {
    expect(guard(address)).toBe(false)
  })

  it.each([
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '198.51.99.1',
    '::ffff:8.8.8.8',
    '2606:4700::1111',
    '2600:1f18::1',
    '2a00:1450:4001::1',
  ])('lets %s through', (address) => {
    expect(guard(address)).toBe(true)
  })

  it('lets through what the operator allows, and no more', () => {
    const open = addressGuard(['127.0.0.1', '10.1.0.0/16', 'fd00::/8'])
    expect(['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', 'fd12::1'].map(open)).toEqual([true, true, true, true])
    expect(['127.0.0.2', '10.2.0.0', 'fe80::1'].map(open)).toEqual([false, false, false])
    expect(() => addressGuard(['10.0.0.1/8'])).toThrow(RangeError)
    expect(() => addressGuard(['localhost'])).toThrow(RangeError)
  })

  it('sees through the spellings of an address in a URL', () => {
    for (const url of ['http://0x7f.1/', 'http://2130706433/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/'])
      expect(mayNameHost(guard, new URL(url).hostname)).toBe(false)
    expect(mayNameHost(guard, new URL('http://[2600::1]/').hostname)).toBe(true)
    expect(mayNameHost(guard, 'localhost')).toBe(true)
  })
})

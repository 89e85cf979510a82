import { describe, expect, it } from 'vitest'
import { addressOf, writtenKind } from './address.js'

describe('what a peer wrote is', () => {
  it.each([
    [0, '07700900123', 'e164'],
    [1, '447700900123', 'e164'],
    [0, '00 44 (7700) 900-123', 'e164'],
    [0, '*31#447700900123', 'e164'],
    [0, '40404', 'shortCode'],
    [3, '123456', 'shortCode'],
    // A local number is no short code.
    [2, '900123', 'e164'],
    [4, '9001', 'e164'],
    [1, '12345', 'e164'],
    [0, 'Acme', 'alphanumeric'],
    [0, '2nd Bank', 'alphanumeric'],
    [5, '447700900123', 'alphanumeric'],
    [0, '', 'alphanumeric'],
    [0, '-', 'alphanumeric'],
  ])('TON %d, %j: %s', (ton, value, kind) => {
    expect(writtenKind({ ton, npi: 1, value })).toBe(kind)
  })
})

it('a + in front is not kept, but what it says is', () => {
  expect(addressOf(0, 1, '+447700900123')).toEqual({ ton: 1, npi: 1, value: '447700900123' })
  expect(addressOf(2, 8, '+447700900123')).toEqual({ ton: 1, npi: 8, value: '447700900123' })
  expect(addressOf(5, 0, '+Acme')).toEqual({ ton: 5, npi: 0, value: 'Acme' })
  expect(addressOf(0, 0, '+Acme')).toEqual({ ton: 0, npi: 0, value: 'Acme' })
  expect(addressOf(2, 8, '447700900123')).toEqual({ ton: 2, npi: 8, value: '447700900123' })
})

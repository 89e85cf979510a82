import { expect, it } from 'vitest'
import { nearest } from './nearest.js'

it.each([
  ['prot', 'port'],
  ['Port', 'port'],
  ['recieveWindow', 'receiveWindow'],
  ['banana', undefined],
  ['', undefined],
  ['p', undefined],
])('proposes for "%s" %s', (word, expected) => {
  expect(nearest(word, ['host', 'port', 'receiveWindow'])).toBe(expected)
})

import { expect, it } from 'vitest'
import { ConnectionBounds } from './connection-bounds.js'

it('counts all and those of one address, and what is let go makes room', () => {
  const bounds = new ConnectionBounds({ connections: 3, connectionsPerAddress: 2 })
  expect(['a', 'a', 'a', 'b', 'c'].map((each) => bounds.take(each))).toEqual([
    ...['taken', 'taken', 'connectionsPerAddress', 'taken', 'connections'],
  ])
  bounds.release('a')
  bounds.release('nobody')
  expect(bounds.size).toBe(2)
  expect(bounds.take('a')).toBe('taken')
})

it('takes the addresses of one IPv6 network for one: who has it has them all', () => {
  const bounds = new ConnectionBounds({ connections: 10, connectionsPerAddress: 2 })
  expect(['2001:db8::1', '2001:db8:0:0:1::2', '2001:db8::3'].map((each) => bounds.take(each))).toEqual([
    ...['taken', 'taken', 'connectionsPerAddress'],
  ])
  expect(bounds.take('2001:db8:0:1::1')).toBe('taken')
  bounds.release('2001:db8::1')
  expect(bounds.take('2001:db8::4')).toBe('taken')
})

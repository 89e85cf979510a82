import { describe, expect, it } from 'vitest'
import { loadConfig } from './load.js'
import { parseSipListeners } from './sip-listeners.js'

describe('sip.listeners', () => {
  it('is a list of kinds, hosts and ports', () => {
    expect(parseSipListeners(' udp://127.0.0.1:5060,tcp://sip.example.com:0  wss://[2001:db8::1]:443 ')).toEqual([
      { kind: 'udp', host: '127.0.0.1', port: 5060 },
      { kind: 'tcp', host: 'sip.example.com', port: 0 },
      { kind: 'wss', host: '2001:db8::1', port: 443 },
    ])
    expect(parseSipListeners('udp://0.0.0.0:5060 tcp://0.0.0.0:5060')).toHaveLength(2)
    expect(parseSipListeners('tcp://[::]:0 ws://[::]:0')).toHaveLength(2)
    expect(parseSipListeners(loadConfig().sip.listeners)).toHaveLength(3)
  })

  it.each([
    '',
    ' , ',
    'udp:127.0.0.1:5060',
    'sctp://127.0.0.1:5060',
    'udp://127.0.0.1',
    'udp://127.0.0.1:65536',
    'udp://::1:5060',
    'udp://[127.0.0.1]:5060',
    'udp://user@host:5060',
    'udp://host:5060/path',
    'tcp://0.0.0.0:5060 ws://0.0.0.0:5060',
    'udp://h:5060 udp://h:5060',
  ])('refuses %j', (text) => expect(parseSipListeners(text)).toBeUndefined())
})

// What the page believes of config.json.
import { expect, it } from 'vitest'
import { isServer, readPageConfig } from './page-config.js'

const nothing = { domain: '', numbersDomain: '', server: '', isServerFixed: false }

it.each([
  [
    { domain: 'SIP.example.com', url: 'wss://x/ws' },
    { domain: 'sip.example.com', server: 'wss://x/ws', isServerFixed: true },
  ],
  [{ port: 5066, isSecure: false }, { server: 'ws://phone.example:5066' }],
  [
    { port: 5067, isSecure: true, numbersDomain: 'sms.example.com' },
    { server: 'wss://phone.example:5067', numbersDomain: 'sms.example.com' },
  ],
  [{ port: 70_000, domain: 'a b', url: 'https://x' }, {}],
  [null, {}],
  ['x', {}],
])('%j', (value, read) => expect(readPageConfig(value, 'phone.example')).toEqual({ ...nothing, ...read }))

it('URLs of WebSockets are told from others', () => {
  expect(['ws://a', 'wss://a:1/b?c', 'WSS://a', 'ws://[::1]:5066'].every(isServer)).toBe(true)
  expect(['', 'a', 'http://a', 'javascript:1', 'ws://u@a', 'ws://a#b', 'ws://'].some(isServer)).toBe(false)
})

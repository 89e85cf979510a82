// Where answers go and what their Via says, as a table over RFC 3261 §18.2 and RFC 3581 §4.
import { describe, expect, it } from 'vitest'
import type { Via } from './message.js'
import { responsePeer, stampedVia } from './respond-to.js'
import { parseVia, writeVia } from './via.js'

const source = { address: '198.51.100.7', port: 31_000 }
const rows: [string, string | undefined, string][] = [
  // Via, the stamped one, where to
  ['10.0.0.1:5070;branch=b', '10.0.0.1:5070;branch=b;received=198.51.100.7', '198.51.100.7:5070'],
  ['10.0.0.1;branch=b', '10.0.0.1;branch=b;received=198.51.100.7', '198.51.100.7:5060'],
  ['198.51.100.7:31000;branch=b', undefined, '198.51.100.7:31000'],
  ['198.51.100.7;rport;branch=b', '198.51.100.7;rport=31000;branch=b;received=198.51.100.7', '198.51.100.7:31000'],
  ['phone.invalid;branch=b;rport', 'phone.invalid;branch=b;rport=31000;received=198.51.100.7', '198.51.100.7:31000'],
  // What the sender says of himself is put right.
  ['a.example;received=203.0.113.9;rport=9', 'a.example;received=198.51.100.7;rport=31000', '198.51.100.7:31000'],
  // Nobody has his answers sent to a third.
  ['a.example;maddr=203.0.113.9', 'a.example;maddr=203.0.113.9;received=198.51.100.7', '198.51.100.7:5060'],
  ['a.example:0', 'a.example:0;received=198.51.100.7', '198.51.100.7:31000'],
]

describe('the way back', () => {
  it.each(rows)('of %s', (text, stamped, to) => {
    const via = parseVia(`SIP/2.0/UDP ${text}`) as Via
    const result = stampedVia(via, source)
    expect(result && writeVia(result).slice('SIP/2.0/UDP '.length)).toBe(stamped)
    const { address, port } = responsePeer(via, source, { symmetric: 'asked' })
    expect(`${address}:${port}`).toBe(to)
    expect(responsePeer(via, source, { symmetric: 'always' })).toBe(source)
  })

  it('knows an IPv6 host in its brackets', () => {
    const via = parseVia('SIP/2.0/UDP [2001:db8::1]:5060;branch=b') as Via
    expect(stampedVia(via, { address: '2001:db8::1', port: 5060 })).toBeUndefined()
  })
})

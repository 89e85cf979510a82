// What datagrams are no messages, and the STUN answer of RFC 5769 §2.2 and §2.3 in its addresses.
import { describe, expect, it } from 'vitest'
import { datagramKeepalive } from './keepalive.js'

const source = { address: '192.0.2.1', port: 32_853 }
const id = 'b7e7a701bc34d686fa87dfae'
const request = (type = '0001', length = '0000') => Buffer.from(`${type}${length}2112a442${id}`, 'hex')

describe('a keepalive', () => {
  it('of STUN is told the address that it came from', () => {
    const answer = `0101000c2112a442${id}002000080001a147e112a643`
    expect((datagramKeepalive(request(), source) as Buffer).toString('hex')).toBe(answer)
    const six = { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853 }
    const answerSix = `010100182112a442${id}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`
    expect((datagramKeepalive(request(), six) as Buffer).toString('hex')).toBe(answerSix)
  })

  it.each(['::1', '::', 'fe80::1%eth0', '1::', '::ffff:192.0.2.1'])('of STUN from %s is answered', (address) => {
    expect((datagramKeepalive(request(), { address, port: 1 }) as Buffer).length).toBe(44)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['line ends', Buffer.from('\r\n\r\n')],
    ['zero octets', Buffer.alloc(4)],
    ['an indication', request('0011')],
    ['a response', request('0101')],
    ['a length that lies', request('0001', '0008')],
    ['no cookie', Buffer.concat([request().subarray(0, 4), Buffer.alloc(16)])],
  ])('of another kind is met with silence: %s', (_name, bytes) => {
    expect(datagramKeepalive(bytes, source)).toBe('silence')
  })

  it('is not what begins like a message, line ends first or not', () => {
    expect(datagramKeepalive(Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n'), source)).toBeUndefined()
    expect(datagramKeepalive(Buffer.from('\r\n\r\nOPTIONS sip:a SIP/2.0\r\n\r\n'), source)).toBeUndefined()
  })
})

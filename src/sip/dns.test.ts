import { describe, expect, it } from 'vitest'
import { systemDns } from './dns.js'

describe('the DNS of the machine', () => {
  it('knows the names of the hosts file where no server can be asked', async () => {
    // Nobody listens there.
    const dns = systemDns({ servers: ['127.0.0.1:1'], timeoutMs: 200 })
    expect((await dns.a('localhost')).records).toContain('127.0.0.1')
    await expect(dns.srv('_sip._udp.localhost')).rejects.toThrow()
  })
})

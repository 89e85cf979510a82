// What a message costs to read and to write, printed. The bounds are a fraction of what was measured: a busy machine must not fail.
import { describe, expect, it } from 'vitest'
import { parseMessage } from './parse.js'
import { writeResponse } from './write.js'

const text = 'A message of about eighty-five characters, which is what people write, more or less..'
const bytes = Buffer.from(
  [
    'MESSAGE sip:+15559870001@sms.example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bK776asdhds83jd02;rport',
    'Max-Forwards: 70',
    'From: "Alice" <sip:15551230001@sip.example.com>;tag=49583aef02',
    'To: <sip:+15559870001@sms.example.com>',
    'Call-ID: 843817637684230@998sdasdh09',
    'CSeq: 1826 MESSAGE',
    'Proxy-Authorization: Digest username="15551230001", realm="sip.example.com", nonce="66f1c2a40000000b7c1d2e3f4a5b", ' +
      'uri="sip:+15559870001@sms.example.com", response="6629fae49393a05397450978507c4ef1", qop=auth, nc=00000001',
    'User-Agent: softphone/5.2.1',
    'Content-Type: text/plain;charset=UTF-8',
    `Content-Length: ${text.length}`,
    '',
    text,
  ].join('\r\n'),
)

/** The best of some rounds, µs a run: what else the machine does is not ours. */
function micros(work: () => unknown): number {
  const runs = 5_000
  let best = Infinity
  for (let round = 0; round < 15; round++) {
    const from = process.hrtime.bigint()
    for (let i = 0; i < runs; i++) work()
    best = Math.min(best, Number(process.hrtime.bigint() - from) / 1000 / runs)
  }
  return best
}

describe('the speed of', () => {
  it('reading a MESSAGE with credentials, and answering it', () => {
    const message = parseMessage(bytes)
    if (message.kind !== 'request') throw new Error('the sample is no request')
    const reading = micros(() => parseMessage(bytes))
    const writing = micros(() => writeResponse(message, { status: 202, toTag: 'a1b2c3' }))
    console.log(`reading: ${reading.toFixed(2)} µs, writing the answer: ${writing.toFixed(2)} µs`)
    // 200,000 a second are 5 µs, on a machine that does nothing else.
    expect(reading).toBeLessThan(15)
    expect(writing).toBeLessThan(10)
  })

  it('reading a head that was made to be slow', () => {
    const worst = [
      `Subject: ${' '.repeat(7000)}x`,
      `To: ${'"\\'.repeat(3000)}`,
      `Contact: ${',<'.repeat(3000)}`,
      `Via: ${'SIP/2.0/UDP x,'.repeat(500)}`,
      `From: ${';'.repeat(7000)}`,
      `X:${'\r\n y'.repeat(1700)}`,
    ]
    for (const line of worst) {
      const slow = Buffer.from(bytes.toString().replace('User-Agent: softphone/5.2.1', line))
      const from = process.hrtime.bigint()
      for (let i = 0; i < 100; i++) parseMessage(slow)
      expect(Number(process.hrtime.bigint() - from) / 1e6 / 100).toBeLessThan(5)
    }
  })
})

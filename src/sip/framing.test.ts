// Framing: the same messages however the bytes are cut, bounds, pings, and no work that grows with the square of a trickle.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SipFramer } from './framing.js'
import { sipLimits, type SipLimits } from './limits.js'

const messageOf = (body: string, length = `Content-Length: ${Buffer.byteLength(body)}`) =>
  `MESSAGE sip:a@b.c SIP/2.0\r\nVia: SIP/2.0/TCP x\r\nContact: <sip:a@b.c>\r\nc: text/plain\r\n${length}\r\n\r\n${body}`

/** All steps of a stream that comes in these chunks: messages as text, until there is no more or framing is lost. */
function steps(chunks: readonly Buffer[], limits: SipLimits = sipLimits): readonly unknown[] {
  const framer = new SipFramer(limits)
  const seen: unknown[] = []
  const views: (readonly [Buffer, string])[] = []
  for (const chunk of chunks) {
    framer.push(chunk)
    for (let step = framer.next(); step !== 'more'; step = framer.next()) {
      if (typeof step === 'object') return [...seen, { status: step.status, why: step.why }]
      const view = framer.bytes.subarray(framer.start, framer.end)
      seen.push(step === 'ping' ? 'ping' : view.toString('latin1'))
      if (step === 'message') views.push([view, view.toString('latin1')])
    }
  }
  // What was handed on stays what it was while later chunks come.
  for (const [view, text] of views) expect(view.toString('latin1')).toBe(text)
  return seen
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...at.map((place) => place % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return places.slice(1).map((end, i) => Buffer.from(bytes.subarray(places[i], end)))
}

const lost: readonly (readonly [string, number, string])[] = [
  ['Content-Length: -1', 400, 'Malformed Content-Length'],
  ['Content-Length: 5x', 400, 'Malformed Content-Length'],
  ['Content-Length: 5\r\nl: 5', 400, 'Malformed Content-Length'],
  ['Content-Length: 99999999999999999999', 400, 'Malformed Content-Length'],
  ['Content-Length: 70000', 413, 'Request Entity Too Large'],
  ['X: y', 400, 'Missing Content-Length'],
  [`X: ${'y'.repeat(20_000)}`, 513, 'Message Too Large'],
]

describe('framing', () => {
  it('cuts messages, however the bytes come', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }).map((body) => messageOf(body)),
      fc.constant('\r\n\r\n'),
      fc.constant('\r\n'),
      fc
        .constantFrom('L : 3', 'CONTENT-LENGTH:\r\n 3', 'content-length: 003\t')
        .map((length) => messageOf('a\r\n', length)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(fc.nat(1000), { maxLength: 30 }), (pieces, at) => {
        const bytes = Buffer.from(pieces.join(''))
        const whole = steps([bytes])
        expect(steps(cut(bytes, at))).toEqual(whole)
        expect(whole.filter((step) => step !== 'ping')).toHaveLength(pieces.filter((each) => each.length > 4).length)
      }),
    )
  })

  it('cuts octet by octet', () => {
    const bytes = Buffer.from(`\r\n\r\n${messageOf('one')}\r\n${messageOf('')}`)
    const octets = [...bytes].map((octet) => Buffer.from([octet]))
    expect(steps(octets)).toEqual(['ping', messageOf('one'), messageOf('')])
  })

  it('tells a ping from padding', () => {
    expect(steps([Buffer.from('\r\n\r\n')])).toEqual(['ping'])
    expect(steps([Buffer.from('\r\n'), Buffer.from('\r\n')])).toEqual(['ping'])
    expect(steps([Buffer.from(`\r\n${messageOf('a')}\r\n`)])).toEqual([messageOf('a')])
  })

  it.each(lost)('is lost with %j', (length, status, why) => {
    const bytes = Buffer.from(messageOf('abcde', length))
    expect(steps([bytes])).toEqual([{ status, why }])
    const framer = new SipFramer()
    framer.push(bytes)
    const step = framer.next()
    // For good, with the head to answer to and nothing else kept.
    framer.push(Buffer.from(messageOf('x')))
    expect(framer.next()).toBe(step)
    expect(typeof step === 'object' && step.head.length <= sipLimits.headBytes).toBe(true)
    expect(framer.isWithinMessage).toBe(false)
  })

  it('is lost to a head that never ends, at its bound', () => {
    const framer = new SipFramer()
    let pushed = 0
    for (;;) {
      framer.push(Buffer.alloc(100, 'x'))
      pushed += 100
      const step = framer.next()
      if (step === 'more') continue
      expect(step).toMatchObject({ status: 513 })
      break
    }
    expect(pushed).toBeLessThanOrEqual(sipLimits.headBytes + 100)
  })

  it('never throws and never grows', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
        steps(chunks.map((chunk) => Buffer.from(chunk)))
      }),
    )
  })

  it('says whether a message is under way', () => {
    const framer = new SipFramer()
    expect(framer.isWithinMessage).toBe(false)
    framer.push(Buffer.from('MESSAGE'))
    framer.next()
    expect(framer.isWithinMessage).toBe(true)
    framer.push(Buffer.from(messageOf('a').slice(7)))
    expect([framer.next(), framer.next(), framer.isWithinMessage]).toEqual(['message', 'more', false])
  })

  it('copies a trickle a few times, not once an octet', () => {
    const limits = { ...sipLimits, headBytes: 1 << 20, bodyBytes: 1 << 20 }
    const micros = (octets: number) => {
      const chunk = Buffer.from('x')
      const framer = new SipFramer(limits)
      framer.push(Buffer.from(messageOf('', `Content-Length: ${octets}`)))
      framer.next()
      const from = process.hrtime.bigint()
      for (let i = 0; i < octets; i++) {
        framer.push(chunk)
        framer.next()
      }
      return Number(process.hrtime.bigint() - from) / 1000
    }
    micros(10_000)
    // Sixteen times the octets: squared work would be 256 times as long.
    const best = (octets: number) => Math.min(...Array.from({ length: 5 }, () => micros(octets)))
    // The best of some tries, for others use the machine too.
    expect(best(400_000) / best(25_000)).toBeLessThan(100)
  })
})

// Hostile and broken bytes: each gets its right answer or its connection closed, and nobody else notices.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Duplex, wire } from './duplex.suite.js'
import { Framer } from './framer.js'
import { decode } from './pdu/decode.js'
import { anyPdu } from './pdu/pdus.suite.js'
import { status } from './status.js'

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex')
const submitHead = '00000004 00000000 00000007'
/** A submit_sm's body up to sm_length, empty but for what the test puts behind it. */
const beforeMessage = '00 000000 000000 000000 00 00 00000000'

/** Gives the bytes their true command_length. */
function sized(text: string): Buffer {
  const bytes = hex(`00000000${text}`)
  bytes.writeUInt32BE(bytes.length, 0)
  return bytes
}

const framingLost: readonly (readonly [string, Buffer])[] = [
  ...[0, 3, 4, 8, 15, 0x7fffffff, 0xffffffff, 70 * 1024 + 1].map((length) => {
    const bytes = hex(`00000000 ${submitHead}`)
    bytes.writeUInt32BE(length, 0)
    return [`command_length ${length}`, bytes] as const
  }),
  ['four octets that say two', hex('0000000200')],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['TLS', hex('16030100f8010000f40303cafebabe')],
]

const nacked: readonly (readonly [string, Buffer, string])[] = [
  ['an unknown id', sized('00000abc 00000000 00000007'), `generic_nack ${status.ESME_RINVCMDID} 7`],
  ['no body at all', sized(submitHead), `submit_sm_resp ${status.ESME_RINVCMDLEN} 7`],
  ['a cut body', sized(`${submitHead} 00 0101 31`), `submit_sm_resp ${status.ESME_RINVCMDLEN} 7`],
  ['no NUL anywhere', sized(`${submitHead} ${'41'.repeat(300)}`), `submit_sm_resp ${status.ESME_RINVSERTYP} 7`],
  ['sm_length 255 with 2 octets', sized(`${submitHead} ${beforeMessage} ff 6869`), `submit_sm_resp ${status.ESME_RINVMSGLEN} 7`], // prettier-ignore
  ['a TLV of 65535 with 1 octet', sized(`${submitHead} ${beforeMessage} 00 0424 ffff 01`), `submit_sm_resp ${status.ESME_RINVTLVSTREAM} 7`], // prettier-ignore
  ['255 destinations that are not there', sized(`00000021 00000000 00000007 00 000000 ff 01 01 01 3100`), `submit_multi_resp ${status.ESME_RINVNUMDESTS} 7`], // prettier-ignore
]

const taken: readonly (readonly [string, Buffer])[] = [
  ['an integer TLV of a wrong length', sized(`${submitHead} ${beforeMessage} 00 0204 0001 01`)],
  ['UDHI with a UDH that is longer than the message', sized(`${submitHead} ${beforeMessage.replace('000000 00 00', '400000 00 00')} 02 ff00`)], // prettier-ignore
  ['UDHI without a message', sized(`${submitHead} ${beforeMessage.replace('000000 00 00', '400000 00 00')} 00`)],
  ['two octets of junk behind', sized(`${submitHead} ${beforeMessage} 00 dead`)],
]

const submit = { command: 'submit_sm', destination_addr: '1' } as const

describe('poison', () => {
  it.each(framingLost)('%s closes the connection, bound or not, after telling once', (_what, bytes) => {
    for (const victim of [Duplex.smsc(), Duplex.bound()]) {
      victim.receive(bytes, [submit, 9])
      expect(victim.sentBriefly()).toEqual([`generic_nack ${status.ESME_RINVCMDLEN} 0`])
      expect([victim.closedBy, victim.ended, victim.requests]).toEqual(['framingLost', 'end', []])
    }
  })

  it.each(nacked)('%s is refused, and the session goes on', (_what, bytes, answer) => {
    const victim = Duplex.bound()
    victim.receive(bytes, [{ command: 'enquire_link' }, 8])
    expect(victim.sentBriefly()).toEqual([answer, 'enquire_link_resp 0 8'])
    expect(victim.requests).toEqual([])
  })

  it.each(taken)('%s harms nobody: it is a request', (_what, bytes) => {
    const victim = Duplex.bound()
    victim.receive(bytes)
    expect(victim.requests).toHaveLength(1)
    expect(victim.sent()).toEqual([])
  })

  it('a long PDU that never comes holds only what has come, until a timer ends it', () => {
    const victim = Duplex.smsc({ sessionInitMs: 1000 })
    victim.receive(hex('00004000 00000004'))
    victim.tick(1000)
    expect(victim.closedBy).toBe('sessionInitTimeout')
  })

  it('responses to nothing, nacks of nothing and a body where none belongs are counted and ignored', () => {
    const victim = Duplex.bound()
    victim.receive([{ command: 'submit_sm_resp', message_id: 'x' }, 5], [{ command: 'generic_nack' }, 0])
    victim.receive([{ command: 'deliver_sm_resp', message_id: 'x' }, 0xffffffff])
    expect([victim.session.strays, victim.sent(), victim.closedBy]).toEqual([3, [], undefined])
  })

  it('of one session does not reach its neighbour', () => {
    const neighbour = Duplex.bound()
    for (const [, bytes] of [...framingLost, ...nacked]) {
      Duplex.bound().receive(bytes)
      neighbour.receive([{ command: 'enquire_link' }, 3])
      expect(neighbour.sentBriefly()).toEqual(['enquire_link_resp 0 3'])
    }
  })
})

/** Runs `once` until the time is up: the fuzzing is boxed by time, not by count. */
function forMs(ms: number, once: () => void): number {
  const until = performance.now() + ms
  let runs = 0
  for (; performance.now() < until; runs++) once()
  return runs
}

/** A small seeded generator, so that a failure can be played again. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('fuzz', () => {
  const samples = fc.sample(anyPdu, { numRuns: 200, seed: 7 }).map((pdu) => wire(pdu, pdu.sequence))

  it('random bytes never throw, and end in PDUs or a close', () => {
    const random = seeded(1)
    const runs = forMs(700, () => {
      const victim = Duplex.bound('bind_transceiver', {}, { onRequest: () => undefined })
      for (let i = 0; i < 5; i++) victim.receive(Buffer.from(Array.from({ length: random(200) }, () => random(256))))
      expect(victim.error === undefined || victim.closedBy === 'framingLost').toBe(true)
    })
    expect(runs).toBeGreaterThan(10)
  })

  it('mutated PDUs never throw, never read beyond their end, and are answered or taken', () => {
    const random = seeded(2)
    const runs = forMs(1300, () => {
      const from = samples[random(samples.length)] as Buffer
      const bytes = Buffer.from(from.subarray(0, 16 + random(from.length - 15)))
      for (let flips = random(4); flips > 0; flips--) bytes[4 + random(bytes.length - 4)] = random(256)
      bytes.writeUInt32BE(bytes.length, 0)
      // The same octets with others behind them must decode the same: nothing is read past the end.
      const alone = decode(bytes, 0, bytes.length)
      const within = decode(Buffer.concat([bytes, Buffer.alloc(300, 0x41)]), 0, bytes.length)
      expect(within).toEqual(alone)
      const victim = Duplex.bound('bind_transceiver', {}, { onRequest: () => undefined })
      victim.receive(bytes)
      expect(victim.closedBy === undefined || victim.closedBy === 'unbound').toBe(true)
    })
    expect(runs).toBeGreaterThan(10)
  })

  it('a stream cut anywhere gives the same frames', () => {
    const stream = Buffer.concat(samples.slice(0, 40))
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 60 }), (cuts) => {
        const framer = new Framer()
        const frames: Buffer[] = []
        let at = 0
        for (const cut of [...cuts, stream.length]) {
          framer.push(stream.subarray(at, at + cut))
          at += cut
          for (let step = framer.next(); step === 'frame'; step = framer.next()) {
            frames.push(Buffer.from(framer.bytes.subarray(framer.start, framer.end)))
          }
        }
        expect(Buffer.concat(frames).equals(stream)).toBe(true)
        expect(frames).toHaveLength(40)
      }),
      { numRuns: 100 },
    )
  })
})

import { describe, expect, it } from 'vitest'
import { echoText } from './echo-text.js'
import { contentOf } from './content.js'
import { moOf, receiptOf, UserRig } from './sip-user-rig.suite.js'

const home = 'sip:bob@192.0.2.1'
const work = 'sip:bob@192.0.2.2'
const long = Array.from({ length: 400 }, (_, i) => `word${i}`).join(' ')
const longMo = (id = '01') => moOf(id, { content: contentOf(long) })

/** Answers all that is asked, and puts together what was. */
function takeAll(rig: UserRig): string[] {
  const texts: string[] = []
  while (rig.asked.length > 0) {
    const asked = rig.next()
    texts.push(asked.text)
    asked.answer(200)
  }
  return texts
}

const callIds = (rig: UserRig): string[] =>
  rig.asked.flatMap(({ request }) => request.fields.filter(({ name }) => name === 'call-id').map(({ value }) => value))

describe('a text that is too long for a datagram', () => {
  it('goes in pieces, each when the one before is taken', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(longMo())
    expect(rig.asked).toHaveLength(1)
    const texts = takeAll(rig)
    expect(texts.length).toBeGreaterThan(2)
    expect(texts.join('')).toBe(long)
    expect(rig.told).toEqual([{ id: '01', result: 'taken' }])
  })

  it('goes whole over a connection of the same phone', () => {
    const rig = new UserRig()
    const phone = { instance: 'urn:uuid:1' }
    rig.register(home, 'udp', { ...phone, regId: 1, q: 1000 })
    rig.register(work, 'tcp', { ...phone, regId: 2, q: 500 })
    rig.offer(longMo(), moOf('02'))
    expect(rig.asked.map(({ contact }) => contact)).toEqual([work])
    expect(takeAll(rig)).toEqual([long, 'text 02'])
    expect(rig.sentTexts.at(-1)).toBe(`${home} text 02`)
  })

  it('goes whole over a connection of the same phone that registered as two', () => {
    const rig = new UserRig()
    rig.register(home, 'udp', { instance: 'urn:uuid:1' })
    rig.register(work, 'wss', { instance: 'urn:uuid:1' })
    rig.offer(longMo())
    expect(rig.asked.map(({ contact }) => contact)).toEqual([work])
  })

  it('goes whole to one phone and in pieces to another', () => {
    const rig = new UserRig()
    rig.register(home, 'udp')
    rig.register(work, 'tls')
    rig.offer(longMo())
    rig.next(work).answer(200)
    expect(rig.told).toEqual([{ id: '01', result: 'taken' }])
    expect(takeAll(rig).join('')).toBe(long)
  })

  it('goes as it is where that is wished', () => {
    const rig = new UserRig({ largeOnUdp: 'send' })
    rig.register(home)
    rig.offer(longMo())
    expect(takeAll(rig)).toEqual([long])
  })

  it('goes nowhere where it makes too many pieces', () => {
    const rig = new UserRig({ maxPieces: 2 })
    rig.register(home)
    rig.offer(longMo(), moOf('02'))
    expect(rig.told).toEqual([{ id: '01', result: { state: 'UNDELIVERABLE', error: '513' } }])
    expect(rig.next().text).toBe('text 02')
  })

  it('goes on with the next piece when the phone is there again', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(longMo())
    const first = rig.next().text
    rig.next().answer(200)
    rig.next().answer(480)
    expect(rig.told).toEqual([{ id: '01', result: 'later' }])
    rig.advance(1)
    rig.register(home)
    expect([first, ...takeAll(rig)].join('')).toBe(long)
    expect(rig.told.at(-1)).toEqual({ id: '01', result: 'taken' })
  })
})

describe('a phone that says 413', () => {
  it.each([413, 513])('is sent smaller pieces (%i)', (status) => {
    const rig = new UserRig()
    rig.register(home, 'tcp')
    rig.offer(longMo())
    const ids = new Set<string>()
    const texts: string[] = []
    while (rig.asked.length > 0) {
      const asked = rig.next()
      for (const id of callIds(rig)) ids.add(id)
      if (asked.text.length > 900) asked.answer(status)
      else {
        texts.push(asked.text)
        asked.answer(200)
      }
    }
    expect(texts.join('')).toBe(long)
    expect(rig.told).toEqual([{ id: '01', result: 'taken' }])
    // A phone must not take a smaller piece for a copy of the larger one.
    expect(ids.size).toBe(rig.sentTexts.length)
  })

  it('whatever the size has had it', () => {
    const rig = new UserRig()
    rig.register(home, 'tcp')
    rig.offer(longMo())
    while (rig.asked.length > 0) rig.next().answer(413)
    expect(rig.told).toEqual([{ id: '01', result: { state: 'UNDELIVERABLE', error: '413' } }])
    expect(rig.sentTexts.length).toBeLessThan(10)
  })

  it('to a notification is not told', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(receiptOf('01', echoText({ messageId: 'm', to: 'sip:1@x', dateTime: '', recordRoutes: [] })))
    rig.next().answer(413)
    expect(rig.told).toEqual([{ id: '01', result: { state: 'UNDELIVERABLE', error: '413' } }])
  })
})

describe('a phone with two ways to it', () => {
  const ways = (rig: UserRig): void => {
    rig.register(home, 'udp', { instance: 'urn:uuid:1', regId: 1, q: 1000 })
    rig.register(work, 'udp', { instance: 'urn:uuid:1', regId: 2, q: 500 })
  }

  it.each(['timeout', 'failed'] as const)('is sent it the other way after %s', (kind) => {
    const rig = new UserRig()
    ways(rig)
    rig.offer(moOf('01'))
    rig.next(home).end({ kind })
    rig.next(work).answer(200)
    expect(rig.told).toEqual([{ id: '01', result: 'taken' }])
  })

  it('is sent it the other way when a proxy has lost its own', () => {
    const rig = new UserRig()
    ways(rig)
    rig.offer(moOf('01'))
    rig.next(home).answer(430)
    rig.next(work).answer(480)
    expect(rig.told).toEqual([{ id: '01', result: 'later' }])
  })

  it('is not sent again what it has answered', () => {
    const rig = new UserRig()
    ways(rig)
    rig.offer(moOf('01'))
    rig.next(home).answer(415)
    expect(rig.asked).toEqual([])
  })
})

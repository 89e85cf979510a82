import { describe, expect, it } from 'vitest'
import { bob, moOf, receiptOf, UserRig } from './sip-user-rig.suite.js'
import { echoText } from './echo-text.js'

const home = 'sip:bob@192.0.2.1'
const work = 'sip:bob@192.0.2.2'
const echo = echoText({ messageId: 'Msg1', to: 'sip:+15551230002@sms.example.com', dateTime: '', recordRoutes: [] })

describe('a SIP user', () => {
  it('gets what waits when he registers, one after the other', () => {
    const rig = new UserRig()
    rig.offer(moOf('01'), moOf('02'))
    expect(rig.asked).toEqual([])
    rig.register(home)
    expect(rig.asked.map(({ text }) => text)).toEqual(['text 01'])
    rig.next().answer(200)
    expect(rig.told).toEqual([{ id: '01', result: 'taken' }])
    expect(rig.asked.map(({ text }) => text)).toEqual(['text 02'])
    rig.next().answer(202)
    expect(rig.told.at(-1)).toEqual({ id: '02', result: 'taken' })
    expect(rig.dispatcher.total).toBe(0)
  })

  it.each([
    [404, { state: 'UNDELIVERABLE', error: '404' }],
    [415, { state: 'REJECTED', error: '415' }],
    [488, { state: 'REJECTED', error: '488' }],
    [603, { state: 'REJECTED', error: '603' }],
    [401, { state: 'UNDELIVERABLE', error: '401' }],
    [500, 'refused'],
  ] as const)('who answers %i has had it', (status, result) => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(moOf('01'), moOf('02'))
    rig.next().answer(status)
    expect(rig.told).toEqual([{ id: '01', result }])
    expect(rig.next().text).toBe('text 02')
  })

  it.each([408, 480, 503, 504] as const)('who answers %i is left alone until he registers', (status) => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(moOf('01'), moOf('02'))
    rig.next().answer(status)
    expect(rig.told).toEqual([{ id: '01', result: 'later' }])
    rig.advance(59_000)
    expect(rig.asked).toEqual([])
    rig.register(home)
    expect(rig.next().text).toBe('text 01')
  })

  it('is sent nothing with the Call-ID of an earlier run, which a phone may still know', () => {
    const callIds = [0, 2000].map((laterMs) => {
      const rig = new UserRig()
      rig.nowMs += laterMs
      rig.register(home)
      rig.offer(moOf('01'))
      return rig.next().request.fields.find(({ name }) => name === 'call-id')?.value
    })
    expect(new Set(callIds).size).toBe(2)
  })

  it('who is silent is tried again after a while, which grows', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(moOf('01'))
    const waits = [60, 120, 240, 480, 900, 900].map((seconds) => {
      rig.next().end({ kind: 'timeout' })
      rig.advance(seconds * 1000 - 1)
      const early = rig.asked.length
      rig.advance(1)
      return [early, rig.asked.length]
    })
    expect(waits).toEqual(waits.map(() => [0, 1]))
    rig.next().answer(200)
    expect(rig.told.at(-1)?.result).toBe('taken')
  })

  it('who says when is tried then', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(moOf('01'))
    rig.next().answer(503, 'Retry-After: 7\r\n')
    rig.advance(6999)
    expect(rig.asked).toEqual([])
    rig.advance(1)
    expect(rig.next().text).toBe('text 01')
  })

  it('whose connection ends with a message on it gets it over the next', () => {
    const rig = new UserRig()
    const binding = rig.register(home, 'tcp')
    rig.offer(moOf('01'))
    rig.close(binding)
    expect(rig.told).toEqual([{ id: '01', result: 'lost' }])
    expect(rig.removed).toEqual(['a:bob'])
    rig.register(home, 'tcp')
    rig.next().answer(200)
    expect(rig.told.at(-1)?.result).toBe('taken')
  })

  it('whose connection is over without anybody having said so is not sent anything', () => {
    const rig = new UserRig()
    const binding = rig.register(home, 'ws')
    rig.close(binding)
    rig.bindings = [binding]
    rig.users.reachable(bob, true)
    rig.offer(moOf('01'))
    rig.pump()
    expect(rig.events).toEqual([`lost ${home}`])
    expect(rig.told).toEqual([])
    expect(rig.users.size).toBe(0)
    rig.register(work)
    expect(rig.next().text).toBe('text 01')
  })

  it('waits while there is no room for requests, or none goes', () => {
    const rig = new UserRig()
    rig.register(home)
    for (const says of ['full', 'notSent'] as const) {
      rig.says = says
      rig.offer(moOf(says))
      rig.advance(0)
      expect(rig.asked).toEqual([])
      rig.says = undefined
      rig.advance(60_000)
      rig.next().answer(200)
    }
    expect(rig.told.map(({ result }) => result)).toEqual(['taken', 'taken'])
  })

  it('that is not in the directory any more gets nothing', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.names.clear()
    rig.offer(moOf('01'))
    expect(rig.asked).toEqual([])
    rig.unregister(home)
    expect(rig.removed).toEqual(['a:bob'])
  })

  it('gets no message that is no text', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(moOf('01', { content: { dataCoding: 4, udhi: false, octets: Uint8Array.of(1) } }), moOf('02'))
    expect(rig.told).toEqual([{ id: '01', result: { state: 'REJECTED', error: '415' } }])
    expect(rig.events).toEqual(['cannotSend it is no text (data_coding 4)'])
    expect(rig.next().text).toBe('text 02')
  })

  it('is told by a notification what became of his message', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(receiptOf('01', echo), receiptOf('02', undefined))
    expect(rig.next().text).toContain('<message-id>Msg1</message-id>')
    rig.next().answer(200)
    expect(rig.told.map(({ result }) => result)).toEqual(['taken', 'taken'])
    expect(rig.events).toEqual(['udp delivered', 'notTold 02'])
  })

  it('is forgotten once he has no phone and nothing is under way', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(moOf('01'))
    rig.unregister(home)
    expect(rig.users.size).toBe(1)
    rig.next().answer(200)
    expect(rig.users.size).toBe(0)
    expect(rig.removed).toEqual(['a:bob'])
  })
})

describe('a SIP user with two phones', () => {
  function twoPhones(): UserRig {
    const rig = new UserRig()
    rig.register(home)
    rig.register(work)
    return rig
  }

  it('gets it on both, and the first settles it', () => {
    const rig = twoPhones()
    rig.offer(moOf('01'), moOf('02'))
    expect(rig.asked.map(({ contact }) => contact).sort()).toEqual([home, work])
    rig.next(work).answer(200)
    expect(rig.told).toEqual([{ id: '01', result: 'taken' }])
    // The other is asked for the second when it has answered the first.
    expect(rig.asked.map(({ contact, text }) => [contact, text])).toEqual([
      [home, 'text 01'],
      [work, 'text 02'],
    ])
    rig.next(home).answer(486)
    rig.next(work).answer(200)
    expect(rig.told.map(({ result }) => result)).toEqual(['taken', 'taken'])
    expect(rig.asked).toEqual([])
  })

  it('sends copies of one letter', () => {
    const rig = twoPhones()
    rig.offer(moOf('01'))
    const heads = rig.asked.map(({ request }) => request.fields.filter(({ name }) => /call-id|from|cseq/.test(name)))
    expect(heads[0]).toEqual(heads[1])
  })

  it('whose slow one gets all of it in the end', () => {
    const rig = twoPhones()
    rig.offer(...Array.from({ length: 5 }, (_, i) => moOf(`0${i}`)))
    for (let i = 0; i < 5; i++) rig.next(work).answer(200)
    expect(rig.told).toHaveLength(5)
    for (let i = 0; i < 5; i++) {
      expect(rig.asked.map(({ text }) => text)).toEqual([`text 0${i}`])
      rig.next(home).answer(200)
    }
    expect(rig.told).toHaveLength(5)
  })

  it('whose dead one holds up nobody, and is passed over', () => {
    const rig = twoPhones()
    rig.offer(...Array.from({ length: 30 }, (_, i) => moOf(`${10 + i}`)))
    for (let i = 0; i < 30; i++) rig.next(work).answer(200)
    expect(rig.told).toHaveLength(30)
    expect(rig.events.filter((event) => event === 'passedOver bob')).toHaveLength(13)
    rig.next(home).end({ kind: 'timeout' })
    expect(rig.asked).toEqual([])
    rig.offer(moOf('90'))
    expect(rig.asked.map(({ contact }) => contact)).toEqual([work])
  })

  it('of which one is silent about the one before, and the other not there', () => {
    const rig = twoPhones()
    rig.offer(moOf('01'), moOf('02'))
    rig.next(work).answer(200)
    rig.next(work).answer(480)
    expect(rig.told).toHaveLength(1)
    rig.next(home).end({ kind: 'timeout' })
    expect(rig.told.at(-1)).toEqual({ id: '02', result: 'later' })
    rig.advance(60_000)
    expect(rig.asked.map(({ text }) => text)).toEqual(['text 02', 'text 02'])
  })

  it.each([
    [404, 415, { state: 'UNDELIVERABLE', error: '404' }],
    [404, 480, 'later'],
    [480, 500, 'later'],
    [404, 500, 'refused'],
    [480, 603, { state: 'REJECTED', error: '603' }],
    [415, 200, 'taken'],
  ] as const)('of which one answers %i and the other %i', (first, second, result) => {
    const rig = twoPhones()
    rig.offer(moOf('01'))
    rig.next(home).answer(first)
    rig.next(work).answer(second)
    expect(rig.told).toEqual([{ id: '01', result }])
  })

  it('of which one declines for both', () => {
    const rig = twoPhones()
    rig.offer(moOf('01'))
    rig.next(home).answer(600)
    expect(rig.told).toEqual([{ id: '01', result: { state: 'REJECTED', error: '600' } }])
    rig.next(work).answer(200)
    expect(rig.told).toHaveLength(1)
  })

  it('of which one comes while the other does not answer', () => {
    const rig = new UserRig()
    rig.register(home)
    rig.offer(moOf('01'))
    rig.register(work)
    rig.next(work).answer(200)
    expect(rig.told).toEqual([{ id: '01', result: 'taken' }])
  })

  it('prefers the one that is wished for first, and has ways to it in turn', () => {
    const rig = new UserRig()
    const both = { instance: 'urn:uuid:1', regId: 1 }
    rig.register('sip:bob@192.0.2.1', 'tcp', { ...both, q: 500 })
    rig.register('sip:bob@192.0.2.3', 'udp', { ...both, regId: 2, q: 900 })
    rig.register('sip:bob@192.0.2.4', 'udp', { q: 700 })
    rig.offer(moOf('01'))
    expect(rig.asked.map(({ contact }) => contact)).toEqual(['sip:bob@192.0.2.3', 'sip:bob@192.0.2.4'])
    rig.next('sip:bob@192.0.2.3').end({ kind: 'timeout' })
    rig.next('sip:bob@192.0.2.1').answer(200)
    expect(rig.told).toEqual([{ id: '01', result: 'taken' }])
  })
})

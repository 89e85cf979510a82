import { describe, expect, it } from 'vitest'
import { Duplex, wire } from './duplex.suite.js'
import { status } from './status.js'

const submit = { command: 'submit_sm', destination_addr: '15551', short_message: Buffer.from('hi') } as const
const deliver = { command: 'deliver_sm', short_message: Buffer.from('id:1') } as const
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex')

describe('a bind', () => {
  it('is accepted with our name and version, octet for octet', () => {
    const written: Buffer[] = []
    const esme = Duplex.smsc({}, {}, (bytes) => written.push(bytes))
    esme.receive(hex('00000019 00000009 00000000 00000001 7500 7000 00 34 00 00 00'))
    esme.session.flush()
    expect(esme.session.boundAs).toBe('bind_transceiver')
    expect(written.map((bytes) => bytes.toString('hex'))).toEqual([
      '0000001a800000090000000000000001736d73630002100001' + '34',
    ])
  })

  it.each([
    ['bind_transmitter', 'BOUND_TX'],
    ['bind_receiver', 'BOUND_RX'],
    ['bind_transceiver', 'BOUND_TRX'],
  ] as const)('%s leads to %s', (command, state) => {
    const esme = Duplex.smsc()
    esme.receive([{ command, system_id: 'a', interface_version: 0x34 }, 5])
    expect(esme.session.state).toBe(state)
    const [response] = esme.sent()
    expect(response).toMatchObject({ command: `${command}_resp`, status: 0, sequence: 5, system_id: 'smsc' })
    expect(response?.tlvs).toEqual([{ tag: 0x210, value: Buffer.from([0x34]) }])
  })

  it('of a 3.3 peer is answered without TLVs', () => {
    const esme = Duplex.smsc()
    esme.receive([{ command: 'bind_receiver', interface_version: 0x33 }, 5])
    expect(esme.sent()[0]?.tlvs).toEqual([])
  })

  it('may be answered later; a second one meanwhile, and one when bound, is refused', () => {
    const binds: Parameters<Duplex['session']['acceptBind']>[0][] = []
    const esme = Duplex.smsc({}, { onBind: (bind) => binds.push(bind) })
    esme.receive([{ command: 'bind_receiver' }, 1], [{ command: 'bind_receiver' }, 2])
    expect(esme.sentBriefly()).toEqual([`bind_receiver_resp ${status.ESME_RALYBND} 2`])
    expect(esme.session.acceptBind(binds[0] as never, {})).toBe(true)
    expect(esme.session.acceptBind(binds[0] as never, {})).toBe(false)
    esme.receive([{ command: 'bind_transmitter' }, 3])
    expect(esme.sentBriefly()).toEqual(['bind_receiver_resp 0 1', `bind_transmitter_resp ${status.ESME_RALYBND} 3`])
  })

  it('that is rejected ends the session after the answer', () => {
    const esme = Duplex.smsc({}, { onBind: (bind) => void esme.session.rejectBind(bind, status.ESME_RINVPASWD) })
    esme.receive([{ command: 'bind_receiver' }, 1])
    expect(esme.sentBriefly()).toEqual([`bind_receiver_resp ${status.ESME_RINVPASWD} 1`])
    expect([esme.closedBy, esme.ended]).toEqual(['bindRefused', 'end'])
  })

  it('of ours is sent, and its answer tells', () => {
    for (const [answer, state, event] of [
      [{ command: 'bind_transceiver_resp' }, 'BOUND_TRX', 'bound'],
      [{ command: 'bind_transceiver_resp', status: 13 }, 'CLOSED', 'refused 13'],
      [{ command: 'generic_nack', status: 3 }, 'CLOSED', 'refused 3'],
    ] as const) {
      const vendor = new Duplex({ role: 'esme' })
      vendor.session.bind('bind_transceiver', { system_id: 'us' }, 0)
      expect(vendor.sent()).toMatchObject([{ command: 'bind_transceiver', sequence: 1, interface_version: 0x34 }])
      vendor.receive([answer, 1])
      expect(vendor.session.state).toBe(state)
      expect(vendor.events[0]).toBe(event)
    }
  })
})

describe('what is illegal', () => {
  it('submit_sm before the bind is refused by its own response', () => {
    const esme = Duplex.smsc()
    esme.receive([submit, 4], [{ command: 'enquire_link' }, 5])
    expect(esme.sentBriefly()).toEqual([`submit_sm_resp ${status.ESME_RINVBNDSTS} 4`, 'enquire_link_resp 0 5'])
    expect(esme.requests).toEqual([])
  })

  it('a receiver may not submit, and we may not deliver to a transmitter', () => {
    const receiver = Duplex.bound('bind_receiver')
    receiver.receive([submit, 4])
    expect(receiver.sentBriefly()).toEqual([`submit_sm_resp ${status.ESME_RINVBNDSTS} 4`])
    expect(Duplex.bound('bind_transmitter').session.request(deliver, 'x', 0)).toBe(0)
  })

  it('an unknown command gets generic_nack, an unknown response nothing, and the session goes on', () => {
    const esme = Duplex.bound()
    esme.receive(hex('00000010 00000777 00000000 00000009'), hex('00000010 80000777 00000000 00000009'))
    esme.receive([{ command: 'submit_sm_resp' }, 77], [{ command: 'generic_nack', status: 2 }, 0], [submit, 10])
    expect(esme.sentBriefly()).toEqual([`generic_nack ${status.ESME_RINVCMDID} 9`])
    expect(esme.session.strays).toBe(3)
    expect(esme.requests).toHaveLength(1)
  })
})

describe('requests of the peer', () => {
  it('are handed over and answered, the same sequence twice as well', () => {
    const esme = Duplex.bound()
    esme.receive([submit, 4], [submit, 4])
    expect(esme.session.owed).toBe(2)
    esme.session.respondSubmitSm(4, 0, 'a')
    esme.session.respond({ command: 'submit_sm', sequence: 4 }, status.ESME_RTHROTTLED)
    expect(esme.sent()).toMatchObject([{ message_id: 'a' }, { status: 0x58, message_id: '' }])
    expect(esme.session.owed).toBe(0)
  })

  it('stop the reading at the receive window, until half of them are answered', () => {
    const esme = Duplex.bound('bind_transceiver', { receiveWindow: 4 })
    esme.receive([submit, 1], [submit, 2], [submit, 3])
    expect(esme.reading).toBe(true)
    esme.receive([submit, 4], [submit, 5], [{ command: 'enquire_link' }, 6])
    expect(esme.reading).toBe(false)
    expect(esme.requests).toHaveLength(5)
    expect(esme.sentBriefly()).toEqual(['enquire_link_resp 0 6'])
    esme.session.respondSubmitSm(1, 0, 'a')
    esme.session.withhold()
    expect(esme.reading).toBe(false)
    esme.session.respondSubmitSm(3, 0, 'c')
    expect(esme.reading).toBe(true)
    esme.session.readmit()
    expect(esme.session.owed).toBe(3)
  })

  it('wait in the socket while the owner holds reading; then silence is not the fault of the peer', () => {
    const esme = Duplex.bound('bind_transceiver', { enquireLinkMs: 100, responseMs: 100, inactivityMs: 500 })
    expect(esme.session.request(deliver, 'r', 0)).toBe(1)
    esme.sent()
    esme.session.hold(true)
    esme.tick(10_000)
    expect([esme.reading, esme.closedBy, esme.sent()]).toEqual([false, undefined, []])
    esme.session.hold(false)
    esme.receive([{ command: 'deliver_sm_resp' }, 1])
    esme.tick(10_050)
    expect([esme.reading, esme.events]).toEqual([true, ['deliver_sm_resp 0 r']])
  })
})

describe('requests of ours', () => {
  it('fill the window; each answer makes room and is matched in any order', () => {
    const esme = Duplex.bound('bind_transceiver', { windowSize: 2 })
    expect(['a', 'b', 'c'].map((context) => esme.session.request(deliver, context, 0))).toEqual([1, 2, 0])
    expect(esme.session.windowFree).toBe(0)
    esme.receive([{ command: 'deliver_sm_resp', message_id: 'odd' }, 2], [{ command: 'generic_nack', status: 8 }, 1])
    expect(esme.events).toEqual(['deliver_sm_resp 0 b', 'generic_nack 8 a', 'window'])
    expect(esme.session.windowFree).toBe(2)
  })

  it('that time out are handed back once, and a late answer finds its context', () => {
    const esme = Duplex.bound('bind_transceiver', { responseMs: 100, enquireLinkMs: 0, lateMemory: 1 })
    esme.session.request(deliver, 'a', 0)
    esme.session.request(deliver, 'b', 0)
    esme.session.request(deliver, 'c', 50)
    esme.tick(100)
    expect(esme.events).toEqual(['unanswered a,b timeout'])
    esme.receive([{ command: 'deliver_sm_resp' }, 2], [{ command: 'deliver_sm_resp' }, 2], [{ command: 'deliver_sm_resp' }, 1]) // prettier-ignore
    expect(esme.events.slice(1)).toEqual(['late deliver_sm_resp b'])
    expect(esme.session.strays).toBe(2)
    esme.session.transportClosed()
    esme.session.close()
    expect(esme.events.slice(2)).toEqual(['unanswered c closed', 'closed peerClosed'])
  })

  it('that cannot be encoded throw, take no place and send nothing', () => {
    const esme = Duplex.bound()
    expect(() => esme.session.request({ ...deliver, source_addr: 'Ω' }, 'a', 0)).toThrow('source_addr')
    expect([esme.session.inFlight, esme.sent()]).toEqual([0, []])
    expect(esme.session.request({ command: 'alert_notification' }, 'a', 0)).toBe(1)
    expect(esme.session.inFlight).toBe(0)
  })

  it('are not taken while the peer does not read; at the end it is closed', () => {
    const esme = Duplex.bound('bind_transceiver', { writeStallMs: 1000 })
    esme.farEndReads = false
    esme.session.request(deliver, 'a', 0)
    esme.session.flush()
    expect([esme.reading, esme.session.windowFree, esme.session.request(deliver, 'b', 0)]).toEqual([false, 0, 0])
    esme.farEndReads = true
    esme.session.drained(500)
    expect([esme.reading, esme.session.windowFree, esme.events]).toEqual([true, 9, ['window']])
    esme.farEndReads = false
    esme.session.request(deliver, 'c', 600)
    esme.session.flush()
    esme.tick(1599)
    expect(esme.closedBy).toBeUndefined()
    esme.tick(1600)
    expect([esme.closedBy, esme.ended]).toEqual(['writeStall', 'destroy'])
    expect(esme.events).toContain('unanswered a,c closed')
  })
})

describe('timers of a session', () => {
  it('close what does not bind', () => {
    const esme = Duplex.smsc({ sessionInitMs: 1000 })
    esme.tick(999)
    expect(esme.closedBy).toBeUndefined()
    esme.receive([{ command: 'enquire_link' }, 1])
    esme.tick(1000)
    expect(esme.closedBy).toBe('sessionInitTimeout')
  })

  it('ask a silent peer whether it is there, and close when it does not say', () => {
    const esme = Duplex.bound('bind_transceiver', { enquireLinkMs: 1000, responseMs: 100 })
    esme.tick(1000)
    expect(esme.sentBriefly()).toEqual(['enquire_link 0 1'])
    esme.now = 1050
    esme.receive([{ command: 'enquire_link_resp' }, 1])
    esme.tick(2050)
    expect(esme.sentBriefly()).toEqual(['enquire_link 0 2'])
    esme.tick(2150)
    expect([esme.closedBy, esme.ended]).toEqual(['enquireLinkTimeout', 'destroy'])
  })

  it('unbind an inactive one', () => {
    const esme = Duplex.bound('bind_transceiver', { inactivityMs: 1000, enquireLinkMs: 0 })
    esme.tick(1000)
    expect(esme.sentBriefly()).toEqual(['unbind 0 1'])
  })
})

describe('unbind', () => {
  it('of the peer is answered when all its requests are, and the session ends', () => {
    const esme = Duplex.bound()
    esme.session.request(deliver, 'r', 0)
    esme.receive([submit, 4], [{ command: 'unbind' }, 5], [submit, 6])
    expect(esme.sentBriefly().slice(1)).toEqual([`submit_sm_resp ${status.ESME_RINVBNDSTS} 6`])
    esme.session.respondSubmitSm(4, 0, 'a')
    expect(esme.sentBriefly()).toEqual(['submit_sm_resp 0 4', 'unbind_resp 0 5'])
    expect(esme.events).toEqual(['unanswered r closed', 'closed unbound'])
    expect(esme.ended).toBe('end')
    expect(esme.session.respondSubmitSm(4, 0, 'a')).toBe(false)
  })

  it('of the peer is answered after the response time at the latest', () => {
    const esme = Duplex.bound('bind_transceiver', { responseMs: 100 })
    esme.receive([submit, 4], [{ command: 'unbind' }, 5])
    esme.tick(100)
    expect(esme.sentBriefly()).toEqual(['unbind_resp 0 5'])
    expect(esme.closedBy).toBe('unbound')
  })

  it('of ours waits for our answers, then ends the session; what still comes is refused for now', () => {
    const esme = Duplex.bound()
    esme.session.request(deliver, 'r', 0)
    esme.session.unbind(0)
    expect([esme.session.windowFree, esme.sentBriefly()]).toEqual([0, ['deliver_sm 0 1']])
    esme.receive([{ command: 'deliver_sm_resp' }, 1])
    expect(esme.sentBriefly()).toEqual(['unbind 0 2'])
    esme.receive([submit, 8])
    expect(esme.sentBriefly()).toEqual([`submit_sm_resp ${status.ESME_RSYSERR} 8`])
    esme.receive([{ command: 'unbind_resp' }, 2])
    expect(esme.events).toEqual(['deliver_sm_resp 0 r', 'closed unbound'])
  })

  it('of ours waits for what we owe, too, and takes nothing more on meanwhile', () => {
    const vendor = Duplex.bound()
    vendor.session.request(deliver, 'r', 0)
    vendor.receive([submit, 4], [submit, 5])
    vendor.session.withhold()
    vendor.session.unbind(0)
    vendor.receive([{ command: 'deliver_sm_resp' }, 1])
    expect(vendor.sentBriefly()).toEqual(['deliver_sm 0 1'])
    vendor.receive([submit, 6])
    expect(vendor.sentBriefly()).toEqual([`submit_sm_resp ${status.ESME_RSYSERR} 6`])
    vendor.session.respondSubmitSm(4, 0, 'a')
    expect(vendor.sentBriefly()).toEqual(['submit_sm_resp 0 4', 'unbind 0 2'])
    vendor.receive([{ command: 'unbind_resp' }, 2])
    expect(vendor.events).toEqual(['deliver_sm_resp 0 r', 'closed unbound'])
  })

  it('of ours waits for what we owe as long as for an answer, and no longer', () => {
    const esme = Duplex.bound('bind_transceiver', { responseMs: 2000 })
    esme.receive([submit, 4])
    esme.session.unbind(0)
    esme.tick(1999)
    expect(esme.sentBriefly()).toEqual([])
    esme.tick(2000)
    expect(esme.sentBriefly()).toEqual(['unbind 0 1'])
    esme.session.respondSubmitSm(4, 0, 'a')
    expect(esme.sentBriefly()).toEqual(['submit_sm_resp 0 4'])
    esme.tick(4000)
    expect(esme.closedBy).toBe('unbindTimeout')
  })

  it('of ours does not wait for ever', () => {
    const esme = Duplex.bound('bind_transceiver', { responseMs: 100 })
    esme.session.request(deliver, 'r', 0)
    esme.session.unbind(0)
    esme.tick(2000)
    expect(esme.sentBriefly()).toEqual(['deliver_sm 0 1', 'unbind 0 2'])
    esme.tick(2100)
    expect(esme.events).toEqual(['unanswered r timeout', 'closed unbindTimeout'])
  })
})

describe('a handler that throws', () => {
  it('closes its session, tells why, and hands back what is unanswered', () => {
    const bad = new Error('bug')
    const esme = Duplex.bound('bind_transceiver', {}, {
      onRequest: () => {
        throw bad
      },
    }) // prettier-ignore
    esme.session.request(deliver, 'r', 0)
    esme.receive([submit, 4], [submit, 5])
    expect(esme.events).toEqual(['unanswered r closed', 'closed handlerError'])
    expect(esme.error).toBe(bad)
    esme.receive([submit, 6])
    expect(esme.events).toHaveLength(2)
  })
})

describe('output', () => {
  it('of one turn is one write, and is never touched again', () => {
    const esme = Duplex.bound()
    esme.receive([submit, 1], [submit, 2])
    esme.session.respondSubmitSm(1, 0, 'first')
    esme.session.respondSubmitSm(2, 0, 'second')
    expect(esme.sent()).toMatchObject([{ message_id: 'first' }, { message_id: 'second' }])
  })

  it('outbind asks an ESME to bind', () => {
    const out = Duplex.smsc()
    out.session.outbind({ system_id: 'us' })
    expect([out.session.state, out.sentBriefly()]).toEqual(['OUTBOUND', ['outbind 0 1']])
    out.receive([{ command: 'bind_receiver' }, 1])
    expect(out.session.state).toBe('BOUND_RX')
    const esme = new Duplex({ role: 'esme' }, { onOutbind: () => esme.session.bind('bind_receiver', {}, 0) })
    esme.receive(wire({ command: 'outbind' }, 1))
    expect(esme.sentBriefly()).toEqual(['bind_receiver 0 1'])
  })
})

// The segments of one message from a phone, over the binds of its ESME: on one, after a refusal, after its loss.

import { describe, expect, it } from 'vitest'
import type { DeliveryId } from '../../message/ids.js'
import { status } from '../../smpp/index.js'
import { rig, text, mo, briefly } from './receivers-rig.suite.js'

describe('the segments of one message', () => {
  it('stay on one bind, others go on between them', () => {
    const { send, bind } = rig()
    const binds = [bind(), bind()]
    send(mo(text(400)))
    const first = binds.findIndex((esme) => esme.session.inFlight === 1)
    const [one, two] = [binds[first]!, binds[1 - first]!]
    expect(one.got()).toHaveLength(1)
    one.answers(1)
    expect(one.got().map(briefly)).toEqual(['2 64 050003ab0302+153'])
    expect(two.got()).toEqual([])
  })

  it('wait for room on that bind when it has none', () => {
    const { send, notSent, bind } = rig()
    const esme = bind(undefined, 1)
    send(mo(text(400)))
    // Its window of 1 is free again just for the next segment.
    esme.answers(1)
    expect(esme.got().map(briefly)).toEqual(['1 64 050003ab0301+153', '2 64 050003ab0302+153'])
    esme.session.unbind(0)
    esme.answers(2)
    expect(notSent).toMatchObject([{ id: 'm1', taken: 2 }])
    expect(send(notSent[0]!)).toBe('later')
  })

  it('go on over another bind when theirs has had no room for a second', () => {
    const { receivers, send, advance, holdBack, bind } = rig()
    const binds = [bind(undefined, 1), bind(undefined, 1)]
    holdBack()
    send(mo(text(400)))
    const one = binds.find((esme) => esme.session.inFlight === 1)!
    const other = binds.find((esme) => esme.session.inFlight === 0)!
    one.answers(1)
    for (let n = 1; one.session.inFlight === 0; n++) {
      send({ ...mo(text(5)), id: `other${n}` as DeliveryId })
      if (other.session.inFlight > 0) other.answers(n)
    }
    other.got()
    const rest = { ...mo(text(400)), taken: 1 }
    expect([send(rest), receivers.room(), receivers.roomAtMs(0)]).toEqual(['later', 1, 1000])
    advance(999)
    expect(send(rest)).toBe('later')
    advance(1)
    expect([send(rest), receivers.roomAtMs(1000)]).toEqual(['sent', Infinity])
    expect(other.got().map((pdu) => pdu.short_message.toString('hex', 0, 6))).toEqual(['050003ab0302'])
  })

  it('that wait in their lane in between go on over the same bind', () => {
    const { send, holdBack, bind } = rig()
    const binds = [bind(), bind(), bind()]
    holdBack()
    send(mo(text(400)))
    const one = binds.find((esme) => esme.session.inFlight === 1)!
    for (const taken of [1, 2]) {
      one.answers(taken)
      expect(one.session.inFlight).toBe(0)
      expect(send({ ...mo(text(400)), taken })).toBe('sent')
      expect(one.session.inFlight).toBe(1)
    }
  })

  it('go on after a refusal with the one that was refused, over the same bind', () => {
    const { send, told, bind } = rig()
    const binds = [bind(), bind(undefined, 100)]
    send(mo(text(400)))
    const one = binds.find((esme) => esme.session.inFlight === 1)!
    one.got()
    one.answers(1)
    one.got()
    one.answers(2, status.ESME_RX_T_APPN)
    expect(told.at(-1)).toBe('mo m1 after 1: refused, more')
    for (const _ of [1, 2, 3]) {
      expect(send({ ...mo(text(400)), taken: 1, failures: 1 })).toBe('sent')
      const [pdu] = one.got()
      expect(briefly(pdu!)).toBe(`${pdu!.sequence} 64 050003ab0302+153`)
      one.answers(pdu!.sequence, status.ESME_RX_T_APPN)
    }
  })

  it('go on over any bind when theirs is lost, cut alike', () => {
    const { receivers, send, told, bind, leave } = rig()
    const one = bind()
    send(mo(text(400)))
    one.answers(1)
    leave(one)
    expect(told).toEqual(['mo m1 after 0: taken, more', 'mo m1 after 1: lost, more'])
    expect(receivers.up).toBe(false)
    const two = bind()
    expect(send({ ...mo(text(400)), taken: 1 })).toBe('sent')
    expect(two.got().map(briefly)).toEqual(['1 64 050003ab0302+153'])
  })

  it('end with a refusal for good: the rest is never sent', () => {
    const { send, told, bind } = rig()
    const esme = bind()
    send(mo(text(400)))
    esme.answers(1)
    esme.got()
    esme.answers(2, status.ESME_RX_R_APPN)
    expect(told.at(-1)).toBe('mo m1 after 1: refusedForGood, more')
    expect(esme.got()).toEqual([])
  })
})

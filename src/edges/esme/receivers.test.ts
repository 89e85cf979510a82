import { describe, expect, it } from 'vitest'
import { createDialing, type Dialing } from '../../directory/dialing.js'
import type { NotifyResult } from '../../delivery/courier.js'
import type { SendResult } from '../../delivery/destination.js'
import type { EsmeDelivery, MoDelivery, ReceiptDelivery } from '../../message/delivery.js'
import type { AccountId, DeliveryId, MessageId } from '../../message/ids.js'
import type { Content, Message } from '../../message/message.js'
import { decode, encode, Session, status, Writer, type PduInput, type PduOf } from '../../smpp/index.js'
import { peerCoding } from '../../text/data-coding.js'
import type { LongMessage, Target } from '../../text/leave.js'
import { standardText } from '../../text/standard.js'
import { resultOf } from './deliver-answer.js'
import { Receivers, type Sent } from './receivers.js'

type DeliverSm = PduOf<'deliver_sm'>

const target = (longMessage: LongMessage, text = standardText): Target => ({
  text,
  longMessage,
  languages: [],
  transliterate: false,
})

const asWritten = createDialing()()

/** One bound ESME: what it was sent, and its answers. */
interface Esme {
  readonly session: Session<Sent>
  /** deliver_sm since the last call. */
  readonly got: () => readonly DeliverSm[]
  readonly answers: (sequence: number, commandStatus?: number) => void
}

interface Rig {
  readonly receivers: Receivers
  /** Sends it now. */
  readonly send: (delivery: EsmeDelivery) => SendResult
  /** Time goes by. */
  readonly advance: (ms: number) => void
  /** What the courier was told, one line each. */
  readonly told: string[]
  readonly notSent: EsmeDelivery[]
  /** From now on the next segment waits for its turn in the lane. */
  readonly holdBack: () => void
  readonly bind: (leaving?: Target, windowSize?: number, dialing?: Dialing) => Esme
  readonly leave: (esme: Esme) => void
}

function wire(pdu: PduInput, sequence: number): Buffer {
  const writer = new Writer()
  encode(writer, pdu, sequence)
  return writer.take()
}

/** The courier behind the receivers is as simple as can be: what is taken and has more goes on. */
function rig(): Rig {
  const told: string[] = []
  const notSent: EsmeDelivery[] = []
  let holdsBack = false
  let nowMs = 0
  const receivers = new Receivers('acme' as AccountId, {
    monotonicMs: () => 0,
    notified: (delivery, result: NotifyResult, more) => {
      const which = delivery.kind === 'mo' ? ` after ${delivery.taken}` : ''
      const word = typeof result === 'string' ? result : result.state
      told.push(`${delivery.kind} ${delivery.id}${which}: ${word}${more ? ', more' : ''}`)
      return delivery.kind === 'mo' && result === 'taken' && more && !holdsBack
        ? { ...delivery, taken: delivery.taken + 1 }
        : undefined
    },
    notSent: (delivery) => void notSent.push(delivery),
    cannotSend: ({ id }, why) => void told.push(`cannot send ${id}: ${why}`),
  })
  const bind = (leaving = target('udh8'), windowSize = 10, dialing = asWritten): Esme => {
    let written: Buffer[] = []
    const session = new Session<Sent>(
      { role: 'smsc', windowSize },
      {
        write: (bytes) => written.push(bytes) > 0,
        wake: () => undefined,
        pause: () => undefined,
        resume: () => undefined,
        end: () => undefined,
        destroy: () => undefined,
      },
      (self) => ({
        onBind: (asked) => void self.acceptBind(asked, {}),
        onRequest: () => undefined,
        onResponse: (response, sent) => receivers.answered(sent, resultOf(response)),
        onUnanswered: (all, why) =>
          all.forEach((sent) => receivers.answered(sent, why === 'closed' ? 'lost' : 'unanswered')),
        onClose: () => void receivers.remove(self),
      }),
      0,
    )
    const take = (): Buffer => {
      session.flush()
      const bytes = Buffer.concat(written)
      written = []
      return bytes
    }
    session.receive(wire({ command: 'bind_transceiver', interface_version: 0x34 }, 1), 0)
    take()
    receivers.add({ session, version: 0x34, leaving, dialing })
    return {
      session,
      got: () => {
        const bytes = take()
        const pdus: DeliverSm[] = []
        for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
          pdus.push(decode(bytes, at, at + bytes.readUInt32BE(at)) as DeliverSm)
        }
        return pdus
      },
      answers: (sequence, commandStatus = 0) =>
        session.receive(wire({ command: 'deliver_sm_resp', status: commandStatus }, sequence), 0),
    }
  }
  return {
    receivers,
    send: (delivery) => receivers.send(delivery, nowMs),
    advance: (ms) => void (nowMs += ms),
    told,
    notSent,
    holdBack: () => void (holdsBack = true),
    bind,
    leave: (esme) => esme.session.transportClosed(),
  }
}

const text = (characters: number): Content => ({
  dataCoding: 0,
  udhi: false,
  octets: Buffer.from('abcdefghij'.repeat(Math.ceil(characters / 10)).slice(0, characters)),
})

function mo(content: Content, fields: Partial<Message> = {}): MoDelivery {
  const message = {
    id: '00000001000012ab' as MessageId,
    direction: 'mo',
    shape: 'whole',
    source: { ton: 1, npi: 1, value: '12025550100' },
    destination: { ton: 3, npi: 0, value: '40404' },
    content,
    serviceType: 'CMT',
    protocolId: 5,
    priority: 1,
    replyPath: false,
    tlvs: [{ tag: 0x1400, value: Uint8Array.of(7) }],
    ...fields,
  } as unknown as Message
  return { kind: 'mo', id: 'm1' as DeliveryId, message, taken: 0, failures: 0 } as unknown as MoDelivery
}

const briefly = ({ sequence, esm_class, short_message }: DeliverSm): string =>
  `${sequence} ${esm_class} ${short_message.toString('hex', 0, 6)}+${short_message.length - 6}`

describe('a message from a phone', () => {
  it('goes as deliver_sm, addresses and parameters as they are', () => {
    const { send, told, bind } = rig()
    const esme = bind()
    expect(send(mo(text(20)))).toBe('sent')
    const [pdu] = esme.got()
    expect(pdu).toMatchObject({
      service_type: 'CMT',
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: '12025550100',
      dest_addr_ton: 3,
      dest_addr_npi: 0,
      destination_addr: '40404',
      esm_class: 0,
      protocol_id: 5,
      priority_flag: 1,
      registered_delivery: 0,
      data_coding: 0,
      tlvs: [{ tag: 0x1400, value: Buffer.of(7) }],
    })
    expect(pdu!.short_message.toString()).toBe('abcdefghijabcdefghij')
    esme.answers(1)
    expect(told).toEqual(['mo m1 after 0: taken'])
  })

  it('has its numbers as the account writes them; short codes and names stay', () => {
    const { send, bind } = rig()
    const national = createDialing()({ callingOut: 's/^1/0/', calledOut: 's/^4/0/' })
    const esme = bind(undefined, undefined, national)
    send(mo(text(20)))
    send(
      mo(text(20), { source: { ton: 5, npi: 0, value: '1bank' }, destination: { ton: 1, npi: 1, value: '447700900' } }),
    )
    expect(esme.got()).toMatchObject([
      {
        source_addr: '02025550100',
        source_addr_ton: 0,
        source_addr_npi: 1,
        destination_addr: '40404',
        dest_addr_ton: 3,
      },
      { source_addr: '1bank', source_addr_ton: 5, destination_addr: '047700900', dest_addr_ton: 0, dest_addr_npi: 1 },
    ])
  })

  it('goes in the coding of the account', () => {
    const { send, bind } = rig()
    const esme = bind(target('udh8', { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'latin1' }) }))
    send(mo({ dataCoding: 0, udhi: false, octets: Buffer.of(0x63, 0x61, 0x66, 0x05) }))
    expect(esme.got()[0]!.short_message.toString('latin1')).toBe('caf\xe9')
  })

  it.each([
    ['udh8', 0x40, ['050003ab0301', '050003ab0302', '050003ab0303'], undefined],
    ['udh16', 0x40, ['06080412ab03', '06080412ab03', '06080412ab03'], undefined],
    ['sar', 0, ['616263646566', '646566676869', '6768696a6162'], [1, 2, 3]],
  ] as const)('of 400 characters leaves as %s, one segment after the other', (mode, esmClass, heads, parts) => {
    const { send, told, bind } = rig()
    const esme = bind(target(mode))
    send(mo(text(400)))
    const all: DeliverSm[] = []
    for (const sequence of [1, 2, 3]) {
      const got = esme.got()
      expect(got).toHaveLength(1)
      all.push(...got)
      esme.answers(sequence)
    }
    expect(esme.got()).toEqual([])
    expect(all.map(({ esm_class }) => esm_class)).toEqual([esmClass, esmClass, esmClass])
    expect(all.map(({ short_message }) => short_message.toString('hex', 0, 6))).toEqual(heads)
    const sar = (tag: number) => all.map(({ tlvs }) => tlvs.find((tlv) => tlv.tag === tag)?.value.toString('hex'))
    expect(sar(0x020c)).toEqual(parts === undefined ? Array(3) : ['12ab', '12ab', '12ab'])
    expect(sar(0x020f)).toEqual(parts === undefined ? Array(3) : ['01', '02', '03'])
    expect(told).toEqual(['mo m1 after 0: taken, more', 'mo m1 after 1: taken, more', 'mo m1 after 2: taken'])
  })

  it('that is one part by its SAR parameters keeps them, and is marked once when it must be cut', () => {
    const sar = [0x020c, 0x020e, 0x020f].map((tag) => ({ tag, value: Uint8Array.of(1) }))
    const tlvs = [...sar, { tag: 0x0426, value: Uint8Array.of(1) }, { tag: 0x1400, value: Uint8Array.of(7) }]
    const tagsOf = (mode: LongMessage, length: number): readonly number[] => {
      const { send, bind } = rig()
      const esme = bind(target(mode))
      send(mo(text(length), { tlvs }))
      return esme.got()[0]!.tlvs.map(({ tag }) => tag)
    }
    expect(tagsOf('udh8', 160)).toEqual([0x020c, 0x020e, 0x020f, 0x1400])
    expect(tagsOf('udh8', 161)).toEqual([0x1400])
    expect(tagsOf('sar', 161)).toEqual([0x1400, 0x020c, 0x020e, 0x020f])
  })

  it('of 400 characters leaves whole in message_payload', () => {
    const { send, told, bind } = rig()
    const esme = bind(target('payload'))
    send(mo(text(400)))
    const [pdu] = esme.got()
    expect(pdu!.short_message).toHaveLength(0)
    expect(pdu!.tlvs.find(({ tag }) => tag === 0x0424)?.value).toHaveLength(400)
    esme.answers(1)
    expect(told).toEqual(['mo m1 after 0: taken'])
  })
})

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

describe('what cannot be sent is over, and said', () => {
  it('a text that the account cannot be sent', () => {
    const { send, told, bind } = rig()
    const esme = bind(
      target('udh8', {
        coding: peerCoding({ table: 'smpp', defaultAlphabet: 'gsm7', alphabets: new Map([[8, 'binary']]) }),
      }),
    )
    expect(send(mo({ dataCoding: 8, udhi: false, octets: Buffer.from('0416', 'hex') }))).toBe('sent')
    expect(esme.got()).toEqual([])
    expect(told).toEqual([expect.stringMatching(/^cannot send m1: .*U\+0416/), 'mo m1 after 0: refusedForGood'])
  })

  it('a field that no PDU can have', () => {
    const { send, told, bind } = rig()
    bind()
    send(mo(text(5), { serviceType: 'Ж' }))
    expect(told).toEqual([expect.stringMatching(/^cannot send m1: service_type/), 'mo m1 after 0: refusedForGood'])
  })

  it('what has fewer segments now than were taken', () => {
    const { send, told, bind } = rig()
    bind(target('payload'))
    send({ ...mo(text(400)), taken: 1 })
    expect(told).toEqual(['cannot send m1: 1 segments were taken of what makes 1 now', 'mo m1 after 1: refusedForGood'])
  })
})

it('a receipt goes as before, and has no more to come', () => {
  const { send, told, bind } = rig()
  const esme = bind()
  const receipt = {
    kind: 'receipt',
    id: 'r1',
    receipt: {
      origin: {
        messageId: 'id1',
        source: { ton: 5, npi: 0, value: 'ACME' },
        destination: { ton: 1, npi: 1, value: '447700900123' },
        acceptedAtMs: 0,
        userMessageReference: -1,
        head: '',
        parts: [],
      },
      state: 'DELIVERED',
      error: '000',
      doneAtMs: 0,
    },
  } as unknown as ReceiptDelivery
  expect(send(receipt)).toBe('sent')
  expect(esme.got()).toMatchObject([{ esm_class: 4, source_addr: '447700900123', destination_addr: 'ACME' }])
  esme.answers(1)
  expect(told).toEqual(['receipt r1: taken'])
})

it('nothing is sent without a bind', () => {
  const { send, told } = rig()
  expect(send(mo(text(5)))).toBe('full')
  expect(told).toEqual([])
})

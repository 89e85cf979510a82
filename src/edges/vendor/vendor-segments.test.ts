// Messages of several segments on their way over a connection to a vendor.
import { describe, expect, it } from 'vitest'
import type { SegmentDelivery } from '../../message/delivery.js'
import { receiptRequestOf } from '../../message/receipt.js'
import { status, tlvBytes, type PduOf } from '../../smpp/index.js'
import { nationalLanguages } from '../../text/alphabet.js'
import type { LongMessage, Target } from '../../text/leave.js'
import { connectionDefaults, deliveryOf, here, longDelivery, makeRig, messageOf, type Rig } from './rig.suite.js'

const target = (changes: Partial<Target> = {}): Target => ({ ...connectionDefaults.leaving, ...changes })
const cut = (longMessage: LongMessage) => ({ leaving: target({ longMessage }) })
const ucs2 = (value: string) => ({ dataCoding: 8, udhi: false, octets: Buffer.from(value, 'utf16le').swap16() })

/** The user data header of a segment, in hex. */
const headerOf = ({ short_message: octets }: PduOf<'submit_sm'>): string =>
  octets.subarray(0, (octets[0] ?? 0) + 1).toString('hex')
const textOf = ({ short_message: octets, esm_class }: PduOf<'submit_sm'>): string =>
  octets.subarray((esm_class & 0x40) === 0 ? 0 : (octets[0] ?? 0) + 1).toString('latin1')
/** The n-th segment of a message of three, as the courier hands it out again. */
const begun = (delivery: SegmentDelivery, taken: number, total = 3): SegmentDelivery => ({
  ...delivery,
  progress: { connection: here, total, taken, group: { silent: 0, lastId: 'x' } },
})
const endsOf = ({ courier }: Rig): readonly string[] =>
  courier.ended.map(({ delivery, result }) => `${delivery.progress?.taken ?? '-'} ${result.kind}`)

describe('a message of several segments', () => {
  it('goes one after the other over one of two binds, while the other takes what else there is', () => {
    const rig = makeRig({ binds: 2, window: 2 })
    rig.send(longDelivery(400, 1))
    const [used, other] = rig.links[0]!.session.inFlight === 1 ? [0, 1] : [1, 0]
    const link = rig.links[used]!
    const texts: string[] = []
    for (let part = 1; part <= 3; part++) {
      const pdu = link.submit()
      expect(headerOf(pdu)).toBe(`05000301030${part}`)
      texts.push(textOf(pdu))
      expect(rig.links[other]!.submits()).toEqual([])
      link.answer(pdu)
    }
    expect(texts.join('')).toBe(longDelivery(400).message.content.octets.toString())
    expect(link.submits()).toEqual([])
    expect(endsOf(rig)).toEqual(['0 taken', '1 taken', '2 taken'])
    expect(rig.courier.back).toEqual([])
    expect(rig.courier.ended[0]!.delivery.progress).toEqual({
      ...{ connection: here, total: 3, taken: 0, group: undefined },
    })
  })

  it.each([
    ['udh8', '050003120301', 0x40],
    ['udh16', '06080412120301', 0x40],
  ] as const)('is marked by %s on the wire', (mode, header, esmClass) => {
    const rig = makeRig(cut(mode))
    rig.send(longDelivery(400, 0x1212))
    const pdu = rig.link.submit()
    expect(pdu.esm_class).toBe(esmClass)
    expect(headerOf(pdu)).toBe(header)
    expect(pdu.tlvs).toEqual([])
  })

  it('keeps SAR parameters that came with it while it leaves as one, and never says that more messages follow', () => {
    const tlvs = [
      { tag: 0x020c, value: Uint8Array.of(0, 7) },
      { tag: 0x0426, value: Uint8Array.of(1) },
      { tag: 0x1400, value: Uint8Array.of(5) },
    ]
    const rig = makeRig(cut('udh8'))
    const tagsOf = (length: number): readonly number[] => {
      rig.send(longDelivery(length, length, { tlvs }))
      return rig.link.submit().tlvs.map(({ tag }) => tag)
    }
    expect([tagsOf(160), tagsOf(161)]).toEqual([[0x020c, 0x1400], [0x1400]])
  })

  it('is marked by SAR parameters, its sender’s own left out', () => {
    const rig = makeRig(cut('sar'))
    const own = [
      { tag: 0x020c, value: Uint8Array.of(0, 7) },
      { tag: 0x1400, value: Uint8Array.of(5) },
    ]
    rig.send(longDelivery(400, 0x1234, { tlvs: own }))
    for (let part = 1; part <= 3; part++) {
      const pdu = rig.link.submit()
      expect(pdu.esm_class).toBe(0)
      expect(pdu.tlvs.map(({ tag, value }) => `${tag.toString(16)} ${value.toString('hex')}`)).toEqual([
        ...['1400 05', '20c 1234', '20e 03', `20f 0${part}`],
      ])
      rig.link.answer(pdu)
    }
  })

  it('leaves whole in payload mode: as short_message up to 254 octets, as message_payload above', () => {
    const rig = makeRig(cut('payload'))
    rig.send(longDelivery(254, 1))
    expect(rig.link.submit()).toMatchObject({
      tlvs: [],
      short_message: expect.objectContaining({ length: 254 }) as Buffer,
    })
    rig.send(longDelivery(255, 2))
    const pdu = rig.link.submit()
    expect(pdu.short_message).toHaveLength(0)
    expect(tlvBytes(pdu.tlvs, 'message_payload')?.toString('latin1')).toBe(
      longDelivery(255).message.content.octets.toString(),
    )
    expect(pdu.registered_delivery).toBe(1)
  })

  it('leaves in the way it came with asReceived', () => {
    const rig = makeRig(cut('asReceived'))
    rig.send(longDelivery(400, 1, { shape: 'udh16' }))
    expect(headerOf(rig.link.submit())).toBe('06080400010301')
    rig.send(longDelivery(400, 2, { shape: 'whole' }))
    expect(tlvBytes(rig.link.submit().tlvs, 'message_payload')).toHaveLength(400)
  })

  it('uses national tables where they save segments', () => {
    const rig = makeRig({ leaving: target({ languages: [nationalLanguages.turkish] }) })
    rig.send(deliveryOf(messageOf(ucs2(`${'ğ'.repeat(20)}${'x'.repeat(80)}`))))
    expect(rig.link.submit()).toMatchObject({ data_coding: 0, esm_class: 0x40 })
    expect(rig.link.submits()).toEqual([])
  })

  it.each([
    ['all', 'asAsked', [1, 1, 1]],
    ['first', 'asAsked', [1, 0, 0]],
    ['last', 'asAsked', [0, 0, 1]],
    ['last', 'always', [0, 0, 1]],
    ['all', 'never', [0, 0, 0]],
  ] as const)(
    'with segmentReceipts %s and requestReceipt %s asks for receipts %j',
    (segmentReceipts, requestReceipt, asked) => {
      const rig = makeRig({ segmentReceipts, requestReceipt })
      rig.send(longDelivery(400))
      const bits = asked.map(() => {
        const pdu = rig.link.submit()
        rig.link.answer(pdu)
        return pdu.registered_delivery
      })
      expect(bits).toEqual(asked)
    },
  )

  it('asks for none where nobody does', () => {
    const rig = makeRig()
    rig.send(longDelivery(400, 1, { receiptRequest: receiptRequestOf(0) }))
    expect(rig.link.submit().registered_delivery).toBe(0)
  })

  it('a permanent failure of the second stops the third', () => {
    const rig = makeRig()
    rig.send(longDelivery(400))
    rig.link.answer(rig.link.submit())
    rig.link.answer(rig.link.submit(), status.ESME_RINVDSTADR)
    expect(rig.link.submits()).toEqual([])
    expect(endsOf(rig)).toEqual(['0 taken', '1 refused'])
    expect(rig.courier.ended[1]!.result).toEqual({ kind: 'refused', permanent: true, error: '011' })
  })

  it('a temporary failure of the second resends it alone, over the same bind while that is up', () => {
    const rig = makeRig({ binds: 3 })
    rig.send(longDelivery(400))
    const link = rig.links.find(({ session }) => session.inFlight === 1)!
    link.answer(link.submit())
    link.answer(link.submit(), status.ESME_RSYSERR)
    expect(endsOf(rig)).toEqual(['0 taken', '1 refused'])
    rig.send(begun(longDelivery(400), 1))
    const again = link.submit()
    expect(headerOf(again)).toBe('050003010302')
    link.answer(again)
    expect(headerOf(link.submit())).toBe('050003010303')
  })

  it('waits for its bind to have room, and goes over any other once that is lost', () => {
    const rig = makeRig({ binds: 2, window: 1 })
    rig.send(longDelivery(400))
    const link = rig.links.find(({ session }) => session.inFlight === 1)!
    const other = rig.links.find(({ session }) => session.inFlight === 0)!
    link.answer(link.submit())
    link.answer(link.submit(), status.ESME_RSYSERR)
    // Somebody else takes the place.
    while (link.session.inFlight === 0) {
      rig.send(longDelivery(5, 9))
      for (const pdu of other.submits()) other.answer(pdu)
    }
    expect(rig.send(begun(longDelivery(400), 1))).toBe(false)
    link.lose()
    expect(rig.closed).toEqual([link.session])
    expect(rig.send(begun(longDelivery(400), 1))).toBe(true)
    expect(headerOf(other.submit())).toBe('050003010302')
  })

  it.each(['resend', 'fail'] as const)(
    'waits a second for room on its bind, asks to be tried again then, and goes over another (onUnanswered %s)',
    (onUnanswered) => {
      const rig = makeRig({ binds: 2, window: 1, onUnanswered })
      const nowMs = (): number => rig.clock.monotonicMs()
      const written = (): void => rig.courier.marking.splice(0).forEach((then) => then())
      const sends = (delivery: SegmentDelivery): string => {
        const result = rig.vendor.send(delivery, nowMs())
        written()
        return result
      }
      sends(longDelivery(400))
      const link = rig.links.find(({ session }) => session.inFlight === 1)!
      const other = rig.links.find(({ session }) => session.inFlight === 0)!
      link.answer(link.submit())
      written()
      link.answer(link.submit(), status.ESME_RSYSERR)
      while (link.session.inFlight === 0) {
        sends(longDelivery(5, 9))
        for (const pdu of other.submits()) other.answer(pdu)
      }
      const rest = begun(longDelivery(400), 1)
      const askedAtMs = nowMs()
      expect([sends(rest), rig.vendor.roomAtMs(nowMs())]).toEqual(['later', askedAtMs + 1000])
      rig.clock.advance(400)
      // Another one counts from its own first try.
      expect([sends({ ...rest }), rig.vendor.room(nowMs())]).toEqual(['later', 1])
      rig.clock.advance(600)
      expect(sends(rest)).toBe('sent')
      expect(headerOf(other.submit())).toBe('050003010302')
      expect(rig.vendor.roomAtMs(nowMs())).toBe(Infinity)
    },
  )

  it('passes a window of 1', () => {
    const rig = makeRig({ window: 1 })
    rig.send(longDelivery(400))
    for (let part = 1; part <= 3; part++) {
      expect(rig.send(longDelivery(5, 2))).toBe(false)
      rig.link.answer(rig.link.submit())
    }
    expect(rig.send(longDelivery(5, 2))).toBe(true)
    expect(rig.courier.back).toEqual([])
  })

  it('keeps to the rate: the next goes back to its lane, and leaves when there is one for it', () => {
    const rig = makeRig({ messagesPerSecond: 1 })
    rig.send(longDelivery(400))
    for (let part = 1; part <= 2; part++) {
      rig.link.answer(rig.link.submit())
      expect(rig.link.submits()).toEqual([])
      const { delivery } = rig.courier.back.at(-1)!
      expect(delivery.progress?.taken).toBe(part)
      expect(rig.send(delivery)).toBe(false)
      rig.clock.advance(1000)
      expect(rig.send(delivery)).toBe(true)
    }
    expect(headerOf(rig.link.submit())).toBe('050003010303')
    expect(rig.courier.back).toHaveLength(2)
  })

  it('rests when the vendor asks for it', () => {
    const rig = makeRig({ onThrottle: 'pauseLane' })
    rig.send(longDelivery(400))
    rig.link.answer(rig.link.submit())
    rig.send(longDelivery(5, 2))
    const [second, other] = rig.link.submits()
    rig.link.answer(other!, status.ESME_RTHROTTLED)
    rig.link.answer(second!)
    expect(rig.courier.back.map(({ delivery, pauseMs }) => [delivery.progress?.taken, pauseMs])).toEqual([
      [undefined, 1000],
      [2, 0],
    ])
  })

  it('stays behind while too much of what was answered is not durable', () => {
    const rig = makeRig({ window: 1 })
    rig.send(longDelivery(400))
    rig.courier.notDurable = 2
    rig.link.answer(rig.link.submit())
    expect(rig.courier.back.map(({ delivery }) => delivery.progress?.taken)).toEqual([1])
  })

  it('is not sent when its time is over between two segments', () => {
    const rig = makeRig()
    const delivery = { ...longDelivery(400), expiresAtMs: 1500 }
    rig.send(delivery)
    const first = rig.link.submit()
    rig.clock.advance(1000)
    rig.link.answer(first)
    expect(rig.link.submits()).toEqual([])
    expect(rig.courier.back).toHaveLength(1)
  })

  it('goes on after a restart with the segment and the reference that are next', () => {
    const rig = makeRig()
    rig.send(begun(longDelivery(400, 5), 2))
    const pdu = rig.link.submit()
    expect(headerOf(pdu)).toBe('050003050303')
    rig.link.answer(pdu)
    expect(endsOf(rig)).toEqual(['2 taken'])
  })

  it('that makes another number of segments than when it began can’t be carried any more', () => {
    const rig = makeRig()
    rig.send(begun(longDelivery(400), 1, 4))
    expect(rig.link.submits()).toEqual([])
    expect(endsOf(rig)).toEqual(['1 cannotCarry'])
    expect(rig.eventsOf('vendor.cannotSend')).toMatchObject([{ why: '1 of 4 segments have left, and now it makes 3' }])
  })

  it('is cut anew where nothing of it has left', () => {
    const rig = makeRig(cut('payload'))
    rig.send(begun(longDelivery(400), 0, 3))
    rig.link.answer(rig.link.submit())
    expect(endsOf(rig)).toEqual(['- taken'])
  })

  it('that has begun elsewhere is left to the courier', () => {
    const rig = makeRig()
    const delivery = longDelivery(400)
    const progress = { connection: 'other' as typeof here, total: 3, taken: 1, group: undefined }
    expect(rig.send({ ...delivery, progress })).toBe(true)
    expect(rig.courier.elsewhere).toHaveLength(1)
    expect(rig.link.submits()).toEqual([])
  })

  it('marks each segment before it leaves where a second sending is unwanted', () => {
    const rig = makeRig({ onUnanswered: 'fail' })
    rig.send(longDelivery(400))
    for (let part = 1; part <= 3; part++) {
      expect(rig.link.submits()).toEqual([])
      rig.courier.marking.shift()!()
      const pdu = rig.link.submit()
      expect(headerOf(pdu)).toBe(`05000301030${part}`)
      rig.link.answer(pdu)
    }
    expect(rig.courier.marking).toEqual([])
    expect(rig.courier.ended.map(({ delivery }) => delivery.unansweredBy)).toEqual([here, here, here])
  })

  it('gives back what was marked when the place is gone meanwhile', () => {
    const rig = makeRig({ onUnanswered: 'fail', window: 1 })
    rig.send(longDelivery(400))
    rig.link.lose()
    rig.courier.marking.shift()!()
    expect(rig.courier.back.map(({ delivery }) => delivery.progress?.taken)).toEqual([0])
  })

  it('a segment that is never answered ends its attempt; a late answer is told as of that segment', () => {
    const rig = makeRig()
    rig.send(longDelivery(400))
    rig.link.answer(rig.link.submit())
    const second = rig.link.submit()
    rig.clock.advance(10_000)
    rig.link.session.tick(rig.clock.monotonicMs())
    expect(endsOf(rig)).toEqual(['0 taken', '1 unanswered'])
    rig.link.answer(second)
    expect(rig.courier.late.map(({ progress }) => progress?.taken)).toEqual([1])
  })

  it('a refusal that comes late is told as such', () => {
    const rig = makeRig()
    rig.send(longDelivery(400))
    const first = rig.link.submit()
    rig.clock.advance(10_000)
    rig.link.session.tick(rig.clock.monotonicMs())
    rig.link.answer(first, 0x58)
    expect([rig.courier.late.length, rig.courier.refused.length]).toEqual([0, 1])
  })
})

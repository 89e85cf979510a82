import { describe, expect, it } from 'vitest'
import { failureReasons, type FailureReason } from '../../message/failure.js'
import type { MessageId } from '../../message/ids.js'
import type { Submission } from '../../pipeline/stage.js'
import { makeTlv, status, statusName, type PduInput } from '../../smpp/index.js'
import { peerCoding } from '../../text/data-coding.js'
import { moStatusNameByReason } from './mo-statuses.js'
import { here, longDelivery, makeRig, type Rig } from './rig.suite.js'

const id = 'an id' as MessageId
const mo = {
  command: 'deliver_sm',
  source_addr_ton: 1,
  source_addr_npi: 1,
  source_addr: '447700900123',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: '12025550100',
  short_message: Buffer.from('STOP'),
} as const satisfies PduInput
const sarTlvs = (reference: number, total: number, part: number) => [
  makeTlv('sar_msg_ref_num', reference),
  makeTlv('sar_total_segments', total),
  makeTlv('sar_segment_seqnum', part),
]

const submissions = ({ mo: batches }: Rig): readonly Submission[] => batches.flat()
const answers = ({ link }: Rig): readonly string[] =>
  link.sent().map((pdu) => `${pdu.command} ${statusName(pdu.status)} ${pdu.sequence}`)

describe('a message from a phone', () => {
  it('becomes a submission, and is answered when it is durable', () => {
    const rig = makeRig()
    rig.link.ask({
      ...mo,
      source_addr: '+447700900123',
      service_type: 'CMT',
      esm_class: 0x80,
      protocol_id: 5,
      priority_flag: 2,
      registered_delivery: 4,
      tlvs: [{ tag: 0x1400, value: Buffer.of(7) }],
    })
    expect(submissions(rig)).toEqual([
      {
        sender: { kind: 'vendor', vendor: 'v', connection: here },
        link: rig.link.session,
        source: { ton: 1, npi: 1, value: '447700900123' },
        destination: { ton: 1, npi: 1, value: '12025550100' },
        asSent: undefined,
        domain: '',
        content: { dataCoding: 0, udhi: false, octets: Buffer.from('STOP') },
        sar: undefined,
        serviceType: 'CMT',
        protocolId: 5,
        priority: 2,
        replyPath: true,
        receiptRequest: { final: 'none', intermediate: false },
        tlvs: [{ tag: 0x1400, value: Buffer.of(7) }],
        userMessageReference: -1,
        validityMs: undefined,
        scheduleMs: 0,
        answer: expect.anything() as unknown,
      },
    ])
    expect(answers(rig)).toEqual([])
    submissions(rig)[0]!.answer.accepted(id)
    expect(answers(rig)).toEqual(['deliver_sm_resp ESME_ROK 1'])
    expect(rig.metrics.mo.rows()).toEqual([{ labels: [here, 'accepted'], value: 1 }])
  })

  it('may come as data_sm, its text in message_payload', () => {
    const rig = makeRig()
    const { short_message: octets, ...addresses } = mo
    rig.link.ask({ ...addresses, command: 'data_sm', data_coding: 4, tlvs: [makeTlv('message_payload', octets)] })
    expect(submissions(rig)).toMatchObject([{ content: { dataCoding: 4, octets }, tlvs: [], protocolId: 0 }])
    submissions(rig)[0]!.answer.accepted(id)
    expect(answers(rig)).toEqual(['data_sm_resp ESME_ROK 1'])
  })

  it('comes with the others of its read, its octets copied out of the receive buffer', () => {
    const rig = makeRig()
    rig.link.ask(mo, { ...mo, short_message: Buffer.from('more') })
    expect(rig.mo.map((batch) => batch.length)).toEqual([2])
    expect(submissions(rig).map(({ content }) => Buffer.from(content.octets).toString())).toEqual(['STOP', 'more'])
  })

  it('is read in the coding of its vendor', () => {
    const gsm = { coding: peerCoding({ table: 'gsm0338', defaultAlphabet: 'latin1' }) }
    const rig = makeRig({ text: gsm })
    rig.link.ask({ ...mo, short_message: Buffer.from('é', 'latin1') })
    rig.link.ask({ ...mo, data_coding: 0x20 })
    expect(submissions(rig)).toMatchObject([{ content: { dataCoding: 3, octets: Buffer.from('é', 'latin1') } }])
    expect(answers(rig)).toEqual(['deliver_sm_resp ESME_RX_R_APPN 2'])
  })

  it('what may be a part stays as it came, since a character may be cut', () => {
    const rig = makeRig({ text: { coding: peerCoding({ table: 'smpp', defaultAlphabet: 'utf8' }) } })
    const part = Buffer.from('050003100201c3', 'hex')
    rig.link.ask({ ...mo, esm_class: 0x40, short_message: part })
    rig.link.ask({ ...mo, short_message: Buffer.of(0xa9), tlvs: sarTlvs(7, 2, 1) })
    expect(submissions(rig)).toMatchObject([
      { content: { dataCoding: 0, udhi: true, octets: part } },
      { content: { dataCoding: 0, udhi: false, octets: Buffer.of(0xa9) } },
    ])
  })

  it('in parts: marked by its header or by all three SAR parameters', () => {
    const rig = makeRig()
    const part = Buffer.from('0500031002014142', 'hex')
    rig.link.ask({ ...mo, esm_class: 0x40, short_message: part }, { ...mo, tlvs: sarTlvs(7, 2, 1) })
    expect(submissions(rig)).toMatchObject([
      { content: { udhi: true, octets: part }, sar: undefined },
      { content: { udhi: false }, sar: { reference: 7, total: 2, part: 1 }, tlvs: [] },
    ])
  })

  it.each<[string, Partial<PduInput<'deliver_sm'>>, FailureReason]>([
    ['has no destination', { destination_addr: '' }, 'invalidDestination'],
    ['has its text twice', { tlvs: [makeTlv('message_payload', Buffer.from('x'))] }, 'invalidContent'],
    ['has two SAR parameters of three', { tlvs: sarTlvs(7, 2, 1).slice(0, 2) }, 'invalidConcatenation'],
    [
      'has a malformed SAR parameter',
      { tlvs: [...sarTlvs(7, 2, 1).slice(1), { tag: 0x20c, value: Buffer.of(1) }] },
      'invalidConcatenation',
    ],
    ['is compressed', { data_coding: 0x20 }, 'unreadableText'],
  ])('that %s is refused for good, and the log says why', (_, changes, reason) => {
    const rig = makeRig({ text: { coding: peerCoding({ table: 'gsm0338', defaultAlphabet: 'gsm7' }) } })
    rig.link.ask({ ...mo, ...changes })
    expect(rig.mo).toEqual([])
    expect(answers(rig)).toEqual(['deliver_sm_resp ESME_RX_R_APPN 1'])
    expect(rig.metrics.mo.rows()).toEqual([{ labels: [here, 'refused'], value: 1 }])
    expect(rig.eventsOf('vendor.moRefused')).toMatchObject([
      { connection: here, why: expect.stringMatching(`^${reason}: `) as string },
    ])
  })

  it('is refused with the status of its failure; a flood of them is one line in the log', () => {
    const rig = makeRig()
    rig.link.ask(mo, mo, mo)
    const [a, b, c] = submissions(rig)
    a!.answer.refused({ reason: 'noRoute', cause: 'nobody has 12025550100' })
    b!.answer.refused({ reason: 'noRoute', cause: 'nobody has 12025550100' })
    c!.answer.refused({ reason: 'queueFull', cause: 'full' })
    expect(answers(rig)).toEqual([
      'deliver_sm_resp ESME_RX_R_APPN 1',
      'deliver_sm_resp ESME_RX_R_APPN 2',
      'deliver_sm_resp ESME_RX_T_APPN 3',
    ])
    expect(rig.eventsOf('vendor.moRefused')).toEqual([
      { connection: here, destination: '12025550100', why: 'noRoute: nobody has 12025550100' },
      { connection: here, destination: '12025550100', why: 'queueFull: full' },
    ])
  })

  it('may be sent again later when the switch goes down', () => {
    const rig = makeRig()
    // With nothing under way the session would be unbound at once.
    rig.send(longDelivery(5))
    void rig.vendor.stop()
    rig.link.ask(mo)
    expect(rig.mo).toEqual([])
    expect(answers(rig)).toContain('deliver_sm_resp ESME_RX_T_APPN 1')
  })

  it('is no receipt, and a receipt is none', () => {
    const rig = makeRig()
    rig.link.ask({ ...mo, esm_class: 4, short_message: Buffer.from('id:77 stat:DELIVRD err:000') }, mo)
    expect(rig.receipts.map(({ ids }) => ids)).toEqual([['77']])
    expect(submissions(rig)).toHaveLength(1)
    rig.receipts[0]!.stored()
    expect(answers(rig)).toEqual(['deliver_sm_resp ESME_ROK 1'])
  })
})

describe('parts whose answers are withheld', () => {
  const withhold = (rig: Rig, count: number) => {
    rig.link.ask(...Array.from({ length: count }, (_, i) => ({ ...mo, tlvs: sarTlvs(1, 9, i + 1) })))
    for (const { answer } of submissions(rig)) answer.withheld()
  }

  it('take no place of the receive window until they are answered', () => {
    const rig = makeRig()
    withhold(rig, 3)
    expect(rig.link.session.owed).toBe(0)
    for (const { answer } of submissions(rig)) answer.accepted(id)
    expect(rig.link.session.owed).toBe(0)
    expect(answers(rig)).toEqual([1, 2, 3].map((n) => `deliver_sm_resp ESME_ROK ${n}`))
  })

  it('take it again while their message is being stored', () => {
    const rig = makeRig()
    withhold(rig, 2)
    for (const { answer } of submissions(rig)) answer.readmitted()
    expect(rig.link.session.owed).toBe(2)
    // Nothing waits for others any more.
    rig.clock.advance(10_000)
    expect(rig.stalled).toEqual([])
    for (const { answer } of submissions(rig)) answer.accepted(id)
    expect(rig.link.session.owed).toBe(0)
  })

  it('are told to have filled the window once the vendor falls silent', () => {
    const rig = makeRig()
    withhold(rig, 2)
    rig.clock.advance(900)
    rig.link.ask({ ...mo, tlvs: sarTlvs(1, 9, 3) })
    rig.clock.advance(900)
    // That one is not answered: the vendor may be waiting for it.
    rig.clock.advance(200)
    expect(rig.stalled).toEqual([])
    submissions(rig)[2]!.answer.withheld()
    rig.clock.advance(1000)
    expect(rig.stalled).toEqual([rig.link.session])
    for (const { answer } of submissions(rig)) answer.accepted(id)
    rig.clock.advance(10_000)
    expect(rig.stalled).toHaveLength(1)
    expect(rig.clock.pending).toBe(0)
  })

  it('end with their session, whose link is told to be closed', () => {
    const rig = makeRig()
    withhold(rig, 2)
    rig.link.lose()
    expect(rig.closed).toEqual([rig.link.session])
    for (const { answer } of submissions(rig)) answer.refused({ reason: 'incompleteMessage', cause: 'too late' })
    rig.clock.advance(10_000)
    expect(rig.stalled).toEqual([])
  })
})

describe('the status of a refusal', () => {
  // They pass, but not soon: a vendor that keeps a message until then blocks its own queue.
  const notSoon: readonly string[] = [
    'insufficientFunds',
    'customerBlocked',
    'dayLimit',
    'networkUnknown',
    'queueOverflow',
    'dayCapReached',
    'rejectedForRate',
  ]

  it.each(Object.entries(moStatusNameByReason))('of %s is %s: redelivery where it may help only', (reason, name) => {
    const { retryable } = failureReasons[reason as FailureReason]
    expect(name).toBe(retryable && !notSoon.includes(reason) ? 'ESME_RX_T_APPN' : 'ESME_RX_R_APPN')
    expect(status[name]).toBeGreaterThan(0)
  })
})

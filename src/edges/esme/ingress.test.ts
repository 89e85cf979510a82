import { describe, expect, it } from 'vitest'
import type { AccountId } from '../../message/ids.js'
import type { Submission, SubmissionAnswer } from '../../pipeline/stage.js'
import { decode, encode, makeTlv, Writer, type PduInput, type PduOf } from '../../smpp/index.js'
import type { Alphabet } from '../../text/alphabet.js'
import { peerCoding } from '../../text/data-coding.js'
import type { PeerText } from '../../text/decode.js'
import { standardText } from '../../text/standard.js'
import { toSubmission, type SubmitSource } from './ingress.js'

const sender = { kind: 'account', account: 'acme' as AccountId } as const
const link = {}
const answer: SubmissionAnswer = {
  accepted: () => undefined,
  refused: () => undefined,
  withheld: () => undefined,
  readmitted: () => undefined,
}

/** A PDU as it comes off the wire: octets are views into a buffer. */
function pdu(fields: Omit<PduInput<'submit_sm'>, 'command'>): PduOf<'submit_sm'> {
  const writer = new Writer()
  encode(writer, { command: 'submit_sm', destination_addr: '447700900123', ...fields }, 1)
  const bytes = writer.take()
  return decode(bytes, 0, bytes.length) as PduOf<'submit_sm'>
}

function taken(fields: Omit<PduInput<'submit_sm'>, 'command'>, text: PeerText = standardText) {
  const from: SubmitSource = { sender, link, text }
  return toSubmission(pdu(fields), from, Date.UTC(2026, 0, 1), answer)
}

/** What was refused, as `reason: cause`, or what was taken. */
function outcome(fields: Omit<PduInput<'submit_sm'>, 'command'>, text?: PeerText): Submission | string {
  const submission = taken(fields, text)
  return 'reason' in submission ? `${submission.reason}: ${submission.cause}` : submission
}

const withAlphabet = (defaultAlphabet: Alphabet): PeerText => ({
  coding: peerCoding({ table: 'smpp', defaultAlphabet }),
})
const reference = makeTlv('sar_msg_ref_num', 0xbeef)
const total = makeTlv('sar_total_segments', 3)
const part = makeTlv('sar_segment_seqnum', 2)

it('shares what is the same for all of a session', () => {
  const submission = taken({ short_message: Buffer.from('hello') })
  expect(submission).toMatchObject({ domain: '', sar: undefined, tlvs: [], userMessageReference: -1, scheduleMs: 0 })
  expect((submission as Submission).sender).toBe(sender)
  expect((submission as Submission).link).toBe(link)
  expect((submission as Submission).answer).toBe(answer)
})

it('keeps a copy of the octets', () => {
  const raw = pdu({ short_message: Buffer.from('hello') })
  const submission = toSubmission(raw, { sender, link, text: standardText }, 0, answer) as Submission
  raw.short_message.fill(0)
  expect(Buffer.from(submission.content.octets).toString()).toBe('hello')
})

describe('SAR parameters', () => {
  it('mark a part, and do not pass as parameters', () => {
    const vendor = { tag: 0x1400, value: Buffer.from('x') }
    expect(outcome({ tlvs: [part, vendor, total, reference] })).toMatchObject({
      sar: { reference: 0xbeef, total: 3, part: 2 },
      tlvs: [{ tag: 0x1400 }],
    })
  })

  it.each([
    [[reference], 'sar_msg_ref_num without sar_total_segments and sar_segment_seqnum'],
    [[part, total], 'sar_total_segments and sar_segment_seqnum without sar_msg_ref_num'],
    [[reference, part], 'sar_msg_ref_num and sar_segment_seqnum without sar_total_segments'],
    [[{ ...reference, value: Buffer.of(1) }, total, part], 'sar_msg_ref_num of a wrong length'],
    [
      [reference, { ...total, value: Buffer.alloc(0) }, { ...part, value: Buffer.of(0, 1) }],
      'sar_total_segments and sar_segment_seqnum of a wrong length',
    ],
  ])('%# that are not all there are refused', (tlvs, cause) => {
    expect(outcome({ tlvs })).toBe(`invalidConcatenation: ${cause}`)
  })

  it('are judged by whoever joins parts, not here', () => {
    expect(outcome({ tlvs: [reference, makeTlv('sar_total_segments', 0), part] })).toMatchObject({ sar: { total: 0 } })
  })
})

describe('the text', () => {
  it('is as it came where the account codes as the switch does', () => {
    expect(outcome({ data_coding: 8, short_message: Buffer.from('0041', 'hex') })).toMatchObject({
      content: { dataCoding: 8, udhi: false, octets: Buffer.from('0041', 'hex') },
    })
  })

  it('comes into the coding of the switch from that of the account', () => {
    const latin = outcome({ short_message: Buffer.from('caf\xe9', 'latin1') }, withAlphabet('latin1'))
    expect(latin).toMatchObject({ content: { dataCoding: 3, octets: Buffer.from('caf\xe9', 'latin1') } })
    const utf8 = outcome({ short_message: Buffer.from('café €') }, withAlphabet('utf8'))
    expect(utf8).toMatchObject({ content: { dataCoding: 0, octets: Buffer.from('caf\x05 \x1be', 'latin1') } })
  })

  it('of a message_payload is read the same way', () => {
    const tlvs = [makeTlv('message_payload', Buffer.from('caf\xe9', 'latin1'))]
    expect(outcome({ tlvs }, withAlphabet('latin1'))).toMatchObject({ content: { dataCoding: 3 }, tlvs: [] })
  })

  it('of what may be a part stays as it came: characters may be cut between it and the next', () => {
    const cut = Buffer.of(5, 0, 3, 7, 2, 1, 0xc3)
    expect(outcome({ esm_class: 0x40, short_message: cut }, withAlphabet('utf8'))).toMatchObject({
      content: { dataCoding: 0, udhi: true, octets: cut },
    })
    const tlvs = [reference, total, part]
    expect(outcome({ short_message: Buffer.of(0xa9), tlvs }, withAlphabet('utf8'))).toMatchObject({
      content: { dataCoding: 0, udhi: false, octets: Buffer.of(0xa9) },
    })
  })

  it('that is compressed is refused: nobody reads it', () => {
    const gsm = { coding: peerCoding({ table: 'gsm0338', defaultAlphabet: 'gsm7' }) }
    expect(outcome({ data_coding: 0x20 }, gsm)).toBe('unreadableText: data_coding 0x20 is compressed')
  })

  it('of a reserved data_coding passes as it came', () => {
    expect(outcome({ data_coding: 0x0b, short_message: Buffer.of(1, 2) })).toMatchObject({
      content: { dataCoding: 0x0b, octets: Buffer.of(1, 2) },
    })
  })
})

it.each([
  [{ destination_addr: '' }, 'invalidDestination: destination_addr is empty'],
  [
    { short_message: Buffer.from('a'), tlvs: [makeTlv('message_payload', Buffer.from('b'))] },
    'invalidContent: short_message and message_payload are both there',
  ],
  [{ validity_period: 'soon' }, 'invalidValidity: validity_period "soon" is malformed or over'],
  [{ schedule_delivery_time: 'soon' }, /^invalidSchedule: /],
  [
    { schedule_delivery_time: '000002000000000R', validity_period: '000001000000000R' },
    'invalidValidity: the validity ends before the scheduled delivery',
  ],
])('%# that says what cannot be is refused', (fields, why) => {
  expect(outcome(fields)).toEqual(typeof why === 'string' ? why : expect.stringMatching(why))
})

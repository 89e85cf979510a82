import { tlvs as npmTlvs } from 'smpp/lib/defs.js'
import { describe, expect, it } from 'vitest'
import { EncodeError } from './encode.js'
import { findTlv, makeTlv, tlvBytes, tlvInt, tlvIssues, tlvName, tlvTable, tlvTag, tlvText } from './tlvs.js'

describe('TLVs', () => {
  it('know every tag that npm smpp knows', () => {
    const aliases = ['alert_on_msg_delivery', 'failed_broadcast_area_identifier']
    expect(Object.keys(tlvTable).sort()).toEqual(
      Object.keys(npmTlvs)
        .filter((name) => !aliases.includes(name))
        .sort(),
    )
    expect(tlvTag.message_payload).toBe(0x424)
    expect(tlvName(0x424)).toBe('message_payload')
    expect(tlvName(0x1400)).toBeUndefined()
  })

  it('are made in the form of the table and read back', () => {
    const tlvs = [
      makeTlv('receipted_message_id', 'abc'),
      makeTlv('message_state', 2),
      makeTlv('user_message_reference', 0x1234),
      makeTlv('qos_time_to_live', 0xffffffff),
      makeTlv('message_payload', Buffer.from('hi')),
      { tag: 0x1400, value: Buffer.from('mine') },
    ]
    expect(tlvs[0]).toEqual({ tag: 0x1e, value: Buffer.from('abc\0') })
    expect(tlvText(tlvs, 'receipted_message_id')).toBe('abc')
    expect(tlvInt(tlvs, 'message_state')).toBe(2)
    expect(tlvInt(tlvs, 'user_message_reference')).toBe(0x1234)
    expect(tlvInt(tlvs, 'qos_time_to_live')).toBe(0xffffffff)
    expect(tlvBytes(tlvs, 'message_payload')?.toString()).toBe('hi')
    expect(tlvBytes(tlvs, 0x1400)?.toString()).toBe('mine')
    expect(findTlv(tlvs, 'sar_msg_ref_num')).toBeUndefined()
    expect(tlvIssues(tlvs)).toEqual([])
  })

  it('that are malformed read as absent, stay raw, and are reported', () => {
    const tlvs = [
      { tag: tlvTag.user_message_reference, value: Buffer.from([1]) },
      { tag: tlvTag.receipted_message_id, value: Buffer.from('no-nul') },
      { tag: tlvTag.network_error_code, value: Buffer.from([3, 0]) },
    ]
    expect(tlvInt(tlvs, 'user_message_reference')).toBeUndefined()
    expect(tlvBytes(tlvs, 'user_message_reference')).toEqual(Buffer.from([1]))
    expect(tlvText(tlvs, 'receipted_message_id')).toBe('no-nul')
    expect(tlvIssues(tlvs).map(({ why }) => why)).toEqual([
      'user_message_reference is 1 octets, not 2',
      'network_error_code is 2 octets, not 3',
    ])
  })

  it('that cannot be made are an error that names them', () => {
    expect(() => makeTlv('message_state', 256)).toThrow(EncodeError)
    expect(() => makeTlv('message_state', -1)).toThrow('message_state')
    expect(() => makeTlv('receipted_message_id', 'x'.repeat(65))).toThrow('receipted_message_id')
    expect(() => makeTlv('receipted_message_id', 'Ω')).toThrow('Latin-1')
    expect(() => makeTlv('network_error_code', Buffer.alloc(2))).toThrow('network_error_code')
  })
})

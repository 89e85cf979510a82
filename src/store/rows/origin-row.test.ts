import { describe, expect, it } from 'vitest'
import type { AccountId, MessageId } from '../../message/ids.js'
import { receiptRequestOf, type ReceiptOrigin } from '../../message/receipt.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { readOrigin, writeOrigin } from './origin-row.js'

const origin: ReceiptOrigin = {
  messageId: '0000000100000001' as MessageId,
  account: 'alice' as AccountId,
  source: { ton: 1, npi: 1, value: '15551230001' },
  destination: { ton: 1, npi: 1, value: '15551230002' },
  asSent: undefined,
  request: receiptRequestOf(0x11),
  acceptedAtMs: 1,
  userMessageReference: -1,
  head: 'hello',
  echo: undefined,
  parts: [],
}

describe('the origin of a receipt as octets', () => {
  it.each([undefined, 'Msg1\nsip:+15551230002@sms.example.com', 'ü'.repeat(400)])('keeps the echo %j', (echo) => {
    const written: ReceiptOrigin = { ...origin, echo, asSent: { source: origin.source, destination: origin.source } }
    const out = new ByteWriter(16)
    writeOrigin(out, written)
    expect(readOrigin(new ByteReader().over(out.buffer, 0))).toEqual(written)
  })
})

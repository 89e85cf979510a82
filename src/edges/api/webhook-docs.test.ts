// docs/webhooks.md says what the code does: bounds, schedule, fields.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inboundFields, statusFields } from './callback-fields.js'
import { signatureHeaders } from './signature.js'
import { defaultWebhookOptions } from './webhooks.js'

const text = readFileSync(join(import.meta.dirname, '../../../docs/webhooks.md'), 'utf8')

describe('docs/webhooks.md', () => {
  it('has the bounds', () => {
    const { limits, client } = defaultWebhookOptions
    const { retryMs, ...bounds } = limits
    const { timeoutMs, maxAnswerOctets } = client
    for (const [name, value] of Object.entries({ ...bounds, timeoutMs, maxAnswerOctets })) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\` `))
      expect([name, row?.split('|')[2]?.trim()]).toEqual([name, value.toLocaleString('en')])
    }
    for (const delayMs of retryMs) expect(text).toContain(`${delayMs / 1000} s`)
  })

  it('has the fields and the headers', () => {
    const told = { uuid: '', from: '', to: '', units: 1, totalRate: '', totalAmount: '', powerpack: '' }
    const status = statusFields({
      ...told,
      status: 'failed',
      errorCode: '',
      mcc: '',
      mnc: '',
      sequence: 1,
      messageTimeMs: 0,
      queuedTimeMs: 0,
      sentTimeMs: 0,
      deliveryReportTimeMs: 0,
      requesterIp: '',
    })
    const inbound = inboundFields({ ...told, text: '', intent: '' })
    for (const [name] of [...status, ...inbound]) expect(text).toContain(`\`${name}\``)
    const headers = signatureHeaders({ method: 'GET', url: 'https://a.example/', fields: [] }, { token: 'a', mainToken: 'b' }, '1') // prettier-ignore
    for (const name of Object.keys(headers)) if (!name.endsWith('Nonce')) expect(text).toContain(`\`${name}\``)
  })
})

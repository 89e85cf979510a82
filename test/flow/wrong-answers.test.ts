// Answers that are none: of the wrong command, or generic_nack. They take nothing, whatever their status.
import { expect, it } from 'vitest'
import smpp from 'smpp'
import { status } from '../../src/smpp/index.js'
import { startHandVendor } from './hand-vendor.js'
import { connectRaw } from './raw-esme.js'
import { receiptsOf, startScenario } from './scenario.js'
import { within } from './waiting.js'

const message = { source: '12025550100', destination: '447700900123', text: 'hello', registeredDelivery: 1 }

it('a submit is taken by submit_sm_resp alone; anything else is a temporary refusal', async () => {
  const vendor = await startHandVendor()
  // Permanent in a submit_sm_resp.
  const { bind, daemon } = await startScenario({
    vendors: [],
    handVendors: [vendor],
    connections: [{ permanentCodes: ['ESME_RINVSRCTON'] }],
  })
  const esme = await bind()
  const { messageId } = await esme.submit(message)
  const wrong = [
    ['generic_nack', status.ESME_ROK],
    ['generic_nack', status.ESME_RINVDSTADR],
    ['generic_nack', status.ESME_RINVSRCTON],
    ['data_sm_resp', status.ESME_ROK],
    ['deliver_sm_resp', status.ESME_ROK],
  ] as const
  for (const [i, [command, commandStatus]] of wrong.entries()) {
    await vendor.submits(i + 1)
    vendor.answerAs(i, command, commandStatus)
  }
  await vendor.submits(wrong.length + 1)
  expect(esme.receipts).toEqual([])
  vendor.answer(wrong.length, { message_id: 'W1' })
  expect(await vendor.deliver(wrong.length, 'W1', 'DELIVRD')).toBe(0)
  expect((await receiptsOf(esme, 1))[0]).toMatchObject({ id: messageId, state: 'DELIVRD' })
  expect(await daemon.metric('smswitch_attempts_total', { outcome: 'temporary' })).toBe(wrong.length)
  expect(await daemon.metric('smswitch_attempts_total', { outcome: 'permanent' })).toBe(0)
})

it('a generic_nack of status 0 is told as an unknown error when it was the last try', async () => {
  const vendor = await startHandVendor()
  const { bind } = await startScenario({
    vendors: [],
    handVendors: [vendor],
    connections: [{ resend: { stepMs: 10, max: 0 } }],
  })
  const esme = await bind()
  const { messageId } = await esme.submit(message)
  await vendor.submits(1)
  vendor.answerAs(0, 'generic_nack', status.ESME_ROK)
  const [receipt] = await receiptsOf(esme, 1)
  expect(receipt).toMatchObject({ id: messageId, state: 'UNDELIV' })
  expect((receipt!.pdu['short_message'] as { readonly message: string }).message).toContain('err:255')
})

it('a receipt is taken by deliver_sm_resp alone', async () => {
  const { bind, daemon } = await startScenario()
  const sender = await bind({ bind: 'tx' })
  const raw = await connectRaw(daemon.smppPort)
  let asked = 0
  const taken = new Promise<void>((resolve) => {
    raw.session.on('pdu', (pdu) => {
      if (pdu.command !== 'deliver_sm') return
      const { sequence_number } = pdu
      const command = (['generic_nack', 'submit_sm_resp'] as const)[asked++]
      if (command !== undefined) return void raw.session.send(new smpp.PDU(command, { sequence_number }))
      raw.session.send(pdu.response())
      resolve()
    })
  })
  expect(await raw.bind('receiver')).toBe(0)
  expect((await sender.submit(message)).status).toBe(0)
  await within(taken, 'the receipt to come a third time')
  await daemon.metricWhen((value) => value === 1, 'smswitch_receipts_total', { outcome: 'delivered' })
  expect(asked).toBe(3)
})

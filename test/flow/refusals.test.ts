// What the switch refuses towards ESMEs: the exact command_status, and the session that goes on.
import { expect, it } from 'vitest'
import { connectRaw, submitFields } from './raw-esme.js'
import { accountRow, startScenario } from './scenario.js'

const status = {
  ok: 0,
  commandId: 0x03,
  queryFailed: 0x67,
  bindState: 0x04,
  alreadyBound: 0x05,
  destination: 0x0b,
  bindFailed: 0x0d,
  password: 0x0e,
  messageLength: 0x01,
  schedule: 0x61,
  expiry: 0x62,
} as const

it('refuses binds, telling nobody whether the name or the password was wrong', async () => {
  const { daemon } = await startScenario({
    accounts: [
      accountRow('single', { maxBinds: 1 }),
      accountRow('sender', { bindModes: ['transmitter'] }),
      accountRow('asleep', { active: false }),
    ],
  })
  const bind = async (mode: 'transmitter' | 'receiver' | 'transceiver', fields: Readonly<Record<string, string>>) => {
    const esme = await connectRaw(daemon.smppPort)
    return { status: await esme.bind(mode, fields), esme }
  }
  const wrong = await bind('transceiver', { password: 'wrong' })
  expect(wrong.status).toBe(status.password)
  await wrong.esme.closed
  expect((await bind('transceiver', { system_id: 'nobody' })).status).toBe(status.password)
  expect((await bind('transceiver', { system_id: 'asleep' })).status).toBe(status.bindFailed)
  expect((await bind('transceiver', { system_id: 'sender' })).status).toBe(status.bindFailed)
  expect((await bind('receiver', { system_id: 'sender' })).status).toBe(status.bindFailed)
  expect((await bind('transmitter', { system_id: 'sender' })).status).toBe(status.ok)
  const first = await bind('transceiver', { system_id: 'single' })
  expect(first.status).toBe(status.ok)
  expect((await bind('transceiver', { system_id: 'single' })).status).toBe(status.bindFailed)
  // The place is free again once the first has gone.
  await first.esme.ask('unbind')
  await first.esme.closed
  expect((await bind('transceiver', { system_id: 'single' })).status).toBe(status.ok)
  expect(await daemon.metric('smswitch_bind_refusals_total', { edge: 'esme', status: 'ESME_RINVPASWD' })).toBe(2)
  expect(await daemon.metric('smswitch_bind_refusals_total', { edge: 'esme', status: 'ESME_RBINDFAIL' })).toBe(4)
})

it('refuses what the session’s state forbids, and goes on', async () => {
  const { daemon } = await startScenario()
  const esme = await connectRaw(daemon.smppPort)
  expect((await esme.ask('submit_sm', submitFields())).command_status).toBe(status.bindState)
  expect((await esme.ask('enquire_link')).command_status).toBe(status.ok)
  expect(await esme.bind('receiver')).toBe(status.ok)
  const onReceiver = await esme.ask('submit_sm', submitFields())
  expect(onReceiver).toMatchObject({ command: 'submit_sm_resp', command_status: status.bindState })
  expect(await esme.bind('receiver')).toBe(status.alreadyBound)
  expect((await esme.ask('enquire_link')).command_status).toBe(status.ok)
})

it('refuses messages with the status that says which field is wrong, and takes the next one', async () => {
  const { daemon, vendor } = await startScenario({
    tariffs: [{ id: 'uk', rates: [{ prefix: '44', price: '0.01' }] }],
    connections: [{ tariff: 'uk' }],
    policies: [
      { id: 'uk', match: { called: '44' } },
      { id: 'france', match: { called: '33' } },
    ],
  })
  const esme = await connectRaw(daemon.smppPort)
  await esme.bind()
  const submit = async (fields: Readonly<Record<string, unknown>>): Promise<number> => {
    const answer = await esme.ask('submit_sm', submitFields(fields))
    expect(answer.command).toBe('submit_sm_resp')
    return answer.command_status
  }
  expect(await submit({ destination_addr: '' })).toBe(status.destination)
  expect(await submit({ destination_addr: '5215550000000' })).toBe(status.destination) // no policy
  expect(await submit({ destination_addr: '33612345678' })).toBe(status.destination) // no route
  expect(await submit({ validity_period: '261399000000000X' })).toBe(status.expiry) // malformed
  expect(await submit({ validity_period: '200101010000000+' })).toBe(status.expiry) // long over
  expect(await submit({ schedule_delivery_time: 'tomorrow' })).toBe(status.schedule)
  expect(await submit({ message_payload: 'there', short_message: 'here' })).toBe(status.messageLength)
  expect(await submit({})).toBe(status.ok)
  const query = await esme.ask('query_sm', { message_id: '1', source_addr: '12025550100' })
  expect(query).toMatchObject({ command: 'query_sm_resp', command_status: status.queryFailed })
  const cancel = await esme.ask('cancel_sm', {
    message_id: '1',
    source_addr: '12025550100',
    destination_addr: '447700900123',
  })
  expect(cancel).toMatchObject({ command: 'cancel_sm_resp', command_status: status.commandId })
  expect(await submit({})).toBe(status.ok)
  const refused = (reason: string): Promise<number> =>
    daemon.metric('smswitch_messages_refused_total', { edge: 'esme', reason })
  expect(await refused('noPolicy')).toBe(1)
  expect(await refused('noRoute')).toBe(1)
  expect(await refused('invalidDestination')).toBe(1)
  expect(await refused('invalidValidity')).toBe(2)
  expect(await daemon.metric('smswitch_messages_accepted_total', { edge: 'esme' })).toBe(2)
  expect(vendor.stats.submits).toBeLessThanOrEqual(2)
})

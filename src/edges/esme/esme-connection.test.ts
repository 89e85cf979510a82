import { beforeEach, describe, expect, it } from 'vitest'
import { status } from '../../smpp/index.js'
import { account, directoryOf, Rig, submit } from './esme-connection-rig.suite.js'
import type { Sent } from './receivers.js'

let rig: Rig
beforeEach(async () => {
  rig = await new Rig().bind()
})

it('a session that must go takes nothing more, however long its peer leaves us without an answer', () => {
  rig.states.set('id1', { state: 'DELIVERED', error: '000', doneAtMs: 0 })
  rig.session.request({ command: 'deliver_sm' }, {} as Sent, rig.nowMs)
  rig.connection.follow(directoryOf({ ...account, active: false }))
  rig.connection.follow(directoryOf({ ...account, active: true }))
  rig.asks(submit('whole'), { command: 'query_sm', message_id: 'id1' })
  expect(rig.answers().slice(1)).toMatchObject([
    { command: 'submit_sm_resp', status: status.ESME_RSUBMITFAIL },
    { command: 'query_sm_resp', status: status.ESME_RQUERYFAIL },
  ])
  expect(rig.told).toEqual(['esme.unbound'])
})

describe('query_sm', () => {
  it('is answered with what is known', () => {
    rig.states.set('id1', { state: 'DELIVERED', error: '000', doneAtMs: Date.UTC(2026, 0, 2, 3, 4, 5) })
    rig.states.set('id2', { state: 'SCHEDULED', error: '000', doneAtMs: -1 })
    rig.asks({ command: 'query_sm', message_id: 'id1' }, { command: 'query_sm', message_id: 'id2' })
    expect(rig.answers()).toMatchObject([
      { status: 0, message_id: 'id1', final_date: '260102030405000+', message_state: 2, error_code: 0 },
      { status: 0, message_id: 'id2', final_date: '', message_state: 1, error_code: 0 },
    ])
    expect(rig.session.owed).toBe(0)
  })

  it('of an unknown message fails', () => {
    rig.asks({ command: 'query_sm', message_id: 'id3' })
    expect(rig.answers()).toMatchObject([{ command: 'query_sm_resp', status: status.ESME_RQUERYFAIL, sequence: 2 }])
  })
})

it('what nobody here does is refused', () => {
  rig.asks({ command: 'cancel_sm', message_id: 'id1' })
  expect(rig.answers()).toMatchObject([{ command: 'cancel_sm_resp', status: status.ESME_RINVCMDID }])
})

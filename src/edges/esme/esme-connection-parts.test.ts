import { beforeEach, describe, expect, it } from 'vitest'
import { status } from '../../smpp/index.js'
import { Rig, STALL_MS, submit } from './esme-connection-rig.suite.js'

let rig: Rig
beforeEach(async () => {
  rig = await new Rig().bind()
})

describe('withheld parts', () => {
  it('are not owed, and are answered when their message is decided on', () => {
    rig.asks(submit('part'), submit('part'), submit('whole'))
    expect(rig.session.owed).toBe(1)
    expect(rig.isWatched).toBe(true)
    expect(rig.answers()).toEqual([])
    rig.release()
    expect(rig.session.owed).toBe(1)
    expect(rig.isWatched).toBe(false)
    expect(rig.briefly()).toEqual(['submit_sm_resp 2 0', 'submit_sm_resp 3 0'])
  })

  it.each([
    ['incompleteMessage', status.ESME_RINVNUMMSGS],
    ['messageRefused', status.ESME_RSYSERR],
    ['queueFull', status.ESME_RMSGQFUL],
  ] as const)('refused for %s get their status', (reason, code) => {
    rig.asks(submit('part'), submit('part'))
    rig.release({ reason, cause: 'test' })
    expect(rig.answers().map((pdu) => pdu.status)).toEqual([code, code])
    expect(rig.metrics.refused.rows()).toEqual([{ labels: ['esme', reason], value: 2 }])
  })

  it('do not count as the time that an acceptance takes', () => {
    rig.asks(submit('part'), submit('whole'))
    rig.nowMs = 5000
    rig.parts[0]!.answer.readmitted()
    rig.release()
    rig.nowMs = 0
    rig.commit()
    expect(rig.metrics.acceptSeconds.snapshot()).toMatchObject({ count: 1, sum: 0 })
  })

  it('do not keep an enquire_link from being answered', () => {
    rig.asks(submit('part'), { command: 'enquire_link' })
    expect(rig.briefly()).toEqual(['enquire_link_resp 3 0'])
  })

  it('are dropped with their session', () => {
    rig.asks(submit('part'))
    rig.session.transportClosed()
    expect(rig.told).toEqual(['esme.closed', 'closed'])
    expect(rig.isWatched).toBe(false)
    rig.release()
    expect(rig.isWatched).toBe(false)
    expect(rig.answers()).toEqual([])
  })

  it('are owed again while their message is being stored: an unbind waits for their answers', () => {
    rig.asks(submit('part'), submit('part'))
    for (const { answer } of rig.parts) answer.readmitted()
    expect(rig.session.owed).toBe(2)
    expect(rig.isWatched).toBe(false)
    rig.asks({ command: 'unbind' })
    expect(rig.answers()).toEqual([])
    rig.release()
    expect(rig.briefly()).toEqual(['submit_sm_resp 2 0', 'submit_sm_resp 3 0', 'unbind_resp 4 0'])
  })

  it('whose session ends as they are withheld are dropped when their batch is through', () => {
    rig.asks(submit('part'), submit('part'), { command: 'unbind' })
    expect(rig.parts).toHaveLength(2)
    expect(rig.told).toEqual(['esme.closed', 'closed'])
    expect(rig.briefly()).toEqual(['unbind_resp 4 0'])
  })
})

describe('a window that is full of withheld parts', () => {
  it('is found by its silence', () => {
    rig.asks(submit('part'), submit('part'))
    rig.tickAt(STALL_MS - 1)
    expect(rig.told).toEqual([])
    rig.tickAt(STALL_MS)
    rig.tickAt(STALL_MS + 100)
    expect(rig.told).toEqual(['esme.windowFull', 'stalled'])
  })

  it('is not one while anything else is unanswered, or is being asked', () => {
    rig.asks(submit('part'), submit('whole'))
    rig.tickAt(STALL_MS)
    expect(rig.told).toEqual([])
    rig.commit()
    rig.asks({ command: 'query_sm', message_id: 'x' })
    rig.tickAt(2 * STALL_MS - 1)
    expect(rig.told).toEqual([])
    rig.tickAt(2 * STALL_MS)
    expect(rig.told).toEqual(['esme.windowFull', 'stalled'])
  })

  it('costs the wait once: then it is known at the end of the read', () => {
    rig.asks(submit('part'), submit('part'))
    rig.tickAt(STALL_MS)
    rig.release()
    rig.told.length = 0
    rig.asks(submit('part'))
    expect(rig.told).toEqual([])
    rig.asks(submit('part'))
    expect(rig.told).toEqual(['stalled'])
    rig.release()
    // A whole message beside a part: it will be answered, and makes room.
    rig.asks(submit('part'), submit('whole'))
    expect(rig.told).toEqual(['stalled'])
  })

  it('is not known any more when more was asked at a time', () => {
    rig.asks(submit('part'), submit('part'))
    rig.tickAt(STALL_MS)
    rig.release()
    rig.told.length = 0
    rig.asks(submit('bad'), submit('bad'), submit('bad'))
    rig.asks(submit('part'), submit('part'))
    expect(rig.told).toEqual([])
    rig.tickAt(2 * STALL_MS)
    // Said once in a session.
    expect(rig.told).toEqual(['stalled'])
  })
})

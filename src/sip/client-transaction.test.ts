// The client machine by the numbers of RFC 3261 §17.1.2, with time as a number.
import { describe, expect, it } from 'vitest'
import {
  clientDueMs,
  onClientResponse,
  onClientTime,
  onClientTransportError,
  startClient,
} from './client-transaction.js'
import { defaultTransactionTimers as timers } from './transaction-timers.js'

/** What happens at each due time, until the machine is over. */
function run(machine: ReturnType<typeof startClient>): string[] {
  const story: string[] = []
  while (machine.state !== 'terminated') {
    const dueMs = clientDueMs(machine)
    story.push(`${dueMs} ${onClientTime(machine, dueMs, timers)}`)
  }
  return story
}

describe('a non-INVITE client transaction', () => {
  it('repeats at T1, doubling up to T2, and gives up after 64 T1', () => {
    const resends = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
    expect(run(startClient(0, timers, false))).toEqual([...resends.map((at) => `${at} resend`), '32000 timeout'])
  })

  it('never repeats over a reliable transport', () => {
    expect(run(startClient(100, timers, true))).toEqual(['32100 timeout'])
  })

  it('repeats every T2 once somebody has said that he is at it', () => {
    const machine = startClient(0, timers, false)
    expect(onClientResponse(machine, 100, 100, timers, false)).toBe('none')
    expect(machine.state).toBe('proceeding')
    const resends = [500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500]
    expect(run(machine)).toEqual([...resends.map((at) => `${at} resend`), '32000 timeout'])
  })

  it('tells the first final response only, and absorbs others for T4', () => {
    const machine = startClient(0, timers, false)
    expect(onClientResponse(machine, 202, 700, timers, false)).toBe('final')
    expect(onClientResponse(machine, 202, 800, timers, false)).toBe('none')
    expect(onClientResponse(machine, 500, 900, timers, false)).toBe('none')
    expect(onClientTransportError(startClient(0, timers, false))).toBe('failed')
    expect(run(machine)).toEqual(['5700 forget'])
  })

  it('is over with the final response on a reliable transport', () => {
    const machine = startClient(0, timers, true)
    expect(onClientResponse(machine, 404, 700, timers, true)).toBe('final')
    expect(machine.state).toBe('terminated')
    expect(onClientTime(machine, 1e9, timers)).toBe('none')
  })

  it('hears of a transport error only while it waits', () => {
    const machine = startClient(0, timers, false)
    onClientResponse(machine, 200, 1, timers, false)
    expect(onClientTransportError(machine)).toBe('none')
    expect(machine.state).toBe('terminated')
  })
})

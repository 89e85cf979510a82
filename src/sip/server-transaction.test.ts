// The server machine by RFC 3261 §17.2.2 and RFC 4320, with time as a number.
import { describe, expect, it } from 'vitest'
import { onAnswer, onRetransmission, onServerTime, startServer } from './server-transaction.js'
import { defaultTransactionTimers as timers } from './transaction-timers.js'

describe('a non-INVITE server transaction', () => {
  it('absorbs the request again until it is answered, then repeats its answer', () => {
    const machine = startServer(0, timers)
    expect(onRetransmission(machine)).toBe('none')
    expect(onAnswer(machine, 100, 3500, timers, false)).toBe('send')
    expect(onRetransmission(machine)).toBe('resend')
    expect(onAnswer(machine, 202, 4000, timers, false)).toBe('send')
    expect(machine.state).toBe('completed')
    expect(onRetransmission(machine)).toBe('resend')
  })

  it('takes one final answer', () => {
    const machine = startServer(0, timers)
    onAnswer(machine, 202, 1, timers, false)
    expect(onAnswer(machine, 500, 2, timers, false)).toBe('none')
    expect(onAnswer(machine, 100, 2, timers, false)).toBe('none')
  })

  it('remembers its answer for 64 T1 from it', () => {
    const machine = startServer(0, timers)
    onAnswer(machine, 202, 1000, timers, false)
    expect(onServerTime(machine, 32_999)).toBe('none')
    expect(onServerTime(machine, 33_000)).toBe('forget')
    expect(machine.state).toBe('terminated')
    expect(onRetransmission(machine)).toBe('none')
  })

  it('remembers nothing on a reliable transport', () => {
    const machine = startServer(0, timers)
    expect(onAnswer(machine, 202, 1000, timers, true)).toBe('send')
    expect(machine.state).toBe('terminated')
  })

  it('ends in silence when nobody answered in the time that the sender waits', () => {
    const machine = startServer(0, timers)
    expect(onServerTime(machine, 31_999)).toBe('none')
    expect(onServerTime(machine, 32_000)).toBe('forget')
    expect(onAnswer(machine, 202, 32_001, timers, false)).toBe('none')
  })
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SendWindow } from './send-window.js'

it('is closed by so many, and opened by an answer', () => {
  const window = new SendWindow(2, 500, 1000)
  const first = window.sent()
  expect(window.isOpen).toBe(true)
  window.sent()
  expect(window.isOpen).toBe(false)
  window.answered(first)
  expect(window.isOpen).toBe(true)
})

it('is opened by time, after which a late answer opens nothing more', () => {
  const window = new SendWindow(1, 500, 1000)
  const first = window.sent()
  window.advance(1449)
  expect(window.isOpen).toBe(false)
  window.advance(1500)
  expect(window.isOpen).toBe(true)
  window.sent()
  window.answered(first)
  expect(window.isOpen).toBe(false)
  window.advance(1_000_000)
  expect(window.isOpen).toBe(true)
})

it('counts as a plain list of what was sent and when does', () => {
  const act = fc.oneof(
    fc.constant({ kind: 'sent' as const }),
    fc.nat(20).map((at) => ({ kind: 'answered' as const, at })),
    fc.nat(300).map((ms) => ({ kind: 'advance' as const, ms })),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 100 }), fc.integer({ min: 1, max: 8 }), (acts, most) => {
      let nowMs = 12_345
      const window = new SendWindow(most, 500, nowMs)
      const open: { readonly step: number; readonly mark: number }[] = []
      const isYoung = (step: number): boolean => step > Math.floor(nowMs / 50) - 10
      for (const each of acts) {
        if (each.kind === 'sent') open.push({ step: Math.floor(nowMs / 50), mark: window.sent() })
        else if (each.kind === 'advance') window.advance((nowMs += each.ms))
        else for (const { mark } of open.splice(each.at, 1)) window.answered(mark)
        expect(window.isOpen).toBe(open.filter(({ step }) => isYoung(step)).length < most)
      }
    }),
  )
})

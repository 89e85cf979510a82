import { expect, it } from 'vitest'
import { echoText, readEcho } from './echo-text.js'

const echo = { messageId: 'Msg1', to: 'sip:bob@x', dateTime: '2026-11-22T12:00:00Z', recordRoutes: ['<sip:a>'] }

it('an echo is what it was', () => {
  expect(readEcho(echoText(echo))).toEqual(echo)
})

it('an echo is short, whatever a phone wrote', () => {
  const long = 'x'.repeat(10_000)
  const texts = [
    { ...echo, recordRoutes: Array.from({ length: 16 }, () => `<sip:${long}>`) },
    { ...echo, dateTime: long },
    { ...echo, to: `sip:bob@x;p=${long}` },
    { ...echo, to: `sip:${long}@x` },
  ].map(echoText)
  expect(texts.filter(({ length }) => length > 2048)).toEqual([])
  expect(texts.map((text) => readEcho(text)?.to)).toEqual([
    echo.to,
    echo.to,
    echo.to,
    'sip:anonymous@anonymous.invalid',
  ])
  expect(readEcho(texts[1]!)?.dateTime).toBe('')
})

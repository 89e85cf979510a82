import { expect, it } from 'vitest'
import { createLog } from './log.js'

function logged(level: 'info' | 'warn', emit: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  emit(createLog({ level, destination: { write: (line: string) => void lines.push(line) } }))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

it('writes an event as one JSON line with level, name, fields and message', () => {
  const [line] = logged('info', (log) => log.event('admin.listening', { host: '127.0.0.1', port: 8775 }))
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    event: 'admin.listening',
    host: '127.0.0.1',
    port: 8775,
    message: 'admin server listening',
  })
})

it('leaves out what is below its level', () => {
  expect(logged('warn', (log) => log.event('admin.listening', { host: '', port: 1 }))).toEqual([])
})

it('shows an error with its stack', () => {
  const [line] = logged('info', (log) => log.event('app.failed', { error: new Error('disk gone') }))
  expect(line).toMatchObject({ error: { message: 'disk gone', type: 'Error' } })
})

import { describe, expect, it } from 'vitest'
import { loadConfig } from '../config/load.js'
import { CommandFailure, createOutput, textTable } from './output.js'

function written(json: boolean, use: (output: ReturnType<typeof createOutput>) => void): { out: string; err: string } {
  const texts = { out: '', err: '' }
  const sink = (name: 'out' | 'err') => ({ write: (text: string) => (texts[name] += text) })
  use(createOutput({ json, out: sink('out'), err: sink('err') }))
  return texts
}

describe('createOutput', () => {
  it('prints text for people and JSON for programs', () => {
    expect(written(false, (o) => o.print('3 messages', { messages: 3 }))).toEqual({ out: '3 messages\n', err: '' })
    expect(written(true, (o) => o.print('3 messages', { messages: 3 }))).toEqual({ out: '{"messages":3}\n', err: '' })
  })

  it('puts what went wrong on standard error', () => {
    const failure = new CommandFailure('unreachable', 'no answer from 127.0.0.1:8775')
    expect(written(false, (o) => o.fail(failure))).toEqual({
      out: '',
      err: 'smswitch: no answer from 127.0.0.1:8775\n',
    })
    expect(JSON.parse(written(true, (o) => o.fail(failure)).err)).toEqual({
      error: { code: 'unreachable', message: 'no answer from 127.0.0.1:8775' },
    })
    expect(written(false, (o) => o.fail('plain')).err).toBe('smswitch: plain\n')
  })

  it('keeps all mistakes of a configuration for programs', () => {
    const { err } = written(true, (output) => {
      try {
        loadConfig({ set: ['log.level=loud', 'smpp.server.port=x'] })
      } catch (error) {
        output.fail(error)
      }
    })
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'invalidConfig', mistakes: [{ key: 'log.level', value: 'loud' }, { key: 'smpp.server.port' }] },
    })
  })
})

it('lays out a table', () => {
  expect(textTable(['id', 'state'], [['1', 'DELIVERED'], [200, 'ENROUTE']])).toBe('id   state\n1    DELIVERED\n200  ENROUTE') // prettier-ignore
})

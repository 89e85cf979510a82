// A line over links that are pretended: tries, refusals, what is sent when.
import { expect, it } from 'vitest'
import { Line, type LineState } from './line.js'
import type { Answer, LinkUser } from './link.js'

function rig() {
  const links: { user: LinkUser; probes: number; closed: boolean }[] = []
  const states: LineState['kind'][] = []
  const timers: { run: () => void; readonly ms: number }[] = []
  const line = new Line(
    (user) => {
      const link = { user, probes: 0, closed: false }
      links.push(link)
      return {
        open: () => undefined,
        probe: () => void (link.probes += 1),
        send: (_message, onAnswer) => onAnswer({ kind: 'taken' }),
        close: async () => void (link.closed = true),
      }
    },
    { onState: ({ kind }) => void states.push(kind), onMessage: () => true },
    {
      setTimeout: (run, ms) => timers.push({ run, ms }) - 1,
      clearTimeout: (timer) => void (timers[timer as number]!.run = () => undefined),
      chance: () => 1,
    },
  )
  return { line, links, states, timers }
}

const message = { uri: 'sip:b@x', contentType: 'text/plain', body: 'x' }

function answerOf(line: Line): Answer['kind'] | undefined {
  let kind: Answer['kind'] | undefined
  line.send(message, (answer) => (kind = answer.kind))
  return kind
}

it('connects, and again after ever longer waits', () => {
  const { line, links, states, timers } = rig()
  line.open()
  expect(answerOf(line)).toBe('lost')
  links[0]!.user.onRegistered()
  expect(answerOf(line)).toBe('taken')
  links[0]!.user.onEnd({ kind: 'lost' })
  timers[0]!.run()
  links[1]!.user.onEnd({ kind: 'refused', status: 503 })
  expect(timers.map(({ ms }) => ms)).toEqual([1000, 2000])
  timers[1]!.run()
  links[2]!.user.onRegistered()
  links[2]!.user.onEnd({ kind: 'lost' })
  expect(timers.at(-1)!.ms).toBe(1000)
  expect(states).toEqual(['connecting', 'online', 'offline', 'online', 'offline'])
})

it.each([
  [401, 'wrong'],
  [404, 'wrong'],
  [403, 'locked'],
] as const)('a refusal by %i ends it: %s', (status, why) => {
  const { line, links, timers } = rig()
  line.open()
  links[0]!.user.onEnd({ kind: 'refused', status })
  expect(line.state).toEqual({ kind: 'refused', why })
  expect(timers).toEqual([])
  line.wake()
  expect(links.length).toBe(1)
})

it('waking tries at once, or looks whether the connection is alive', () => {
  const { line, links } = rig()
  line.open()
  line.wake()
  expect(links.length).toBe(1)
  links[0]!.user.onRegistered()
  line.wake()
  expect(links[0]!.probes).toBe(1)
  links[0]!.user.onEnd({ kind: 'lost' })
  line.wake()
  expect(links.length).toBe(2)
})

it('what a link says that is over does not count', async () => {
  const { line, links, states } = rig()
  line.open()
  await line.close('unregister')
  links[0]!.user.onRegistered()
  links[0]!.user.onEnd({ kind: 'lost' })
  expect(links[0]!.closed).toBe(true)
  expect(states).toEqual(['connecting', 'closed'])
})

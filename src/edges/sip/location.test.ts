import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountId } from '../../message/ids.js'
import type { Binding, FlowKind } from '../../sip/index.js'
import { Location } from './location.js'
import { readBindings, writeBindings } from './registrations.js'

const bob = 'bob' as AccountId
const aor = 'sip:bob@sip.example.com'

function bindingOf(contact: string, expiresAtMs: number, flowId = 0, changes: Partial<Binding> = {}): Binding {
  const kind: FlowKind = flowId === 0 ? 'udp' : 'tcp'
  return {
    ...{ aor, contact, q: 1000, expiresAtMs, refreshedAtMs: 0, callId: 'c', cseq: 1, instance: '', regId: 0, path: [] },
    flow: { kind, address: '192.0.2.1', port: 5060, listener: 'udp:1', flowId },
    userAgent: 'phone/1',
    ...changes,
  }
}

interface Kept {
  readonly aor: string
  readonly text: string
  readonly isUrgent: boolean
  readonly told: (isKept: boolean) => void
}

function rig() {
  const kept: Kept[] = []
  const changed: string[] = []
  const ended: string[] = []
  const location = new Location(
    {
      keep: (of, text, isUrgent, told) => kept.push({ aor: of, text, isUrgent, told }),
      changed: (account, is) => changed.push(`${account} ${is ? 'up' : 'down'}`),
      ended: (_, binding, why) => ended.push(`${binding.contact} ${why}`),
    },
    0,
  )
  const answers: boolean[] = []
  const put = (...bindings: Binding[]): void => location.put(aor, bob, bindings, (isKept) => answers.push(isKept))
  return { location, kept, changed, ended, answers, put }
}

describe('a location', () => {
  it('tells of a registration once it is durable, and of the user behind the answer', () => {
    const { location, kept, changed, answers, put } = rig()
    put(bindingOf('sip:a', 60_000))
    expect([location.bindings(aor).length, answers, changed]).toEqual([1, [], []])
    kept[0]!.told(true)
    expect([answers, changed]).toEqual([[true], ['bob up']])
    put(bindingOf('sip:a', 90_000))
    kept[1]!.told(true)
    put()
    expect([answers, changed, kept[2]!.text]).toEqual([[true, true], ['bob up', 'bob down'], ''])
  })

  it('answers a copy of a request only when the deed is on disk, and does it again where it was not', () => {
    const { location, kept, answers, put } = rig()
    const again = (): void => location.settled(aor, (isKept) => answers.push(isKept))
    put(bindingOf('sip:a', 60_000))
    again()
    expect([answers, kept.length]).toEqual([[], 2])
    kept[0]!.told(false)
    kept[1]!.told(true)
    expect(answers).toEqual([false, true])
    again()
    expect([answers, kept.length]).toEqual([[false, true, true], 2])
    put()
    kept[2]!.told(false)
    again()
    expect([kept.length, kept[3]!.text]).toEqual([4, ''])
  })

  it('writes nothing for phones over connections, which end with the process', () => {
    const { location, kept, changed, answers, ended, put } = rig()
    put(bindingOf('sip:a', 60_000, 7))
    expect([answers, changed, kept]).toEqual([[true], ['bob up'], []])
    location.flowEnded(7)
    expect([changed, ended, kept, location.size]).toEqual([
      ['bob up', 'bob down'],
      ['sip:a connectionEnded'],
      [],
      { users: 0, bindings: 0 },
    ])
  })

  it('forgets what runs out, and takes the row off the disk when nobody waits for it', () => {
    const { location, kept, changed, put } = rig()
    put(bindingOf('sip:a', 10_000), bindingOf('sip:b', 20_000))
    kept[0]!.told(true)
    location.tick(9999)
    expect(location.size.bindings).toBe(2)
    expect(location.phones(aor, 15_000).map(([way]) => way!.contact)).toEqual(['sip:b'])
    location.tick(11_000)
    expect([location.size.bindings, kept.length]).toEqual([1, 1])
    location.tick(21_000)
    expect(kept[1]).toMatchObject({ text: '', isUrgent: false })
    expect(changed).toEqual(['bob up', 'bob down'])
  })

  it('knows after a restart what was kept and is of use', () => {
    const { location, kept, changed } = rig()
    const rows = [
      { aor, bindings: writeBindings([bindingOf('sip:a', 60_000), bindingOf('sip:b', 5)]) },
      { aor: 'sip:gone@sip.example.com', bindings: writeBindings([bindingOf('sip:c', 60_000)]) },
      { aor: 'sip:late@sip.example.com', bindings: writeBindings([bindingOf('sip:d', 5)]) },
      { aor: 'sip:odd@sip.example.com', bindings: '{' },
    ]
    const dropped = location.load(rows, (of) => (of.includes('gone') ? undefined : bob), 1000)
    expect([dropped, location.bindings(aor)]).toEqual([3, [bindingOf('sip:a', 60_000)]])
    expect(kept.map(({ text, isUrgent }) => [text, isUrgent])).toEqual([
      ['', false],
      ['', false],
      ['', false],
    ])
    expect(changed).toEqual([])
    location.tellAll()
    expect(changed).toEqual(['bob up'])
  })

  it('is the same as a plain list of bindings, whatever happens', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('put' as const),
        contacts: fc.array(
          fc.record({ name: fc.integer({ min: 0, max: 3 }), forS: fc.integer({ min: 1, max: 30 }), flowId: fc.nat(3) }),
          { maxLength: 3 },
        ),
      }),
      fc.record({ kind: fc.constant('end' as const), flowId: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { location, changed, kept, put } = rig()
        let model: Binding[] = []
        let nowMs = 0
        for (const each of steps) {
          if (each.kind === 'wait') location.tick((nowMs += each.ms))
          else if (each.kind === 'end') location.flowEnded(each.flowId)
          else
            put(
              ...(model = each.contacts.map(({ name, forS, flowId }) =>
                bindingOf(`sip:${name}`, nowMs + forS * 1000, flowId),
              )),
            )
          for (const { told } of kept.splice(0)) told(true)
          if (each.kind === 'end') model = model.filter(({ flow }) => flow.flowId !== each.flowId)
          // Looked at each second: one that has just run out may still be there.
          model = model.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
          expect(location.bindings(aor).filter(({ expiresAtMs }) => expiresAtMs > nowMs)).toEqual(model)
          const all = location.bindings(aor)
          expect(location.size).toEqual({ users: all.length > 0 ? 1 : 0, bindings: all.length })
          expect(location.countOf('udp') + location.countOf('tcp')).toBe(all.length)
          expect(changed.at(-1) ?? 'bob down').toBe(all.length > 0 ? 'bob up' : 'bob down')
        }
      }),
    )
  })
})

describe('the text of bindings', () => {
  it('has those over datagrams, and is read as it was written', () => {
    const path = ['<sip:proxy.example.com;lr>']
    const all = [
      bindingOf('sip:a;x="ü"', 5, 0, { path, instance: 'urn:uuid:1', regId: 2, q: 300 }),
      bindingOf('sip:b', 5, 3),
    ]
    expect(readBindings(aor, writeBindings(all))).toEqual([all[0]])
    expect(writeBindings([all[1]!])).toBe('')
  })

  it('is never longer than a store takes: the newest stay', () => {
    const all = Array.from({ length: 100 }, (_, i) =>
      bindingOf(`sip:${i}@${'x'.repeat(1000)}`, 5, 0, { refreshedAtMs: i, path: ['y'.repeat(1000)] }),
    )
    const text = writeBindings(all)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
    const read = readBindings(aor, text)!
    expect(read.length).toBeGreaterThan(20)
    expect(read.every(({ refreshedAtMs }) => refreshedAtMs >= 100 - read.length)).toBe(true)
  })

  it.each(['', '[]', '[2,[]]', '[1,[[1]]]', '[1,[["a",1,1,1,"c",1,"",0,[1],"192.0.2.1",1,"l","u"]]]', 'null'])(
    '%j is none',
    (text) => expect(readBindings(aor, text)).toBeUndefined(),
  )
})

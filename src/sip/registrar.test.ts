import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOfRecord, reachable, type Binding, type BoundFlow } from './binding.js'
import type { SipRequest } from './message.js'
import { parseMessage } from './parse.js'
import { register, type RegistrarSettings, type Registration } from './registrar.js'

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const settings: RegistrarSettings = {
  minExpiresS: 60,
  maxExpiresS: 7200,
  defaultExpiresS: 600,
  mostContacts: 3,
  whenFull: 'refuse',
}
const flow: BoundFlow = { kind: 'udp', address: '192.0.2.7', port: 40_000, listener: 'udp', flowId: 0 }

interface Asked {
  readonly callId?: string
  readonly cseq?: number
  readonly to?: string
  readonly lines?: readonly string[]
}

function requestOf({ callId = 'call', cseq = 1, to = '<sip:alice@Example.NET>', lines = [] }: Asked): SipRequest {
  const text = [
    'REGISTER sip:example.net SIP/2.0',
    'Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport',
    `From: ${to};tag=1`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} REGISTER`,
    'Max-Forwards: 70',
    ...lines,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
  const parsed = parseMessage(Buffer.from(text))
  if (parsed.kind !== 'request') throw new Error(`not a request: ${JSON.stringify(parsed)}`)
  return parsed
}

/** A registrar with its memory. */
class World {
  bindings: readonly Binding[] = []
  readonly #settings: RegistrarSettings

  constructor(changed: Partial<RegistrarSettings> = {}) {
    this.#settings = { ...settings, ...changed }
  }

  ask(asked: Asked, atMs = nowMs, from = flow): Registration {
    const outcome = register(requestOf(asked), this.bindings, from, this.#settings, atMs)
    if (outcome.kind === 'registered') this.bindings = outcome.bindings
    return outcome
  }

  get contacts(): readonly string[] {
    return this.bindings.map((each) => each.contact)
  }
}

const valuesOf = (outcome: Registration, name: string) =>
  outcome.fields.filter((each) => each.name === name).map((each) => each.value)
const contact = (uri: string, params = '') => `Contact: <${uri}>${params}`
const phone = (uri: string, regId: number, instance = 'urn:uuid:1') =>
  contact(uri, `;+sip.instance="<${instance}>";reg-id=${regId}`)

describe('register', () => {
  it('binds a contact with where it came from, and says for how long', () => {
    const world = new World()
    const lines = [contact('sip:alice@10.0.0.1:5060', ';q=0.25'), 'Expires: 300', 'User-Agent: phone 1']
    const outcome = world.ask({ lines, cseq: 7 })
    expect(outcome).toMatchObject({ kind: 'registered', isChanged: true })
    expect(world.bindings).toEqual([
      {
        aor: 'sip:alice@example.net',
        contact: 'sip:alice@10.0.0.1:5060',
        q: 250,
        expiresAtMs: nowMs + 300_000,
        refreshedAtMs: nowMs,
        callId: 'call',
        cseq: 7,
        instance: '',
        regId: 0,
        path: [],
        flow,
        userAgent: 'phone 1',
      },
    ])
    expect(JSON.parse(JSON.stringify(world.bindings))).toEqual(world.bindings)
    expect(valuesOf(outcome, 'contact')).toEqual(['<sip:alice@10.0.0.1:5060>;expires=300;q=0.25'])
    expect(valuesOf(outcome, 'date')).toEqual(['Fri, 02 Jan 2026 03:04:05 GMT'])
  })

  it('tells all that is bound and what time is left, and forgets what ran out', () => {
    const world = new World()
    world.ask({ lines: [contact('sip:a@h1', ';expires=100'), contact('sip:a@h2')], callId: 'x' })
    const question = world.ask({ callId: 'y' }, nowMs + 99_001)
    expect(question).toMatchObject({ isChanged: false, refreshed: [] })
    expect(valuesOf(question, 'contact')).toEqual(['<sip:a@h1>;expires=1', '<sip:a@h2>;expires=501'])
    expect(valuesOf(world.ask({ callId: 'y' }, nowMs + 100_000), 'contact')).toEqual(['<sip:a@h2>;expires=500'])
  })

  it.each([
    ['the contact’s', [contact('sip:a@h', ';expires=70'), 'Expires: 80'], 70],
    ['the header’s', [contact('sip:a@h'), 'Expires: 80'], 80],
    ['ours', [contact('sip:a@h')], 600],
    ['no longer than ours', [contact('sip:a@h', ';expires=4294967295')], 7200],
    ['an hour for what cannot be read', [contact('sip:a@h', ';expires=soon')], 3600],
    ['an hour for what is no number of 32 bits', [contact('sip:a@h'), `Expires: ${'9'.repeat(40)}`], 3600],
  ])('takes as time: %s', (_what, lines, expires) => {
    expect(valuesOf(new World().ask({ lines }), 'contact')).toEqual([`<sip:a@h>;expires=${expires}`])
  })

  it('refuses a time that is too short, and says which is not', () => {
    const world = new World()
    const outcome = world.ask({ lines: [contact('sip:a@h'), 'Expires: 59'] })
    expect(outcome).toMatchObject({ kind: 'refused', status: 423, fields: [{ name: 'min-expires', value: '60' }] })
    expect(new World({ minExpiresS: 4000 }).ask({ lines: [contact('sip:a@h', ';expires=3600')] }).kind).toBe(
      'registered',
    )
  })

  it.each([
    [';q=0', 0],
    [';q=0.5', 500],
    [';q=1.000', 1000],
    ['', 1000],
    [';q=2', 1000],
    [';q=-1', 1000],
    [';q=0.12345', 1000],
  ])('reads "%s" as a preference of %i', (params, q) => {
    const world = new World()
    world.ask({ lines: [contact('sip:a@h', params)] })
    expect(world.bindings[0]?.q).toBe(q)
  })

  it('binds nothing that could be no Request-URI', () => {
    expect(new World().ask({ lines: [contact('sip:a@h?Subject=x')] })).toMatchObject({ status: 400 })
  })

  it('takes a refresh as the same contact, however it is spelt', () => {
    const world = new World()
    world.ask({ lines: [contact('sip:%61lice@H1;transport=tcp')], cseq: 1 })
    world.ask({ lines: [contact('sip:alice@h1;transport=TCP')], cseq: 2 }, nowMs + 1000)
    expect(world.contacts).toEqual(['sip:alice@h1;transport=TCP'])
    world.ask({ lines: [contact('sip:alice@h1')], cseq: 3 })
    expect(world.contacts).toHaveLength(2)
  })

  it('lets the later CSeq of one Call-ID win, and any other Call-ID', () => {
    const world = new World()
    world.ask({ lines: [contact('sip:a@h')], cseq: 5 })
    expect(world.ask({ lines: [contact('sip:a@h', ';expires=0')], cseq: 4 })).toMatchObject({ status: 500 })
    expect(world.ask({ lines: [contact('sip:b@h'), contact('sip:a@h')], cseq: 4 })).toMatchObject({ status: 500 })
    expect(world.contacts).toEqual(['sip:a@h'])
    expect(world.ask({ lines: [contact('sip:a@h', ';expires=0')], cseq: 1, callId: 'y' })).toMatchObject({
      isChanged: true,
      bindings: [],
    })
  })

  it('answers a copy of the request as the request, and changes nothing', () => {
    const world = new World()
    const lines = [contact('sip:a@h')]
    world.ask({ lines, cseq: 5 })
    const copy = world.ask({ lines, cseq: 5 }, nowMs + 10_000)
    expect(copy).toMatchObject({ kind: 'registered', isChanged: false, refreshed: [] })
    expect(valuesOf(copy, 'contact')).toEqual(['<sip:a@h>;expires=590'])
  })

  it('unregisters one, and all by the star', () => {
    const world = new World()
    world.ask({ lines: [contact('sip:a@h1'), contact('sip:a@h2')], cseq: 1 })
    world.ask({ lines: [contact('sip:a@h1', ';expires=0')], cseq: 2 })
    expect(world.contacts).toEqual(['sip:a@h2'])
    expect(world.ask({ lines: ['Contact: *', 'Expires: 0'], cseq: 3 })).toMatchObject({ isChanged: true, bindings: [] })
    expect(world.ask({ lines: ['Contact: *', 'Expires: 0'], cseq: 3 })).toMatchObject({ isChanged: false })
    expect(world.ask({ lines: [contact('sip:a@h9', ';expires=0')], cseq: 4 })).toMatchObject({ isChanged: false })
  })

  it.each([
    ['a star without Expires', ['Contact: *']],
    ['a star with a time', ['Contact: *', 'Expires: 10']],
    ['a star with company', ['Contact: *, <sip:a@h>', 'Expires: 0']],
    ['a contact that is none', ['Contact: <sip:>']],
    ['a contact of another scheme', ['Contact: <mailto:a@h>']],
    ['a contact beyond all bounds', [contact(`sip:${'a'.repeat(1100)}@h`)]],
    ['a reg-id that is none', ['Supported: outbound', contact('sip:a@h', ';+sip.instance="<urn:1>";reg-id=x')]],
    ['two flows at once', ['Supported: outbound', `${phone('sip:a@h', 1)}, ${phone('sip:a@h', 2).slice(9)}`]],
    ['a path that is none', [contact('sip:a@h'), 'Path: <>']],
  ])('refuses %s', (_what, lines) => {
    const world = new World()
    world.ask({ lines: [contact('sip:b@h')], callId: 'x' })
    expect(world.ask({ lines })).toMatchObject({ kind: 'refused', status: 400 })
    expect(world.contacts).toEqual(['sip:b@h'])
  })

  it('does not let the star overtake a later request of its Call-ID', () => {
    const world = new World()
    world.ask({ lines: [contact('sip:a@h')], cseq: 5 })
    expect(world.ask({ lines: ['Contact: *', 'Expires: 0'], cseq: 4 })).toMatchObject({ status: 500 })
    expect(world.contacts).toEqual(['sip:a@h'])
  })

  it('refuses one contact too many, or drops the oldest', () => {
    const [strict, loose] = [new World(), new World({ whenFull: 'dropOldest' })]
    for (const world of [strict, loose]) {
      for (let i = 1; i <= 3; i++) world.ask({ lines: [contact(`sip:a@h${i}`)], cseq: i }, nowMs + i)
    }
    expect(strict.ask({ lines: [contact('sip:a@h4')], cseq: 4 })).toMatchObject({ status: 403 })
    expect(strict.ask({ lines: [contact('sip:a@h1')], cseq: 4 }).kind).toBe('registered')
    expect(loose.ask({ lines: [contact('sip:a@h4')], cseq: 4 }).kind).toBe('registered')
    expect(loose.contacts).toEqual(['sip:a@h2', 'sip:a@h3', 'sip:a@h4'])
    const many = Array.from({ length: 50 }, (_, i) => contact(`sip:a@x${i}`))
    expect(loose.ask({ lines: many, cseq: 5 })).toMatchObject({ status: 403 })
    expect(loose.ask({ lines: many.slice(0, 4), cseq: 5 })).toMatchObject({ status: 403 })
    const tightened = new World({ mostContacts: 2 })
    tightened.bindings = strict.bindings
    expect(tightened.ask({ lines: [contact('sip:a@h1')], cseq: 6 }).kind).toBe('registered')
    expect(tightened.ask({ lines: [contact('sip:a@h1', ';expires=0')], cseq: 7 }).kind).toBe('registered')
    expect(tightened.contacts).toHaveLength(2)
  })

  it('puts a phone that says who it is in its own place, wherever it is now', () => {
    const world = new World()
    world.ask({ lines: [contact('sip:a@h1', ';+sip.instance="<urn:uuid:1>"')], callId: 'x' })
    world.ask({ lines: [contact('sip:a@h2', ';+sip.instance="<urn:uuid:1>"')], callId: 'y' })
    expect(world.contacts).toEqual(['sip:a@h2'])
    world.ask({ lines: [contact('sip:a@h2', ';+sip.instance="<urn:uuid:2>"')], callId: 'z' })
    expect(world.bindings.map((each) => each.instance)).toEqual(['urn:uuid:1', 'urn:uuid:2'])
  })

  it('keeps the flows of a phone apart by reg-id, for phones that know RFC 5626', () => {
    const world = new World()
    const lines = (regId: number) => ['Supported: path, outbound', phone('sip:a@h', regId)]
    const first = world.ask({ lines: lines(1), callId: 'x' })
    expect(valuesOf(first, 'require')).toEqual(['outbound'])
    expect(valuesOf(first, 'contact')).toEqual(['<sip:a@h>;expires=600;+sip.instance="<urn:uuid:1>";reg-id=1'])
    world.ask({ lines: lines(2), callId: 'y' }, nowMs + 1, { ...flow, port: 40_001 })
    world.ask({ lines: lines(1), callId: 'z' }, nowMs + 2, { ...flow, port: 40_002 })
    expect(world.bindings.map((each) => [each.regId, each.flow.port])).toEqual([
      [2, 40_001],
      [1, 40_002],
    ])
    const plain = new World()
    expect(valuesOf(plain.ask({ lines: [phone('sip:a@h', 1)] }), 'require')).toEqual([])
    expect(plain.bindings[0]?.regId).toBe(0)
  })

  it('knows a contact of a phone again by its URI where one of the two requests names no flow', () => {
    const world = new World()
    const named = phone('sip:a@h', 1)
    world.ask({ lines: [named], callId: 'x' })
    // It has learned of flows since: one phone, and not two that get each message.
    world.ask({ lines: ['Supported: outbound', named], callId: 'y' })
    expect(world.bindings.map((each) => each.regId)).toEqual([1])
    world.ask({ lines: [contact('sip:a@h', ';+sip.instance="<urn:uuid:1>";expires=0')], callId: 'z' })
    expect(world.bindings).toEqual([])
  })

  it('says that it refreshed what is bound in the end, of a contact that is there twice', () => {
    const twice = new World().ask({ lines: [contact('sip:a@h', ';expires=100'), contact('sip:a@h', ';expires=200')] })
    expect(twice).toMatchObject({ refreshed: [{ expiresAtMs: nowMs + 200_000 }] })
    expect(twice).toHaveProperty('refreshed.length', 1)
    const gone = new World().ask({ lines: [contact('sip:a@h'), contact('sip:a@h', ';expires=0')] })
    expect(gone).toMatchObject({ bindings: [], refreshed: [], isChanged: false })
  })

  it('keeps the path, and asks proxies on it to know about flows', () => {
    const world = new World()
    const lines = ['Path: <sip:edge2;lr>, <sip:edge1;lr;ob>', contact('sip:a@h')]
    expect(valuesOf(world.ask({ lines }), 'path')).toEqual([])
    const told = world.ask({ lines: [...lines, 'Supported: path'], cseq: 2 })
    expect(valuesOf(told, 'path')).toEqual(['<sip:edge2;lr>', '<sip:edge1;lr;ob>'])
    expect(world.bindings[0]?.path).toEqual(['<sip:edge2;lr>', '<sip:edge1;lr;ob>'])
    const far = ['Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK0', 'Supported: outbound', phone('sip:a@h', 1)]
    expect(world.ask({ lines: far })).toMatchObject({ status: 439 })
    expect(world.ask({ lines: [...far, 'Path: <sip:edge1;lr>'] })).toMatchObject({ status: 439 })
    expect(world.ask({ lines: [...far, 'Path: <sip:edge1;lr;ob>'], callId: 'y' }).kind).toBe('registered')
  })

  it.each(['<tel:+12025550123>', '<urn:service:sos>'])('binds nothing to %s', (to) => {
    expect(new World().ask({ to, lines: [contact('sip:a@h')] })).toMatchObject({ status: 400 })
  })

  it('does as a simple model does, whatever comes', () => {
    const step = fc.record({
      waitMs: fc.constantFrom(0, 1000, 70_000),
      callId: fc.constantFrom('x', 'y'),
      cseq: fc.integer({ min: 1, max: 6 }),
      uri: fc.constantFrom('sip:a@h1', 'sip:a@h2', 'sip:a@h3', 'sip:a@h4', '*', ''),
      expiresS: fc.constantFrom(0, 0, 60, 100, 3000),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = new World()
        const model = new Map<string, { callId: string; cseq: number; endsAtMs: number }>()
        let atMs = nowMs
        for (const { waitMs, callId, cseq, uri, expiresS } of steps) {
          atMs += waitMs
          for (const [each, { endsAtMs }] of model) if (endsAtMs <= atMs) model.delete(each)
          const contactLine = uri === '' ? [] : [uri === '*' ? 'Contact: *' : contact(uri)]
          const outcome = world.ask({ callId, cseq, lines: [...contactLine, `Expires: ${expiresS}`] }, atMs)
          const touched = uri === '*' ? [...model.values()] : [model.get(uri)].filter((each) => each !== undefined)
          const isLate = touched.some((each) => each.callId === callId && cseq < each.cseq)
          const isCopy = touched.some((each) => each.callId === callId && cseq === each.cseq)
          if (uri === '*' && expiresS !== 0) expect(outcome).toMatchObject({ status: 400 })
          else if (isLate || (uri === '*' && isCopy)) expect(outcome).toMatchObject({ status: 500 })
          else if (uri !== '' && expiresS > 0 && !model.has(uri) && model.size === 3) {
            expect(outcome).toMatchObject({ status: 403 })
          } else {
            expect(outcome.kind).toBe('registered')
            if (uri === '*') model.clear()
            else if (uri !== '' && !isCopy) {
              model.delete(uri)
              if (expiresS > 0) model.set(uri, { callId, cseq, endsAtMs: atMs + expiresS * 1000 })
            }
            expect(world.bindings.map((each) => [each.contact, each.expiresAtMs])).toEqual(
              [...model].map(([each, { endsAtMs }]) => [each, endsAtMs]),
            )
          }
        }
      }),
    )
  })
})

describe('reachable', () => {
  const binding = (changed: Partial<Binding>): Binding => ({
    ...{ aor: 'sip:a@h', contact: 'sip:a@1', q: 1000, expiresAtMs: 10, refreshedAtMs: 0, callId: 'x', cseq: 1 },
    ...{ instance: '', regId: 0, path: [], flow, userAgent: '' },
    ...changed,
  })

  it('sorts phones by preference and keeps the flows of one together, the latest first', () => {
    const bindings = [
      binding({ contact: 'low', q: 100 }),
      binding({ contact: 'one', instance: 'i', regId: 1, refreshedAtMs: 1 }),
      binding({ contact: 'over', expiresAtMs: 5 }),
      binding({ contact: 'high', q: 1000, refreshedAtMs: 9 }),
      binding({ contact: 'two', instance: 'i', regId: 2, refreshedAtMs: 2 }),
    ]
    expect(reachable(bindings, 5).map((ways) => ways.map((each) => each.contact))).toEqual([
      ['high'],
      ['two', 'one'],
      ['low'],
    ])
  })
})

describe('addressOfRecord', () => {
  it.each([
    ['sip:Alice@Example.NET:5060;transport=tcp?x=y', 'sip:Alice@example.net'],
    ['SIPS:%61lice@example.net', 'sip:alice@example.net'],
    ['sip:+12025550123;phone-context=x@example.net', 'sip:+12025550123%3Bphone-context=x@example.net'],
    ['sip:example.net', 'sip:example.net'],
    ['tel:+12025550123', undefined],
    ['', undefined],
  ])('of %s is %s', (uri, aor) => expect(addressOfRecord(uri)).toBe(aor))
})

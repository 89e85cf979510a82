import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../../message/ids.js'
import { Push, type PushOptions, type PushOutcome } from './push.js'

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

const ok: Answer = (_, response) => response.writeHead(204).end()

class PushRig {
  nowMs = 0
  readonly bodies: string[] = []
  readonly outcomes: PushOutcome[] = []
  readonly requests: IncomingMessage[] = []
  readonly server: Server
  push!: Push
  answer: Answer = ok
  #waits: { readonly isThere: () => boolean; readonly go: () => void }[] = []

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        this.requests.push(request)
        const body = Buffer.concat(chunks).toString()
        this.bodies.push(body)
        this.answer(request, response, body)
        this.#look()
      })
    })
  }

  async start(options: Partial<PushOptions> = {}, host = 'localhost', lookup?: LookupFunction): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    const { port } = this.server.address() as AddressInfo
    this.push = new Push(
      {
        ...{ url: `http://${host}:${port}/wake?x=1`, token: '', timeoutMs: 5000, pauseMs: 30_000 },
        ...{ maxInFlight: 2, maxQueued: 3 },
        ...options,
      },
      {
        nowMs: () => this.nowMs,
        bodyOf: (account) =>
          account === ('gone' as AccountId)
            ? undefined
            : { account, user: account, domain: 'sip.example.com', waiting: 3 },
        ended: (outcome) => {
          this.outcomes.push(outcome)
          this.#look()
        },
        ...(lookup !== undefined && { lookup }),
      },
    )
    return this
  }

  wanted(...accounts: string[]): void {
    for (const account of accounts) this.push.wanted(account as AccountId)
  }

  until(isThere: () => boolean): Promise<void> {
    return new Promise((go) => {
      this.#waits.push({ isThere, go })
      this.#look()
    })
  }

  #look(): void {
    const ready = this.#waits.filter(({ isThere }) => isThere())
    this.#waits = this.#waits.filter((each) => !ready.includes(each))
    for (const { go } of ready) go()
  }
}

describe('a push', () => {
  let rig: PushRig
  afterEach(() => {
    rig.push.stop()
    rig.server.closeAllConnections()
    rig.server.close()
  })

  it('tells who something waits for', async () => {
    rig = await new PushRig().start({ token: 'secret' })
    rig.wanted('bob', 'gone')
    await rig.until(() => rig.outcomes.length === 1)
    expect(rig.outcomes).toEqual(['taken'])
    expect(JSON.parse(rig.bodies[0]!)).toEqual({ account: 'bob', user: 'bob', domain: 'sip.example.com', waiting: 3 })
    const [request] = rig.requests
    expect([request?.method, request?.url]).toEqual(['POST', '/wake?x=1'])
    expect(request?.headers).toMatchObject({ authorization: 'Bearer secret', 'content-type': 'application/json' })
  })

  it('is one for each user in a while', async () => {
    rig = await new PushRig().start()
    rig.wanted('bob', 'bob', 'bob')
    await rig.until(() => rig.outcomes.length === 1)
    rig.nowMs = 29_999
    rig.wanted('bob', 'alice')
    await rig.until(() => rig.outcomes.length === 2)
    rig.nowMs = 30_000
    rig.wanted('bob', 'alice')
    await rig.until(() => rig.outcomes.length === 3)
    expect(rig.bodies.map((body) => (JSON.parse(body) as { user: string }).user)).toEqual(['bob', 'alice', 'bob'])
  })

  it('is one of so many at a time, and of so many that wait', async () => {
    rig = await new PushRig().start()
    const held: ServerResponse[] = []
    rig.answer = (_, response) => held.push(response)
    rig.wanted('a', 'b', 'c', 'd', 'e', 'f', 'g')
    await rig.until(() => held.length === 2)
    expect(rig.outcomes).toEqual(['dropped', 'dropped'])
    rig.answer = ok
    for (const response of held) response.end()
    await rig.until(() => rig.outcomes.length === 7)
    expect(rig.outcomes.slice(2)).toEqual(new Array(5).fill('taken'))
  })

  it.each([
    [500, 'refused'],
    [302, 'refused'],
    [200, 'taken'],
  ] as const)('that is answered %i is %s', async (status, outcome) => {
    rig = await new PushRig().start()
    rig.answer = (_, response) => response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end()
    rig.wanted('bob')
    await rig.until(() => rig.outcomes.length === 1)
    expect(rig.outcomes).toEqual([outcome])
    expect(rig.requests).toHaveLength(1)
  })

  it('that is not answered is given up', async () => {
    rig = await new PushRig().start({ timeoutMs: 30 })
    rig.answer = () => undefined
    rig.wanted('bob')
    await rig.until(() => rig.outcomes.length === 1)
    expect(rig.outcomes).toEqual(['timeout'])
  })

  it('that is answered without an end is given up', async () => {
    rig = await new PushRig().start()
    rig.answer = (_, response) => response.end('x'.repeat(100_000))
    rig.wanted('bob')
    await rig.until(() => rig.outcomes.length === 1)
    expect(rig.outcomes).toEqual(['unreachable'])
  })

  it('to nobody is counted', async () => {
    rig = await new PushRig().start({ url: 'http://127.0.0.1:1/' })
    rig.wanted('bob')
    await rig.until(() => rig.outcomes.length === 1)
    expect(rig.outcomes).toEqual(['unreachable'])
  })

  it('goes to no private address that a name leads to', async () => {
    const inside: LookupFunction = (_, options, found) =>
      options.all === true ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4)
    rig = await new PushRig().start({}, 'push.example.com', inside)
    rig.wanted('bob')
    await rig.until(() => rig.outcomes.length === 1)
    expect(rig.outcomes).toEqual(['forbidden'])
    expect(rig.requests).toEqual([])
  })

  it('goes to a private address that is written out', async () => {
    rig = await new PushRig().start({}, '127.0.0.1')
    rig.wanted('bob')
    await rig.until(() => rig.outcomes.length === 1)
    expect(rig.outcomes).toEqual(['taken'])
  })

  it('is none any more after the stop', async () => {
    rig = await new PushRig().start()
    rig.answer = () => undefined
    rig.wanted('a', 'b', 'c')
    await rig.until(() => rig.requests.length === 2)
    rig.push.stop()
    rig.wanted('d')
    await rig.until(() => rig.outcomes.length === 2)
    expect(rig.outcomes).toEqual(['unreachable', 'unreachable'])
  })
})

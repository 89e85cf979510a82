// The providers against a local server that keeps to the protocol, and against ones that do not. Real sockets, no fake time.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { hlrLookups, type HlrLookupsOptions, signature } from './hlr-lookups.js'
import { httpJson, type HttpJsonOptions } from './http-json.js'
import type { LookupResult } from './provider.js'
import {
  type Answers,
  hlrAnswer,
  json,
  numberOf,
  type ProviderServer,
  type ProviderServerOptions,
  startProviderServer,
} from './provider-server.suite.js'
import { selfSigned } from './self-signed.suite.js'

const NUMBER = '14156226819'
const NOW_MS = 1_767_225_600_123
const credentials: ProviderServerOptions = { key: 'key1', secret: 'hush-hush', nowSeconds: () => NOW_MS / 1000 }

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(options: ProviderServerOptions | 'unchecked' = credentials): Promise<ProviderServer> {
  const server = await startProviderServer(options === 'unchecked' ? undefined : options)
  ends.push(() => server.close())
  return server
}

function provider(origin: string, changed: Partial<HlrLookupsOptions> = {}) {
  const options: HlrLookupsOptions = {
    name: 'hlr1',
    key: 'key1',
    secret: 'hush-hush',
    service: 'hlr',
    maxConnections: 4,
    origin,
    plainHttp: true,
    ...changed,
  }
  const asked = hlrLookups(options, () => NOW_MS)
  ends.push(() => asked.close())
  return asked
}

const never = (): AbortSignal => new AbortController().signal

async function lookUp(answers: Answers, changed: Partial<HlrLookupsOptions> = {}): Promise<LookupResult> {
  const server = await serve()
  server.answers = answers
  return provider(server.origin, changed).lookup(NUMBER, never())
}

describe('hlr-lookups.com', () => {
  it('is asked with a signature that it accepts', async () => {
    const server = await serve()
    expect(await provider(server.origin).lookup(NUMBER, never())).toEqual({
      kind: 'network',
      network: { mcc: '310', mnc: '260' },
      ported: true,
      roaming: false,
      reachable: true,
    })
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v2/hlr-lookup',
      body: `{"msisdn":"+${NUMBER}"}`,
      headers: { 'content-type': 'application/json', 'x-digest-key': 'key1', 'x-digest-timestamp': '1767225600' },
    })
  })

  it('signs path, timestamp, method and body', () => {
    // By openssl dgst -sha256 -hmac secret.
    expect(signature('secret', '/hlr-lookup', 1_600_000_000, 'POST', '{"msisdn":"+14156226819"}')).toBe(
      'ed82372c6fa97fc1d5e6cacde20c78d9ed9ba1b85dceaeadaf09e6469e9b53d2',
    )
  })

  it('refuses a wrong secret, and the failure shows none', async () => {
    const server = await serve()
    const result = await provider(server.origin, { secret: 'wrong-secret' }).lookup(NUMBER, never())
    expect(result).toEqual({ kind: 'refused', text: 'hlr1: HTTP 401', faultOf: 'provider' })
  })

  it('tells whether key and secret are right', async () => {
    const server = await serve()
    server.answers = (_, response) => json(response, 200, {})
    expect(await provider(server.origin).test(never())).toBeUndefined()
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/api/v2/auth-test', body: '' })
    expect(await provider(server.origin, { key: 'other' }).test(never())).toMatchObject({ kind: 'refused' })
  })

  it.each([
    [{ connectivity_status: 'ABSENT' }, { kind: 'network', reachable: false }],
    [{ connectivity_status: 'UNDETERMINED' }, { kind: 'network', reachable: undefined }],
    [
      { mcc: null, mnc: null },
      { kind: 'network', network: { mcc: '310', mnc: '260' } },
    ],
    [
      { mcc: '310', mnc: '004', mccmnc: '310004' },
      { kind: 'network', network: { mcc: '310', mnc: '004' } },
    ],
    [
      { connectivity_status: 'UNDETERMINED', mcc: null, mnc: null, mccmnc: null, error_code: '191' },
      { kind: 'unknown', text: 'hlr1: no network, error_code 191' },
    ],
    [{ connectivity_status: 'INVALID_MSISDN' }, { kind: 'unknown', text: 'hlr1: INVALID_MSISDN' }],
    [{ processing_status: 'REJECTED' }, { kind: 'refused', faultOf: 'number' }],
    [{ connectivity_status: 'SOMETHING\n' }, { kind: 'garbage', text: 'hlr1: connectivity_status SOMETHING?' }],
    [{ mcc: 'abc' }, { kind: 'garbage', faultOf: 'provider' }],
    [{ msisdn: '+4915112345678' }, { kind: 'garbage', text: 'hlr1: the answer is for another number' }],
  ])('an answer with %j', async (changed, expected) => {
    const result = await lookUp((_, response) => json(response, 200, hlrAnswer(NUMBER, changed)))
    expect(result).toMatchObject(expected)
  })

  it.each([
    [
      { query_status: 'OK' },
      { kind: 'network', network: { mcc: '310', mnc: '260' }, ported: true, reachable: undefined },
    ],
    [
      { query_status: 'FAILED', error_code: 7 },
      { kind: 'unknown', text: 'mnp1: query_status FAILED, error_code 7' },
    ],
    [{}, { kind: 'garbage' }],
  ])('an answer of the porting service with %j', async (changed, expected) => {
    const server = await serve()
    server.answers = (_, response) => {
      json(response, 200, hlrAnswer(NUMBER, { connectivity_status: undefined, is_roaming: undefined, ...changed }))
    }
    const result = await provider(server.origin, { name: 'mnp1', service: 'mnp' }).lookup(NUMBER, never())
    expect(server.requests[0]?.path).toBe('/api/v2/mnp-lookup')
    expect(result).toMatchObject(expected)
  })

  it('keeps its connections, and not more of them than allowed', async () => {
    const server = await serve()
    const asked = provider(server.origin, { maxConnections: 2 })
    for (let round = 0; round < 3; round++) {
      const numbers = Array.from({ length: 10 }, (_, i) => `1415622681${i}`)
      const results = await Promise.all(numbers.map((number) => asked.lookup(number, never())))
      expect(results.every((result) => result.kind === 'network')).toBe(true)
    }
    expect(server.requests).toHaveLength(30)
    expect(server.connections).toBe(2)
    expect(server.mostAtOnce).toBeLessThanOrEqual(2)
  })

  it('throws for credentials that cannot be sent, without showing them', () => {
    expect(() => provider('https://127.0.0.1', { key: 'a\nb' })).toThrow('hlr1: the key is')
    expect(() => provider('https://127.0.0.1', { secret: '' })).toThrow('hlr1: the secret is empty')
    expect(() => provider('http://127.0.0.1', { plainHttp: false })).toThrow('plainHttp')
  })
})

describe('a provider that fails', () => {
  it.each([
    [400, 'number'],
    [404, 'number'],
    [422, 'number'],
    [301, 'provider'],
    [402, 'provider'],
    [403, 'provider'],
    [429, 'provider'],
    [500, 'provider'],
    [503, 'provider'],
  ])('HTTP %i is a refusal that speaks against the %s', async (status, faultOf) => {
    const result = await lookUp((_, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('{"secret":"hush-hush"}')
    })
    expect(result).toEqual({ kind: 'refused', text: `hlr1: HTTP ${status}`, faultOf })
  })

  it.each(['', 'null', '[]', '42', '<html>', '{"msisdn":', '{"a":{"a":{"a":{}}}}', '\u0000\u0001'])(
    'an answer of %j is garbage',
    async (body) => {
      const result = await lookUp((_, response) => response.writeHead(200).end(body))
      expect(result).toMatchObject({ kind: 'garbage', faultOf: 'provider' })
    },
  )

  it('a huge answer is given up at the bound, and its connection is closed', async () => {
    const server = await serve()
    let closed: () => void
    const isClosed = new Promise<void>((resolve) => (closed = resolve))
    server.answers = (_, response) => {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, 32)));
      }
      response.on('drain', more)
      response.on('close', () => closed())
      more()
    }
    const result = await provider(server.origin).lookup(NUMBER, never())
    expect(result).toMatchObject({ kind: 'garbage', text: 'hlr1: the answer is longer than 65536 octets' })
    await isClosed
  })

  it('huge headers are garbage', async () => {
    const result = await lookUp((_, response) => {
      response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end('{}')
    })
    expect(result).toMatchObject({ kind: 'garbage', text: 'hlr1: HPE_HEADER_OVERFLOW' })
  })

  it('silence and a trickle end with the signal, and leave no connection', async () => {
    for (const isTrickle of [false, true]) {
      const server = await serve()
      const controller = new AbortController()
      let closed: () => void
      const isClosed = new Promise<void>((resolve) => (closed = resolve))
      server.answers = (_, response) => {
        response.on('close', () => closed())
        if (!isTrickle) return controller.abort()
        response.writeHead(200).write('{')
        let octets = 0
        const drip = setInterval(() => {
          response.write(' ')
          if (++octets === 5) controller.abort()
        }, 1)
        response.on('close', () => clearInterval(drip))
      }
      const result = await provider(server.origin).lookup(NUMBER, controller.signal)
      expect(result).toEqual({ kind: 'timeout', text: 'hlr1: no answer in time', faultOf: 'provider' })
      await isClosed
    }
  })

  it('does not begin with a signal that is aborted', async () => {
    const server = await serve()
    expect(await provider(server.origin).lookup(NUMBER, AbortSignal.abort())).toMatchObject({ kind: 'timeout' })
    expect(server.requests).toHaveLength(0)
  })

  it.each(['reset', 'half'])('a connection that breaks (%s) is unreachable', async (how) => {
    const result = await lookUp((_, response) => {
      if (how === 'reset') response.socket?.resetAndDestroy()
      else response.writeHead(200, { 'content-length': '1000' }).write('{"msisdn":', () => response.socket?.destroy())
    })
    expect(result).toEqual({ kind: 'unreachable', text: 'hlr1: ECONNRESET', faultOf: 'provider' })
  })

  it('what is no HTTP is garbage', async () => {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined).end('\u0000\u0000\u0000\u0010 SMPP?\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ends.push(() => server.close())
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const result = await provider(origin).lookup(NUMBER, never())
    expect(result).toMatchObject({ kind: 'garbage', text: expect.stringContaining('HPE_') as unknown })
    sockets.forEach((socket) => socket.destroy())
  })

  it('nobody who listens is unreachable', async () => {
    const server = await startProviderServer(undefined)
    await server.close()
    expect(await provider(server.origin).lookup(NUMBER, never())).toEqual({
      kind: 'unreachable',
      text: 'hlr1: ECONNREFUSED',
      faultOf: 'provider',
    })
  })

  it('a kept connection that the peer closes costs one more try, not the lookup', async () => {
    const server = await serve()
    const asked = provider(server.origin, { maxConnections: 1 })
    expect((await asked.lookup(NUMBER, never())).kind).toBe('network')
    let resets = 0
    const { answers } = server
    server.answers = (request, response) => {
      if (resets++ === 0) response.socket?.resetAndDestroy()
      else answers(request, response)
    }
    expect((await asked.lookup(NUMBER, never())).kind).toBe('network')
    expect(server.requests).toHaveLength(3)
  })

  it('an untrusted certificate is unreachable; a trusted one is asked', async () => {
    const server = await serve({ ...credentials, tls: selfSigned })
    expect(await provider(server.origin, { plainHttp: false }).lookup(NUMBER, never())).toEqual({
      kind: 'unreachable',
      text: 'hlr1: DEPTH_ZERO_SELF_SIGNED_CERT',
      faultOf: 'provider',
    })
    expect(server.requests).toHaveLength(0)
    const trusting = provider(server.origin, { plainHttp: false, ca: selfSigned.cert })
    expect((await trusting.lookup(NUMBER, never())).kind).toBe('network')
  })
})

describe('a provider by template', () => {
  const options: HttpJsonOptions = {
    name: 'tmpl',
    method: 'POST',
    url: 'https://replaced/',
    headers: { authorization: 'Bearer {secret}', 'content-type': 'application/json' },
    body: '{"to":"{plusNumber}","pin":"{secret}"}',
    secret: 'a"b c&d',
    answer: { mcc: '/net/mcc', mnc: '/net/mnc', ported: '/ported' },
    unknownStatuses: [404],
    unknownWhen: [],
    maxConnections: 2,
    plainHttp: true,
  }
  const made = (changed: Partial<HttpJsonOptions>) => {
    const asked = httpJson({ ...options, ...changed })
    ends.push(() => asked.close())
    return asked
  }

  it('fills body and headers', async () => {
    const server = await serve('unchecked')
    server.answers = (request, response) => {
      expect(JSON.parse(request.body)).toEqual({ to: `+${NUMBER}`, pin: 'a"b c&d' })
      json(response, 201, { net: { mcc: 310, mnc: '04' }, ported: 0 })
    }
    expect(await made({ url: `${server.origin}/x` }).lookup(NUMBER, never())).toMatchObject({
      kind: 'network',
      network: { mcc: '310', mnc: '04' },
      ported: false,
    })
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/x',
      headers: { authorization: 'Bearer a"b c&d' },
    })
  })

  it('fills path and query', async () => {
    const server = await serve('unchecked')
    server.answers = (_, response) => json(response, 200, { net: { mcc: null, mnc: null } })
    const url = `${server.origin}/v1/{number}?to={plusNumber}&key={secret}`
    const asked = made({ method: 'GET', url, body: undefined, headers: {} })
    expect(await asked.lookup(NUMBER, never())).toEqual({ kind: 'unknown', text: 'tmpl: no network' })
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: `/v1/${NUMBER}?to=%2B${NUMBER}&key=a%22b%20c%26d`,
      body: '',
    })
  })

  it('takes a status for "unknown", and others for refusals', async () => {
    const server = await serve('unchecked')
    server.answers = (_, response) => response.writeHead(server.requests.length === 1 ? 404 : 500).end()
    const asked = made({ url: server.origin })
    expect(await asked.lookup(NUMBER, never())).toEqual({ kind: 'unknown', text: 'tmpl: HTTP 404' })
    expect(await asked.lookup(NUMBER, never())).toMatchObject({ kind: 'refused', faultOf: 'provider' })
  })
})

describe('the server of these tests', () => {
  it('refuses a signature of another time', async () => {
    const server = await serve({ ...credentials, nowSeconds: () => NOW_MS / 1000 + 61 })
    expect(await provider(server.origin).lookup(NUMBER, never())).toMatchObject({ kind: 'refused' })
  })

  it('reads the number that was asked for', async () => {
    const server = await serve()
    await provider(server.origin).lookup(NUMBER, never())
    expect(server.requests.map(numberOf)).toEqual([NUMBER])
  })
})

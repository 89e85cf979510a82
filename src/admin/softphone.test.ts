// The softphone's page over HTTP: what is there, what is not, and what browsers are told about it.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHttpServer, listen, smallBounds } from '../http/server.js'
import { addSoftphone, type SoftphoneOptions } from './softphone.js'

let folder = ''
const closes: (() => Promise<void>)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'softphone-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Messages</title>')
  writeFileSync(join(folder, 'assets/index-1.js'), 'let a = 1;\n'.repeat(500))
  writeFileSync(join(folder, 'notes.txt'), 'not of the page')
  symlinkSync('/etc/hostname', join(folder, 'away.json'))
})
afterEach(async () => {
  await Promise.all(closes.splice(0).map((close) => close()))
  rmSync(folder, { recursive: true })
})

async function start(options: Partial<SoftphoneOptions> = {}): Promise<number> {
  const server = createHttpServer(smallBounds, () => undefined)
  const nothing = () => undefined
  const none = { folder, domain: '', numbersDomain: '', webSocketUrl: '', webSocket: nothing, onMissing: nothing }
  await addSoftphone(server, { ...none, ...options })
  closes.push(() => server.close())
  return listen(server, '127.0.0.1', 0)
}

interface Answer {
  readonly status: number
  readonly fields: Readonly<Record<string, unknown>>
  readonly bytes: Buffer
}

/** Sends the path as it is: fetch would tidy it up. */
function get(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, fields: response.headers, bytes: Buffer.concat(pieces) }),
      )
    })
      .on('error', reject)
      .end()
  })
}

it('leads to the page, which is asked for anew each time', async () => {
  const port = await start()
  expect(await get(port, '/softphone')).toMatchObject({ status: 308, fields: { location: 'softphone/' } })
  const page = await get(port, '/softphone/')
  expect(page).toMatchObject({
    status: 200,
    fields: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
  })
  const again = await get(port, '/softphone/', { 'if-none-match': String(page.fields['etag']) })
  expect(again.status).toBe(304)
  expect(again.bytes.length).toBe(0)
})

it('files whose names change with them are kept for a year, and packed for who can unpack them', async () => {
  const port = await start()
  const plain = await get(port, '/softphone/assets/index-1.js')
  expect(plain.fields).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  })
  const packed = await get(port, '/softphone/assets/index-1.js', { 'accept-encoding': 'br, gzip' })
  expect(packed.fields['content-encoding']).toBe('gzip')
  expect(packed.fields['etag']).not.toBe(plain.fields['etag'])
  expect(gunzipSync(packed.bytes)).toEqual(plain.bytes)
  const refused = await get(port, '/softphone/assets/index-1.js', { 'accept-encoding': 'gzip;q=0, br' })
  expect(refused.fields['content-encoding']).toBeUndefined()
})

it.each([
  '/softphone/../package.json',
  '/softphone/..%2f..%2fpackage.json',
  '/softphone/%2e%2e/%2e%2e/package.json',
  '/softphone/assets/../../package.json',
  '/softphone//etc/passwd',
  '/softphone/assets',
  '/softphone/assets/',
  '/softphone/notes.txt',
  '/softphone/away.json',
  '/softphone/assets/index-1.js%00.html',
  '/softphone/constructor',
  '/softphonex',
])('there is nothing at %s', async (path) => {
  expect([400, 404]).toContain((await get(await start(), path)).status)
})

describe('what the page is told', () => {
  const configOf = async (options: Partial<SoftphoneOptions>): Promise<unknown> =>
    JSON.parse((await get(await start(options), '/softphone/config.json')).bytes.toString())

  it('the domains, and the listener by its port', async () => {
    const webSocket = () => ({ port: 5066, isSecure: false })
    expect(await configOf({ domain: 'sip.example.com', numbersDomain: 'sms.example.com', webSocket })).toEqual({
      domain: 'sip.example.com',
      numbersDomain: 'sms.example.com',
      url: '',
      port: 5066,
      isSecure: false,
    })
  })

  it('the URL where pages reach it otherwise', async () => {
    expect(await configOf({ webSocketUrl: 'wss://sip.example.com/ws' })).toMatchObject({
      url: 'wss://sip.example.com/ws',
    })
  })
})

describe('what the page may do', () => {
  it('nothing that is not its own, and connect to the switch', async () => {
    const policy = String((await get(await start(), '/softphone/')).fields['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("connect-src 'self' ws: wss:;")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
  })

  it('to that server only, where there is one', async () => {
    const answer = await get(await start({ webSocketUrl: 'wss://sip.example.com:8443/ws?a=1' }), '/softphone/')
    expect(answer.fields['content-security-policy']).toContain("connect-src 'self' wss://sip.example.com:8443;")
  })

  it('an address that is none of a WebSocket is refused at the start', async () => {
    await expect(start({ webSocketUrl: 'https://sip.example.com' })).rejects.toThrow('no address of a WebSocket')
  })
})

it('says that the page was not built, and serves the rest', async () => {
  const missing: string[] = []
  const port = await start({ folder: join(folder, 'gone'), onMissing: (where) => missing.push(where) })
  expect(missing).toEqual([join(folder, 'gone')])
  expect((await get(port, '/softphone/')).status).toBe(404)
})

import { connect } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpServer, listen, smallBounds, type ErrorBody, type OnFault } from './server.js'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

function makeServer(onFault: OnFault = () => undefined) {
  const server = createHttpServer({ ...smallBounds, maxBodyBytes: 1000 }, onFault)
  closers.push(() => server.close())
  const schema = { body: { type: 'object', required: ['to'], properties: { to: { type: 'string', maxLength: 5 } } } }
  server.post('/messages', { schema }, () => ({ ok: true }))
  server.get('/fault', () => {
    throw new Error('password is hunter2')
  })
  return server
}

describe('createHttpServer', () => {
  it.each([
    ['GET', '/none?x=1', undefined, 404, { code: 'notFound', message: 'there is nothing at /none' }],
    ['GET', '/messages', undefined, 405, { code: 'methodNotAllowed', message: '/messages takes POST, not GET' }],
    ['POST', '/messages', '{"to":"123456"}', 400, { code: 'invalidRequest', where: 'body/to' }],
    ['POST', '/messages', '{}', 400, { code: 'invalidRequest', where: 'body' }],
    ['POST', '/messages', '{', 400, { code: 'invalidRequest' }],
    ['POST', '/messages', `{"to":"${'1'.repeat(2000)}"}`, 413, { code: 'bodyTooLarge' }],
    ['GET', '/fault', undefined, 500, { code: 'internal' }],
  ] as const)('answers case %#: %s %s and says what and where', async (method, url, payload, status, error) => {
    const server = makeServer()
    const headers = { 'content-type': 'application/json' }
    const response = await server.inject({ method, url, ...(payload === undefined ? {} : { payload, headers }) })
    expect(response.statusCode).toBe(status)
    expect(response.json<ErrorBody>().error).toMatchObject(error)
  })

  it('refuses a body of a type it does not take', async () => {
    const response = await makeServer().inject({
      method: 'POST',
      url: '/messages',
      payload: 'x',
      headers: { 'content-type': 'text/csv' },
    })
    expect([response.statusCode, response.json<ErrorBody>().error.code]).toEqual([415, 'unsupportedType'])
  })

  it('tells us of a fault, and the client nothing of it', async () => {
    const faults: unknown[] = []
    const response = await makeServer((fault) => faults.push(fault)).inject('/fault')
    expect(response.body).not.toContain('hunter2')
    expect(faults).toMatchObject([{ method: 'GET', url: '/fault', error: { message: 'password is hunter2' } }])
  })

  it('stops though a client keeps its connection', async () => {
    const server = makeServer()
    const socket = connect(await listen(server, '127.0.0.1', 0), '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST /messages HTTP/1.1\r\n')
    const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve))
    await server.close()
    await closed
  })
})

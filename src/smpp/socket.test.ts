// Over real TCP, with npm `smpp` at the other end.
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { connect } from './client.js'
import { npm } from './pdu/pdus.suite.js'
import type { NpmPdu, NpmSession } from './pdu/pdus.suite.js'
import { listen } from './server.js'
import type { ServerOptions, SmppServer } from './server.js'
import type { Session } from './session.js'
import type { AppRequest, CloseWhy, SessionHandlers } from './session-contract.js'
import { Ticker } from './ticker.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A value that comes later, from a callback. */
function later<T>(): { readonly come: Promise<T>; readonly put: (value: T) => void } {
  let put: (value: T) => void = () => undefined
  const come = new Promise<T>((resolve) => (put = resolve))
  return { come, put }
}

function answering(session: Session<string>, more: Partial<SessionHandlers<string>> = {}): SessionHandlers<string> {
  return {
    onBind: (bind) => void session.acceptBind(bind, { system_id: 'us' }),
    onRequest: (request: AppRequest) => {
      if (request.command === 'submit_sm')
        session.respondSubmitSm(request.sequence, 0, `id ${request.destination_addr}`)
      else if (request.command === 'deliver_sm') session.respond(request, 0)
    },
    onResponse: () => undefined,
    onUnanswered: () => undefined,
    onClose: () => undefined,
    ...more,
  }
}

async function server(
  options: Partial<ServerOptions> = {},
  more: (session: Session<string>) => Partial<SessionHandlers<string>> = () => ({}),
): Promise<SmppServer<string>> {
  const listening = await listen<string>({ host: '127.0.0.1', port: 0, tickMs: 10, ...options }, (session) =>
    answering(session, more(session)),
  )
  closers.push(() => listening.close())
  return listening
}

function npmClient(port: number): NpmSession {
  const session = npm.connect(`smpp://127.0.0.1:${port}`)
  session.on('error', () => undefined)
  closers.push(() => session.destroy())
  return session
}

const ask = (session: NpmSession, command: string, fields: Readonly<Record<string, unknown>> = {}) =>
  new Promise<NpmPdu>((resolve) => session.send(new npm.PDU(command, fields), resolve))

describe('npm smpp as our client', () => {
  it('binds, submits a hundred at once, gets a receipt, unbinds', async () => {
    const answered = later<string>()
    const { port, sessions } = await server({}, (session) => ({
      onResponse: (response, context) => answered.put(`${response.command} ${response.status} ${context}`),
      onReadEnd: () => undefined,
      onBind: (bind) => void session.acceptBind(bind, { system_id: bind.system_id }),
    }))
    const client = npmClient(port)
    client.on('deliver_sm', (pdu: NpmPdu & { response(): NpmPdu }) => client.send(pdu.response()))
    expect(await ask(client, 'bind_transceiver', { system_id: 'a', password: 'b' })).toMatchObject({
      command: 'bind_transceiver_resp',
      command_status: 0,
      system_id: 'a',
    })
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        ask(client, 'submit_sm', { destination_addr: `${i}`, short_message: 'hi' }),
      ),
    )
    expect(responses.map(({ message_id }) => message_id)).toEqual(responses.map((_, i) => `id ${i}`))
    const [session] = sessions
    expect(session?.request({ command: 'deliver_sm', esm_class: 4 }, 'receipt', session.nowMs)).toBe(1)
    expect(await answered.come).toBe('deliver_sm_resp 0 receipt')
    expect((await ask(client, 'unbind')).command).toBe('unbind_resp')
  })
})

describe('npm smpp as our server', () => {
  it('accepts our bind and our messages, and its enquire_link is answered', async () => {
    const vendor = npm.createServer((session) => {
      session.on('error', () => undefined)
      closers.push(() => session.destroy())
      type Request = NpmPdu & { response(fields?: object): NpmPdu }
      session.on('bind_transceiver', (pdu: Request) => session.send(pdu.response({ system_id: 'vendor' })))
      session.on('submit_sm', (pdu: Request) => {
        session.send(pdu.response({ message_id: `${String(pdu.destination_addr)}!` }))
        session.send(new npm.PDU('enquire_link'), () => session.send(new npm.PDU('deliver_sm', { source_addr: '9' })))
      })
      session.on('unbind', (pdu: Request) => session.send(pdu.response()))
    })
    await new Promise<void>((ready) => vendor.listen(0, '127.0.0.1', ready))
    closers.push(() => new Promise<void>((done) => vendor.close(done)))
    const ticker = new Ticker(10)
    closers.push(() => ticker.stop())

    const events: string[] = []
    const closed = later<CloseWhy>()
    const session = connect<string>(
      {
        host: '127.0.0.1',
        port: vendor.address().port,
        bindAs: 'bind_transceiver',
        bind: { system_id: 'us', password: 'p' },
      },
      (made) => ({
        ...answering(made),
        onBound: () => void made.request({ command: 'submit_sm', destination_addr: '15551' }, 'ctx', made.nowMs),
        onResponse: (response, context) =>
          events.push(`${context} ${response.command === 'submit_sm_resp' ? response.message_id : ''}`),
        onRequest: (request) => {
          events.push(request.command)
          if (request.command === 'deliver_sm') made.respond(request, 0)
          made.unbind(made.nowMs)
        },
        onClose: (why) => closed.put(why),
      }),
      ticker,
    )
    expect(await closed.come).toBe('unbound')
    expect(events).toEqual(['ctx 15551!', 'deliver_sm'])
    expect(session.state).toBe('CLOSED')
  })

  it('that is not there closes the session, which never was bound', async () => {
    const gone = await server()
    await gone.close()
    const closed = later<CloseWhy>()
    connect<string>(
      { host: '127.0.0.1', port: gone.port, bindAs: 'bind_receiver', bind: {} },
      (session) => ({ ...answering(session), onClose: (why) => closed.put(why) }),
      new Ticker(),
    )
    expect(await closed.come).toBe('transportError')
  })
})

describe('the server', () => {
  it('closes what does not bind in time, and what sends garbage', async () => {
    const { port } = await server({ sessionInitMs: 50 })
    const silent = connectTcp(port, '127.0.0.1')
    const garbage = connectTcp(port, '127.0.0.1', () => garbage.write('GET / HTTP/1.1\r\n\r\n'))
    garbage.resume()
    silent.resume()
    await Promise.all([once(silent, 'close'), once(garbage, 'close')])
  })

  it('takes no more than its bounds allow', async () => {
    const refused: string[] = []
    const { port } = await server({ maxUnboundPerIp: 1, onRefused: (_peer, bound) => refused.push(bound) })
    const first = connectTcp(port, '127.0.0.1')
    closers.push(() => first.destroy())
    await once(first, 'connect')
    const second = connectTcp(port, '127.0.0.1')
    second.on('error', () => undefined)
    await once(second, 'close')
    expect(refused).toEqual(['maxUnboundPerIp'])
  })

  it('stops reading from and sending to a client that does not read, and closes it in the end', async () => {
    const closed = later<CloseWhy>()
    const back: string[] = []
    let sent = 0
    const { port } = await server({ writeStallMs: 200, windowSize: 10_000, enquireLinkMs: 0 }, (session) => ({
      onBind: (bind) => {
        session.acceptBind(bind, {})
        pump(session)
      },
      onUnanswered: (contexts, why) => back.push(`${contexts.length} ${why}`),
      onClose: (why) => closed.put(why),
    }))
    const pump = (session: Session<string>) => {
      const payload = { tag: 0x424, value: Buffer.alloc(10_000) }
      const before = sent
      while (session.request({ command: 'deliver_sm', tlvs: [payload] }, 'x', session.nowMs) !== 0) sent++
      if (sent > before) setImmediate(pump, session)
    }
    const client = connectTcp(port, '127.0.0.1')
    client.on('error', () => undefined)
    closers.push(() => client.destroy())
    client.write(new npm.PDU('bind_transceiver', { system_id: 'a' }).toBuffer())
    expect(await closed.come).toBe('writeStall')
    expect(back).toEqual([`${sent} closed`])
    // The kernel takes a few megabytes; after that the window is shut, far below its size.
    expect(sent).toBeLessThan(9000)
  })
})

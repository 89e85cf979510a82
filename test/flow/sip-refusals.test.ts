// What SIP refuses, through the real daemon: each with the status that says why, and never more than one message of one request.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { parseMessage } from '../../src/sip/parse.js'
import { payIn } from './books.js'
import { startScenario, submitsAt } from './scenario.js'
import { domain, field, Phone, sipAccount, sipPort, sipScenario } from './sip-phone.js'

const alice = sipAccount('alice', { numbers: ['12025550101'] })
const bob = sipAccount('bob', { numbers: ['12025550102'] })
const mobile = '+447700900123'

it('asks for a password, and lets nobody in without the right one', async () => {
  const { daemon, vendor } = await startScenario(sipScenario({ accounts: [alice] }))
  const phone = await Phone.start({ user: 'alice', daemon })
  const challenge = await phone.send(mobile, 'x', { isPlain: true })
  expect(challenge.status).toBe(401)
  const offered = challenge.fields.filter(({ name }) => name === 'www-authenticate').map(({ value }) => value)
  expect(offered.map((value) => /algorithm="?([\w-]+)/.exec(value)?.[1])).toEqual(['MD5', 'SHA-256'])
  const thief = await Phone.start({ user: 'alice', password: 'wrong', daemon })
  expect([(await thief.register()).status, (await thief.send(mobile, 'x')).status]).toEqual([401, 401])
  const nobody = await Phone.start({ user: 'nobody', daemon })
  expect((await nobody.register()).status).toBe(401)
  expect(vendor.stats.submits).toBe(0)
})

it('says what is wrong with a request', async () => {
  const { daemon } = await startScenario(sipScenario({ accounts: [alice, bob], set: { 'sip.maxBodyBytes': 2000 } }))
  const phone = await Phone.start({ user: 'alice', daemon })
  const statusOf = async (...asked: Parameters<Phone['send']>): Promise<number> => (await phone.send(...asked)).status
  expect(await statusOf(mobile, 'x', { from: `sip:bob@${domain}` })).toBe(403)
  expect(await statusOf(mobile, 'x', { from: `sip:+12025550102@${domain}` })).toBe(403)
  expect(await statusOf(mobile, 'x', { from: 'sip:alice@elsewhere.example.com' })).toBe(403)
  expect(await statusOf('nobody', 'x', { domain })).toBe(404)
  expect(await statusOf('+12025550199', 'x')).toBe(404)
  // A name, and what is too long for a number, would be nonsense to a vendor that costs money.
  expect(await statusOf('bob', 'x')).toBe(404)
  expect(await statusOf('1'.repeat(21), 'x')).toBe(404)
  const picture = await phone.send(mobile, 'x', { type: 'image/png' })
  expect([picture.status, field(picture, 'accept')]).toEqual([415, 'text/plain, message/cpim, message/imdn+xml'])
  expect(await statusOf(mobile, 'x', { fields: [{ name: 'content-encoding', value: 'gzip' }] })).toBe(415)
  expect(await statusOf(mobile, 'x'.repeat(2500))).toBe(413)
  expect(await statusOf(mobile, '')).toBe(400)
  const demanding = await phone.send(mobile, 'x', { fields: [{ name: 'require', value: 'foo' }] })
  expect([demanding.status, field(demanding, 'unsupported')]).toEqual([420, 'foo'])
  expect(await statusOf(mobile, 'x', { fields: [{ name: 'expires', value: '0' }] })).toBe(400)
  const registered = await phone.register(600, [{ name: 'contact', value: '<sip:alice@192.0.2.1>;expires=1' }])
  expect([registered.status, field(registered, 'min-expires')]).toEqual([423, '60'])
})

it('refuses who has no money with 402', async () => {
  const { daemon } = await startScenario(
    sipScenario({
      accounts: [sipAccount('alice', { customer: 'acme-inc', product: 'retail' })],
      tariffs: [{ id: 'retail', rates: [{ prefix: '', price: '0.03' }] }],
      more: {
        currency: 'EUR',
        customers: [{ id: 'acme-inc' }],
        products: [{ id: 'retail', tariff: 'retail' }],
      },
      prepare: (data) => payIn(data, 'acme-inc', 40_000),
    }),
  )
  const phone = await Phone.start({ user: 'alice', daemon })
  expect([(await phone.send(mobile, 'x')).status, (await phone.send(mobile, 'x')).status]).toEqual([202, 402])
})

it('answers OPTIONS, refuses methods that it knows with 405 and those that nobody knows with 501', async () => {
  const { daemon } = await startScenario(sipScenario({ accounts: [alice] }))
  const phone = await Phone.start({ user: 'alice', daemon })
  const options = await phone.ask('OPTIONS', `sip:${domain}`)
  expect([options.status, field(options, 'allow')]).toEqual([200, 'MESSAGE, REGISTER, OPTIONS'])
  const asked = ['PRACK', 'SUBSCRIBE', 'BYE', 'FROBNICATE']
  const answers = await Promise.all(asked.map((method) => phone.ask(method, `sip:bob@${domain}`)))
  expect(answers.map(({ status }) => status)).toEqual([405, 405, 405, 501])
  expect(field(answers[0]!, 'allow')).toBe('MESSAGE, REGISTER, OPTIONS')
})

it('answers an INVITE with 405, and keeps nothing of it', async () => {
  const { daemon } = await startScenario(sipScenario({ accounts: [alice] }))
  const socket = await rawSocket()
  const port = await sipPort(daemon, 'udp')
  const [invite] = requestsOf('INVITE', socket.port, ['z9hG4bKinvite'])
  expect(await socket.answerTo(invite!, port)).toMatchObject({ status: 405 })
  expect(await daemon.metric('smswitch_sip_transactions', { side: 'server' })).toBe(0)
})

it('takes a request that comes again for one message, also across a kill -9', async () => {
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const set = { 'sip.listeners': `udp://127.0.0.1:${port}` }
  const scenario = await startScenario(
    sipScenario({ accounts: [{ ...alice, systemId: 'alice', addresses: ['127.0.0.1'], ipOnly: true }], set }),
  )
  const { vendor } = scenario
  const socket = await rawSocket()
  const [first, second] = requestsOf('MESSAGE', socket.port, ['z9hG4bKfirst', 'z9hG4bKsecond'])
  for (let i = 0; i < 3; i++) expect(await socket.answerTo(first!, port)).toMatchObject({ status: 202 })
  await submitsAt(vendor, 1)
  // Killed before the vendor's answer is on disk, it would be sent again: another promise than this one.
  await scenario.daemon.metricWhen((n) => n === 0, 'smswitch_store_messages')
  await scenario.restart('SIGKILL')
  for (let i = 0; i < 3; i++) expect(await socket.answerTo(first!, port)).toMatchObject({ status: 202 })
  expect(await socket.answerTo(second!, port)).toMatchObject({ status: 202 })
  await submitsAt(vendor, 2)
  expect(vendor.stats.submits).toBe(2)
  expect(await scenario.daemon.metric('smswitch_messages_accepted_total', { edge: 'sip' })).toBe(1)
})

it('looks at no more passwords of who has guessed too often, and at those of others as ever', async () => {
  const { daemon } = await startScenario(
    sipScenario({ accounts: [alice, bob], set: { 'logIn.wrongPerAccount': 3, 'logIn.wrongPerAddress': 50 } }),
  )
  const statuses: number[] = []
  for (let i = 0; i < 6; i++) {
    const thief = await Phone.start({ user: 'alice', password: `wrong ${i}`, daemon })
    statuses.push((await thief.register()).status)
  }
  expect(statuses).toEqual([401, 401, 401, 403, 403, 403])
  expect(await daemon.logged('logIn.blocked')).toMatchObject({ edge: 'sip', account: `alice@${domain}` })
  const other = await Phone.start({ user: 'bob', daemon })
  expect((await other.register()).status).toBe(200)
})

interface RawSocket {
  readonly port: number
  answerTo(request: Buffer, port: number): Promise<{ readonly status: number }>
}

async function rawSocket(): Promise<RawSocket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return {
    port: socket.address().port,
    async answerTo(request, port) {
      const answered = once(socket, 'message', { signal: AbortSignal.timeout(5000) })
      socket.send(request, port, '127.0.0.1')
      const [bytes] = (await answered) as [Buffer]
      const message = parseMessage(bytes)
      if (message.kind !== 'response') throw new Error(`no response: ${bytes.toString()}`)
      return message
    },
  }
}

function requestsOf(method: string, port: number, branches: readonly string[]): readonly Buffer[] {
  return branches.map((branch) => {
    const body = 'hello'
    const lines = [
      `${method} sip:${mobile}@sms.example.com SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=${branch}`,
      `From: <sip:alice@${domain}>;tag=${branch}`,
      `To: <sip:${mobile}@sms.example.com>`,
      `Call-ID: ${branch}@127.0.0.1`,
      `CSeq: 1 ${method}`,
      'Max-Forwards: 70',
      'Content-Type: text/plain',
      `Content-Length: ${body.length}`,
    ]
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
  })
}

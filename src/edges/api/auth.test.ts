// Who comes in by what a request says, without a server.
import { expect, it } from 'vitest'
import { parseRange } from '../../lib/cidr.js'
import type { AccountId } from '../../message/ids.js'
import type { ApiAccount, ApiLogIns } from './api-ports.js'
import { letIn } from './auth.js'

const office: ApiAccount = {
  authId: 'MA0123456789ABCDEFGH',
  token: 'x'.repeat(40),
  account: 'acme' as AccountId,
  addresses: [parseRange('192.0.2.0/24')!, parseRange('2001:db8::7')!],
}
const basic = `Basic ${Buffer.from(`${office.authId}:${office.token}`).toString('base64')}`
const wrong: string[] = []
const logIns: ApiLogIns = {
  mayTry: () => true,
  wrong: (address, account) => void wrong.push(`${address} ${account}`),
}
const from = (address: string) =>
  letIn(basic, office.authId, address, { accountOf: (id) => (id === office.authId ? office : undefined), logIns })

it.each(['192.0.2.9', '::ffff:192.0.2.9', '2001:db8::7'])(
  'an account with addresses comes from there: %s',
  (address) => {
    expect(from(address)).toEqual({ kind: 'in', account: office })
  },
)

it('from elsewhere its token is as good as a wrong one', () => {
  expect(from('198.51.100.1')).toEqual({ kind: 'wrong', why: 'the auth id or the auth token is wrong' })
  expect(from('2001:db8::8').kind).toBe('wrong')
  expect(wrong).toEqual([`198.51.100.1 ${office.authId}`, `2001:db8::8 ${office.authId}`])
})

// A powerpack that ends with its numbers, where who has them on offer takes some back and then no more.
import { expect, it } from 'vitest'
import { refused } from '../../powerpack/change.js'
import { ApiRig, main } from './server-rig.suite.js'

const numbers = ['14155550101', '14155550102', '14155550103', '14155550104', '14155550105']

it.each(['does not answer', 'is slow'])('gives back none twice, where the provider %s', async (how) => {
  const returned: string[] = []
  let isDown = how === 'does not answer'
  const rig: ApiRig = new ApiRig({
    source: (own) => ({
      ...own,
      judgeReturn(number) {
        if (isDown && returned.length === 2) return Promise.resolve(refused('unavailable', 'later'))
        if (how === 'is slow') rig.nowMs += 600
        returned.push(number)
        return own.judgeReturn(number)
      },
    }),
  })
  await rig.start()
  await rig.stock(numbers, { account: main.account })
  const { body } = await rig.call('POST', '/Powerpack/', { body: { name: 'ends' } })
  const uuid = body['uuid'] as string
  const pool = rig.ports.powerpacks.book.pack(uuid)!.pool
  for (const number of numbers) await rig.call('POST', `/NumberPool/${pool}/Number/${number}/`)
  const end = () => rig.call('DELETE', `/Powerpack/${uuid}/`, { body: { unrent_numbers: true } })
  const left = () => [...rig.ports.powerpacks.book.numbers.ownedBy(main.account)].map(({ number }) => number)
  if (isDown) {
    const { status, headers } = await end()
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect(left()).toEqual(numbers.slice(2))
    isDown = false
  }
  expect((await end()).status).toBe(200)
  expect([left(), returned]).toEqual([[], numbers])
  await rig.stop()
})

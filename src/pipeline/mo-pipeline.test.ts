import { describe, expect, it } from 'vitest'
import type { ConnectionId, VendorId } from '../message/ids.js'
import { contentsOf } from '../store/conformance-rows.suite.js'
import type { Submission } from './stage.js'
import { NOW, HOUR, rig } from './rig.suite.js'

describe('from a phone', () => {
  const vendor = { kind: 'vendor', vendor: 'carrier' as VendorId, connection: 'c1' as ConnectionId } as const

  it('a message goes to whose number it was sent to, and to nobody else', async () => {
    const { submission, run, runMo, settle, accepted, answers, store } = rig()
    runMo([
      submission({ sender: vendor, to: '15551' }),
      submission({ sender: vendor, to: '15552' }),
      submission({ sender: vendor, to: '15553' }),
      submission({ sender: { ...vendor, connection: 'gone' as ConnectionId }, to: '15551' }),
      submission({ to: '15551' }),
    ])
    run([submission({ sender: vendor })])
    await settle()
    const refused = ['3 refused notPermitted', '4 refused notPermitted', '1 refused noRoute', '2 refused noRoute']
    expect(answers).toEqual([...refused, '5 refused notPermitted', '0 accepted 0000000100000000'])
    expect(accepted).toEqual([
      {
        kind: 'mo',
        lane: 'm:acme',
        dueMs: NOW,
        id: '0000000100000000',
        message: expect.objectContaining({ direction: 'mo', account: 'acme', id: '0000000100000000' }) as unknown,
        failures: 0,
        taken: 0,
        expiresAtMs: NOW + 48 * HOUR,
      },
    ])
    expect((await contentsOf(store)).deliveries).toEqual(accepted)
  })

  it('parts are answered when they are durable, over whatever connection of the vendor they come', async () => {
    const { submission, runMo, settle, answers, accepted, store, reassembly } = rig()
    const sar = (number: number) => ({ reference: 300, total: 3, part: number })
    const other = { ...vendor, connection: 'c2' as ConnectionId }
    const piece = (number: number, sender: Submission['sender']) =>
      submission({
        sender,
        to: '15551',
        sar: sar(number),
        content: { dataCoding: 8, udhi: false, octets: Buffer.from([0, 64 + number]) },
      })
    runMo([piece(3, vendor), piece(1, other)])
    await settle()
    expect(answers).toEqual(['0 accepted 0000000100000000', '1 accepted 0000000100000001'])
    expect((await store.collected()).map(({ id }) => id)).toEqual(['0000000100000000', '0000000100000001'])
    runMo([piece(2, vendor)])
    await settle()
    expect(answers[2]).toBe('2 accepted 0000000100000002')
    expect(await store.collected()).toEqual([])
    expect(accepted[0]!.message).toMatchObject({
      id: '0000000100000001',
      shape: 'sar',
      content: { dataCoding: 8, udhi: false, octets: Buffer.from([0, 65, 0, 66, 0, 67]) },
    })
    expect(reassembly.isEmpty).toBe(true)
  })

  it('is refused for now when as many as may be wait for its account, the others are not', async () => {
    const { submission, runMo, settle, answers, accepted } = rig({}, 2)
    const three = ['15551', '15551', '15551'].map((to) => submission({ sender: vendor, to }))
    runMo([...three, submission({ sender: vendor, to: '15554' })])
    await settle()
    const taken = ['0 accepted 0000000100000000', '1 accepted 0000000100000001', '3 accepted 0000000100000002']
    expect(answers.splice(0)).toEqual(['2 refused queueFull', ...taken])
    runMo([submission({ sender: vendor, to: '15551' })])
    expect(answers.splice(0)).toEqual(['4 refused queueFull'])
    accepted.shift()
    runMo([submission({ sender: vendor, to: '15551' })])
    await settle()
    expect(answers).toEqual(['5 accepted 0000000100000003'])
  })

  it('a part of one that there is no room for is refused for now, before it is acknowledged', async () => {
    const { submission, runMo, answers, reassembly, settle } = rig({}, 0)
    runMo([submission({ sender: vendor, to: '15551', sar: { reference: 1, total: 2, part: 1 } })])
    await settle()
    expect(answers).toEqual(['0 refused queueFull'])
    expect(reassembly.isEmpty).toBe(true)
  })

  it('a part for a number that nobody has is refused at once', () => {
    const { submission, runMo, answers, reassembly } = rig()
    runMo([submission({ sender: vendor, to: '15552', sar: { reference: 1, total: 2, part: 1 } })])
    expect(answers).toEqual(['0 refused messageRefused'])
    expect(reassembly.isEmpty).toBe(true)
  })
})

import { describe, expect, it } from 'vitest'
import type { KeptRow } from '../message/kept.js'
import { keptOf, segment } from '../store/conformance-rows.suite.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import type { CorrelatorPorts } from './correlator.js'
import { correlatorRig, receiptOf, rowOf } from './rig.suite.js'

/** Each new phone is a row, as those who learn have it. */
function rig(ports: Partial<CorrelatorPorts> = {}, store = new MemoryStore()) {
  const known = new Map<string, string>()
  const asked: string[] = []
  const heard = (phone: string, network: string): readonly KeptRow[] => {
    asked.push(phone)
    if (known.get(phone) === network) return []
    known.set(phone, network)
    return [{ table: 'carrier', key: phone, text: network }]
  }
  const made = correlatorRig({ parkedMs: 60_000 }, { heard, ...ports }, store)
  const rows = async () => (await keptOf(store, 'carrier')).map(({ key, text }) => `${key} ${text}`)
  return { ...made, asked, rows }
}

/** What the vendor writes for the phone is not looked at: some write the sender there. */
const naming = (n: number, network?: string, state: 'DELIVERED' | 'ENROUTE' = 'DELIVERED', destination = '') =>
  receiptOf([`id-${n}`], state, { network, destination })

describe('the network that a receipt names', () => {
  it('is kept for the phone of its message, in the step after which the vendor is answered', async () => {
    const { correlator, answered, settle, rows, store } = rig()
    answered(rowOf(1))
    await settle()
    const receipt = naming(1, '310260')
    store.hold()
    correlator.take([receipt])
    await settle()
    expect({ answers: receipt.answers, rows: await rows() }).toEqual({ answers: [], rows: [] })
    store.release()
    await settle()
    expect({ answers: receipt.answers, rows: await rows() }).toEqual({ answers: ['stored'], rows: ['44700901 310260'] })
  })

  it('is asked about once for each report that changes something; nobody is asked about receipts that name none', async () => {
    const { correlator, answered, settle, asked, rows } = rig()
    for (const n of [1, 2]) answered(rowOf(n, { registered: 0x11 }))
    await settle()
    correlator.take([naming(1, 'att', 'ENROUTE'), naming(1, 'att', 'ENROUTE')])
    await settle()
    correlator.take([naming(1, 'att'), naming(2)])
    await settle()
    correlator.take([naming(1, 'verizon')])
    await settle()
    expect(asked).toEqual(['44700901', '44700901'])
    expect(await rows()).toEqual(['44700901 att'])
  })

  it('that comes too early is kept when its answer comes, after a crash too', async () => {
    const before = rig()
    const receipt = naming(1, 'att')
    before.correlator.take([receipt])
    await before.settle()
    expect(receipt.answers).toEqual(['stored'])
    expect(await before.rows()).toEqual([])
    const { correlator, answered, settle, rows, store } = rig({}, before.store)
    await correlator.restore(await store.parked())
    answered(rowOf(1))
    await settle()
    expect(await rows()).toEqual(['44700901 att'])
  })

  it('is kept with a message that nobody answered for', async () => {
    const { correlator, settle, clock, rows } = rig({ claimUnanswered: () => segment(1) })
    correlator.take([naming(9, '311480', 'DELIVERED', segment(1).message.destination.value)])
    await settle()
    clock.advance(5_000)
    correlator.expireParked(clock.monotonicMs())
    await settle()
    expect(await rows()).toEqual([`${segment(1).message.destination.value} 311480`])
  })

  it('of no message is kept for nobody', async () => {
    const { correlator, settle, clock, asked, rows } = rig()
    correlator.take([naming(1, 'att', 'DELIVERED', '12125550100')])
    await settle()
    clock.advance(60_001)
    correlator.expireParked(clock.monotonicMs())
    await settle()
    expect(asked).toEqual([])
    expect(await rows()).toEqual([])
  })
})

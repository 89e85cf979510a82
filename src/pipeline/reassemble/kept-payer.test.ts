// Who pays for a part is kept with it once it is acknowledged: for its record, should it never be in a message.
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../store/memory/memory-store.js'
import { reassemblyRig, rulesWith, TIMEOUT_MS } from './rig.suite.js'

const early = rulesWith({ ack: 'early' })

describe('an acknowledged part that never comes to be in a message', () => {
  it('says who would have paid, though the account has gone and the switch was started anew', async () => {
    const rig = reassemblyRig()
    rig.rules.set('acme', early)
    rig.customers.set('acme', 'c')
    rig.send({ part: 1, total: 3 })
    await rig.settle()
    rig.gone.add('acme')
    const store = new MemoryStore(rig.store.snapshot())
    const next = reassemblyRig({ store, startMs: rig.clock.monotonicMs() })
    next.gone.add('acme')
    next.reassembly.restore(await store.collected(), next.clock.monotonicMs())
    for (const one of [rig, next]) {
      one.pass(TIMEOUT_MS)
      await one.settle()
      expect(one.abandoned).toMatchObject([
        {
          state: 'UNDELIVERABLE',
          parts: [
            {
              payer: {
                ...{ account: 'acme', customer: 'c', direction: 'mt' },
                ...{ source: { value: 'Acme' }, destination: { value: '447700900123' } },
              },
            },
          ],
        },
      ])
    }
  })

  it('that a vendor brought is for who has the number', async () => {
    const rig = reassemblyRig()
    rig.rules.set('c1', early)
    rig.customers.set('acme', 'c')
    rig.send({ from: 'c1', to: '15551' })
    await rig.settle()
    rig.pass(TIMEOUT_MS)
    expect(rig.abandoned).toMatchObject([{ parts: [{ payer: { account: 'acme', customer: 'c', direction: 'mo' } }] }])
  })

  it('was withheld before its session was stalled: it is asked then', async () => {
    const rig = reassemblyRig()
    rig.customers.set('acme', 'c')
    const [sent] = rig.send({})
    rig.reassembly.stalled(sent!.link)
    await rig.settle()
    expect((await rig.store.collected())[0]?.payer).toMatchObject({ account: 'acme', customer: 'c' })
  })

  it('keeps nothing where nobody pays', async () => {
    const rig = reassemblyRig()
    rig.rules.set('acme', early)
    rig.send({})
    await rig.settle()
    expect((await rig.store.collected())[0]?.payer).toBeUndefined()
  })
})

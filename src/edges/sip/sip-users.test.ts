import { expect, it } from 'vitest'
import { bob, moOf, UserRig } from './sip-user-rig.suite.js'

const home = 'sip:bob@192.0.2.1'
const work = 'sip:bob@192.0.2.2'

it('a phone with two flows is sent a letter over one of them, whichever it refreshes meanwhile', () => {
  const rig = new UserRig()
  const phone = { instance: 'urn:uuid:1' }
  rig.register(home, 'tcp', { ...phone, regId: 1 })
  rig.nowMs++
  const newer = rig.register(work, 'tcp', { ...phone, regId: 2 })
  rig.offer(moOf('01'), moOf('02'))
  expect(rig.asked.map(({ contact }) => contact)).toEqual([work])
  rig.nowMs++
  rig.register(home, 'tcp', { ...phone, regId: 1 })
  expect(rig.asked.map(({ contact }) => contact)).toEqual([work])
  rig.close(newer)
  expect(rig.sentTexts).toEqual([`${work} text 01`, `${home} text 01`])
  rig.next().answer(200)
  expect(rig.next().text).toBe('text 02')
})

it('a user who has another name is there by that, whatever becomes of the registration by the old one', () => {
  const rig = new UserRig()
  rig.register(home)
  const aor = 'sip:robert@sip.example.com'
  rig.names.set(bob, { aor, domain: 'sip.example.com' })
  rig.register(work, 'udp', { aor })
  // The last of the old name.
  rig.bindings = rig.bindings.filter((each) => each.aor === aor)
  rig.users.reachable(bob, false)
  rig.offer(moOf('01'))
  expect(rig.next().contact).toBe(work)
})

// The connection with the courier, dispatcher and store behind it: whatever a vendor does, segments keep their order.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { a, makeRig as makeSwitch, rulesOf } from '../../delivery/rig.suite.js'
import type { AccountId } from '../../message/ids.js'
import { receiptRequestOf } from '../../message/receipt.js'
import { status, type PduOf } from '../../smpp/index.js'
import { longDelivery, makeRig, type FakeLink } from './rig.suite.js'

type Deed = 'take' | 'fail' | 'refuse' | 'throttle' | 'lose' | 'silence'

const codes = { take: 0, fail: status.ESME_RSYSERR, refuse: status.ESME_RINVDSTADR, throttle: status.ESME_RTHROTTLED }

interface Asked {
  readonly link: FakeLink
  readonly pdu: PduOf<'submit_sm'>
}

/** Which message by its address, and which of its segments by its header. */
function piece({ pdu }: Asked): { readonly message: string; readonly part: number; readonly total: number } {
  const [, , , , total = 1, part = 1] = (pdu.esm_class & 0x40) === 0 ? [] : pdu.short_message
  return { message: pdu.destination_addr, part, total }
}

const scene = fc.record({
  binds: fc.integer({ min: 1, max: 3 }),
  window: fc.integer({ min: 1, max: 3 }),
  messagesPerSecond: fc.constantFrom(0, 0, 4),
  onUnanswered: fc.constantFrom<'resend' | 'fail'>('resend', 'fail'),
  onThrottle: fc.constantFrom<'resend' | 'pauseLane'>('resend', 'pauseLane'),
  lengths: fc.array(fc.constantFrom(5, 160, 300, 450, 700), { minLength: 1, maxLength: 8 }),
  deeds: fc.array(
    fc.tuple(
      fc.constantFrom<Deed>('take', 'take', 'take', 'fail', 'refuse', 'throttle', 'lose', 'silence'),
      fc.nat(20),
    ),
    { maxLength: 40 },
  ),
})

interface Story {
  taken: number
  /** Asked and not answered. */
  asked: boolean
  over: boolean
  /** That took the segment before. */
  link: FakeLink | undefined
  /** When it did. */
  tookAtMs: number
}

const isUp = ({ session }: FakeLink): boolean => session.boundAs !== undefined && session.state !== 'CLOSED'

it('sends no segment before the one ahead is taken, none twice, none after the end, and all over one bind that is up', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ lengths, deeds: all, ...changes }) => {
      const deeds = [...all]
      const { binds, window, onUnanswered } = changes
      const middle = makeSwitch({ rules: [rulesOf(a, { places: binds * window, onUnanswered })] })
      const { clock, courier, dispatcher, recorder } = middle
      const rig = makeRig(
        { ...changes, id: a },
        {
          clock,
          courier,
          changed: (id) => dispatcher.changed(id, middle.nowMs()),
          hasRoom: (id) => dispatcher.hasRoom(id),
          add: (vendor) => dispatcher.add(vendor),
        },
      )
      const stories = new Map<string, Story>()
      lengths.forEach((length, n) => {
        const { message } = longDelivery(length, n, {
          account: `account${n % 2}` as AccountId,
          destination: { ton: 1, npi: 1, value: `44770090010${n}` },
          receiptRequest: receiptRequestOf(0),
          expiresAtMs: 1e12,
        })
        middle.submit({ route: [a], message, expiresAtMs: message.expiresAtMs })
        stories.set(message.destination.value, { taken: 0, asked: false, over: false, link: undefined, tookAtMs: 0 })
      })

      let asked: Asked[] = []
      const collect = (): void => {
        rig.bindAll()
        for (const link of rig.links) {
          for (const pdu of link.sent()) {
            if (pdu.command === 'enquire_link') link.receive([{ command: 'enquire_link_resp' }, pdu.sequence])
            if (pdu.command !== 'submit_sm') continue
            const { message, part } = piece({ link, pdu })
            const story = stories.get(message)!
            expect([part, story.asked, story.over]).toEqual([story.taken + 1, false, false])
            // It waits a second for a full window, no longer.
            const isTied = story.link !== undefined && isUp(story.link) && clock.monotonicMs() - story.tookAtMs < 1000
            if (isTied) expect(link).toBe(story.link)
            story.asked = true
            asked.push({ link, pdu })
          }
        }
      }
      const unanswered = (those: readonly Asked[]): void => {
        for (const one of those) {
          const story = stories.get(piece(one).message)!
          story.asked = false
          story.over = onUnanswered === 'fail'
        }
        asked = asked.filter((one) => !those.includes(one))
      }
      const answer = (deed: Exclude<Deed, 'lose' | 'silence'>, one: Asked): void => {
        const { message, total } = piece(one)
        const story = stories.get(message)!
        asked = asked.filter((other) => other !== one)
        story.asked = false
        if (deed === 'take') {
          story.taken++
          story.link = one.link
          story.tookAtMs = clock.monotonicMs()
        }
        story.over = deed === 'refuse' || story.taken === total
        one.link.answer(one.pdu, codes[deed])
      }

      for (let rounds = 0; ; rounds++) {
        expect(rounds).toBeLessThan(2000)
        await middle.settle()
        collect()
        await middle.settle()
        collect()
        if (asked.length === 0) {
          if (dispatcher.total === 0 && recorder.pending === 0) break
          await middle.advance(1000)
          continue
        }
        const [deed, which] = deeds.shift() ?? (['take', 0] as const)
        const one = asked[which % asked.length]!
        if (deed === 'lose') {
          unanswered(asked.filter(({ link }) => link === one.link))
          one.link.lose()
        } else if (deed === 'silence') {
          unanswered(asked)
          await middle.advance(10_000)
          for (const { session } of rig.links) session.tick(clock.monotonicMs())
        } else answer(deed, one)
      }
      expect(middle.bugs).toEqual([])
      for (const story of stories.values()) expect(story.over).toBe(true)
      expect(rig.vendor.inFlight).toBe(0)
    }),
    { numRuns: 150 },
  )
}, 60_000)

// The web softphone as users have it: the page that the real switch serves, in headless Chromium, with a vendor behind it.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ha1Of } from '../../src/sip/digest.js'
import { startHandVendor, type HandVendor } from '../flow/hand-vendor.js'
import { startScenario, type Row, type Scenario } from '../flow/scenario.js'
import { latinText, partsOf } from '../flow/texts.js'
import { findPeer } from '../peers.js'
import { deskSize, launch, logIn, picture, say, visitor, writeTo, type Browser, type Page } from './browser.js'
import { buildPage } from './built-page.js'

const chromium = findPeer('chromium')?.['chromium-headless-shell']
const domain = 'sip.example.com'
const password = 'wonderland'
const phone = '447700900123'

const sipAccount = (user: string, number: string): Row => ({
  id: user,
  domain,
  numbers: [number],
  sip: { user, secrets: { MD5: ha1Of('MD5', user, domain, password) } },
})

describe.skipIf(chromium === undefined)('the web softphone on the switch', { timeout: 60_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    await buildPage()
    browser = await launch(chromium!)
  }, 60_000)
  afterAll(() => browser?.close())

  async function start(): Promise<Scenario & { readonly hand: HandVendor }> {
    const hand = await startHandVendor()
    const scenario = await startScenario({
      vendors: [],
      handVendors: [hand],
      accounts: [sipAccount('alice', '12025550101'), sipAccount('bob', '12025550102')],
      policies: [
        { id: 'our-numbers', priority: 20, match: { called: '120255501' }, transport: 'sip' },
        { id: 'on-net', priority: 10, match: { domain }, transport: 'sip' },
        { id: 'off-net', match: { domain: '*' } },
      ],
      set: {
        'sip.enabled': 'true',
        'sip.listeners': 'ws://127.0.0.1:0',
        'softphone.enabled': 'true',
        'softphone.domain': domain,
        'sip.numbersDomain': 'sms.example.com',
      },
    })
    await hand.bound(1)
    return Object.assign(scenario, { hand })
  }

  /** A browser of its own, on the page and logged in. */
  async function enter(scenario: Scenario, user: string, size?: typeof deskSize): Promise<Page> {
    const faults: string[] = []
    const context = await visitor(browser, faults, size)
    onTestFinished(async () => {
      await context.close()
      expect(faults).toEqual([])
    })
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${scenario.daemon.adminPort}/softphone`)
    await logIn(page, { user, password })
    await page.locator('.lamp.online').waitFor({ state: 'attached' })
    return page
  }

  const bubble = (page: Page, text: string) => page.locator('.bubble', { hasText: text })

  it('two users write to each other, with ticks, and the one who was away gets it when he comes', async () => {
    const scenario = await start()
    const alice = await enter(scenario, 'alice')
    const first = await enter(scenario, 'bob', deskSize)
    await writeTo(alice, 'bob')
    await say(alice, 'Grüße 🙂 <i>hello</i>')
    await bubble(alice, 'Grüße').getByLabel('Delivered').waitFor()
    await first.getByRole('link', { name: /alice/ }).click()
    await say(first, 'and back')
    await bubble(alice, 'and back').waitFor()
    await bubble(first, 'and back').getByLabel('Delivered').waitFor()
    await first.context().close()

    await say(alice, 'while you are away')
    await say(alice, 'one more')
    await bubble(alice, 'one more').getByLabel('Sent', { exact: true }).waitFor()
    const second = await enter(scenario, 'bob', deskSize)
    await second.getByRole('link', { name: /alice/ }).click()
    await bubble(second, 'one more').waitFor()
    expect(await second.locator('.bubble .text').allInnerTexts()).toEqual(['while you are away', 'one more'])
    await bubble(alice, 'one more').getByLabel('Delivered').waitFor()
  })

  it('a number is reached through the vendor and ticks; its long answer in two parts is one text', async () => {
    const scenario = await start()
    const { hand } = scenario
    const alice = await enter(scenario, 'alice')
    await writeTo(alice, `+${phone}`)
    await say(alice, 'Are you there?')
    await hand.submits(1)
    expect(hand.submitted[0]).toMatchObject({ destination_addr: phone })
    hand.answer(0, { message_id: 'v1' })
    await bubble(alice, 'Are you there?').getByLabel('Sent', { exact: true }).waitFor()
    expect(await hand.deliver(0, 'v1', 'DELIVRD')).toBe(0)
    await bubble(alice, 'Are you there?').getByLabel('Delivered').waitFor()

    const text = latinText(190)
    for (const part of partsOf(text, 'udh8', 7)) {
      const from = { source_addr: phone, source_addr_ton: 1, source_addr_npi: 1 }
      const to = { destination_addr: '12025550101', dest_addr_ton: 1, dest_addr_npi: 1 }
      expect((await hand.mo({ ...from, ...to, ...part })).command_status).toBe(0)
    }
    await bubble(alice, text).waitFor()
    // In the conversation that was there.
    expect(await alice.locator('.bubble').count()).toBe(2)
    await picture(alice, 'switch-thread')

    await say(alice, 'refuse this')
    await hand.submits(2)
    hand.answer(1, { command_status: 0x0b })
    await bubble(alice, 'refuse this').getByLabel('Not delivered').first().waitFor()
  })

  it('goes offline with the switch, and on when it is there again', async () => {
    const scenario = await start()
    const alice = await enter(scenario, 'alice')
    const bob = await enter(scenario, 'bob')
    await writeTo(alice, 'bob')
    const { adminPort } = scenario.daemon
    const webSocket = await alice.evaluate<{ port: number }>('fetch("./config.json").then((answer) => answer.json())')
    await scenario.daemon.kill()
    await alice.getByText('Offline.').waitFor()
    await say(alice, 'written meanwhile')
    await scenario.start({
      'admin.port': adminPort,
      'sip.enabled': 'true',
      'sip.listeners': `ws://127.0.0.1:${webSocket.port}`,
      'softphone.enabled': 'true',
    })
    await bob.getByRole('button', { name: 'Try now' }).click()
    await alice.getByRole('button', { name: 'Try now' }).click()
    await bubble(alice, 'written meanwhile').getByLabel('Delivered').waitFor()
    await bob.getByRole('link', { name: /written meanwhile/ }).waitFor()
  })

  it('a wrong password is not let in', async () => {
    const scenario = await start()
    const context = await visitor(browser, [])
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${scenario.daemon.adminPort}/softphone/`)
    await logIn(page, { user: 'alice', password: 'guess' })
    await page.getByText('The user or the password is wrong.').waitFor()
  })
})

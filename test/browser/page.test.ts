// The web softphone in headless Chromium beside a switch that does as the test says.
import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addSoftphone } from '../../src/admin/softphone.js'
import { createHttpServer, listen, smallBounds } from '../../src/http/server.js'
import { findPeer } from '../peers.js'
import { deskSize, launch, logIn, picture, say, visitor, writeTo, type Browser, type Page } from './browser.js'
import { buildPage, pageFolder } from './built-page.js'
import { domain, password, startStandIn, type StandIn } from './stand-in.js'

const chromium = findPeer('chromium')?.['chromium-headless-shell']

describe.skipIf(chromium === undefined)('the web softphone', { timeout: 60_000 }, () => {
  let browser: Browser
  let standIn: StandIn
  let url = ''
  const faults: string[] = []
  const ends: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    await buildPage()
    expect(existsSync(pageFolder)).toBe(true)
    browser = await launch(chromium!)
  }, 60_000)
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
    expect(faults.splice(0)).toEqual([])
  })

  async function start(): Promise<void> {
    standIn = await startStandIn()
    ends.push(() => standIn.close())
    const server = createHttpServer(smallBounds, () => undefined)
    const webSocket = () => ({ port: standIn.port, isSecure: false })
    const setting = { domain, numbersDomain: '', webSocketUrl: '', webSocket, onMissing: () => undefined }
    await addSoftphone(server, { folder: pageFolder, ...setting })
    url = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}/softphone`
    ends.push(() => server.close())
  }

  async function open(size?: typeof deskSize): Promise<Page> {
    const context = await visitor(browser, faults, size)
    ends.push(() => context.close())
    const page = await context.newPage()
    await page.goto(url)
    return page
  }

  const keptBy = (page: Page): Promise<string> => page.evaluate('JSON.stringify(localStorage)')
  const online = (page: Page) => page.locator('.lamp.online').waitFor({ state: 'attached' })
  const bubble = (page: Page, text: string) => page.locator('.bubble', { hasText: text })

  it('two users write to each other, and see that it arrived', async () => {
    await start()
    const alice = await open()
    await picture(alice, 'phone-log-in')
    await logIn(alice, { user: 'alice', password })
    await online(alice)
    await picture(alice, 'phone-empty')
    const bob = await open(deskSize)
    await logIn(bob, { user: 'bob', password })
    await online(bob)
    await picture(bob, 'desk-empty')

    await writeTo(alice, 'bob')
    await say(alice, 'Lunch at noon?\nThe place by the river <b>again</b>')
    await bubble(alice, 'Lunch').getByLabel('Delivered').waitFor()

    const unread = bob.getByRole('link', { name: /alice/ })
    await unread.getByLabel('1 unread').waitFor()
    expect(await bob.title()).toBe('(1) Messages')
    await picture(bob, 'desk-unread')
    await unread.click()
    await bubble(bob, 'Lunch at noon?').waitFor()
    expect(await bubble(bob, 'Lunch').locator('.text').innerText()).toContain('<b>again</b>')
    expect(await bob.locator('.unread').count()).toBe(0)
    await say(bob, 'Yes 🙂 — see you')
    await bubble(alice, 'see you').waitFor()
    await bubble(bob, 'see you').getByLabel('Delivered').waitFor()

    await standIn.text('+12025550123', 'bob', 'Your parcel is at the door. '.repeat(8).trim())
    await bob.getByRole('link', { name: /\+12025550123/ }).waitFor()
    await picture(alice, 'phone-thread')
    await picture(bob, 'desk-thread')
    await alice.getByRole('button', { name: 'Back to the conversations' }).click()
    await alice.getByRole('link', { name: /bob/ }).waitFor()
    await picture(alice, 'phone-list')
  })

  it('says that it is offline, and sends what was written meanwhile', async () => {
    await start()
    const alice = await open()
    await logIn(alice, { user: 'alice', password })
    await online(alice)
    await writeTo(alice, '+1 (202) 555-0123')
    const { port } = standIn
    await standIn.close()
    await alice.getByText('Offline.').waitFor()
    await say(alice, 'one')
    await say(alice, 'two')
    await bubble(alice, 'two').getByLabel('Waiting to be sent').waitFor()
    await picture(alice, 'phone-offline')

    standIn = await startStandIn(port)
    await alice.getByRole('button', { name: 'Try now' }).click()
    await bubble(alice, 'two').getByLabel('Sent', { exact: true }).waitFor()
    expect(await alice.getByText('Offline.').count()).toBe(0)
    expect(standIn.taken.map(({ to, text }) => [to, text])).toEqual([
      ['+12025550123', 'one'],
      ['+12025550123', 'two'],
    ])
    await standIn.notify(standIn.taken[1]!, { kind: 'delivery', status: 'failed' })
    await bubble(alice, 'two').getByText('It could not be delivered.').waitFor()
  })

  it('a refusal says why, and the message can be sent again', async () => {
    await start()
    const alice = await open()
    await logIn(alice, { user: 'alice', password })
    await online(alice)
    await writeTo(alice, '12025550123')
    standIn.refuseWith(402)
    await say(alice, 'hello')
    await bubble(alice, 'hello').getByText('No credit left. (402)').waitFor()
    await picture(alice, 'phone-refused')
    standIn.refuseWith(undefined)
    await alice.emulateMedia({ colorScheme: 'dark' })
    await picture(alice, 'phone-dark')
    await alice.getByRole('button', { name: 'Send again' }).click()
    await bubble(alice, 'hello').getByLabel('Sent', { exact: true }).waitFor()
  })

  it('a conversation is deleted when it was asked for twice', async () => {
    await start()
    const alice = await open()
    await logIn(alice, { user: 'alice', password })
    await online(alice)
    await standIn.text('bob', 'alice', 'old')
    await alice.getByRole('link', { name: /bob/ }).click()
    await alice.getByRole('button', { name: 'Delete', exact: true }).click()
    await bubble(alice, 'old').waitFor()
    await alice.getByRole('button', { name: 'Delete all of it' }).click()
    await alice.getByText('Messages that you send or get are listed here.').waitFor()
  })

  it('a reload asks for the password, and the messages are still there', async () => {
    await start()
    const alice = await open()
    await logIn(alice, { user: 'alice', password })
    await online(alice)
    await standIn.text('bob', 'alice', 'keep me')
    await alice.getByRole('link', { name: /keep me/ }).waitFor()
    await alice.reload()
    expect(await alice.getByLabel('User').inputValue()).toBe('alice')
    expect(await alice.getByLabel('Password').inputValue()).toBe('')
    expect(await keptBy(alice)).not.toContain('ha1')
    await logIn(alice, { user: 'alice', password })
    await alice.getByRole('link', { name: /keep me/ }).waitFor()
  })

  it('who asked for it stays logged in, and is forgotten when he logs out', async () => {
    await start()
    const alice = await open()
    await logIn(alice, { user: 'alice', password, isRemembered: true })
    await online(alice)
    await alice.reload()
    await online(alice)
    const kept = await keptBy(alice)
    expect(kept).toContain('ha1')
    expect(kept).not.toContain(password)
    await standIn.text('bob', 'alice', 'forget me')
    await alice.getByRole('link', { name: /forget me/ }).waitFor()
    await alice.getByText('alice@').click()
    await picture(alice, 'phone-account')
    await alice.getByRole('button', { name: /^Log out and delete/ }).click()
    await alice.getByRole('button', { name: 'Log in' }).waitFor()
    // The switch is told, so that it keeps what comes.
    await expect.poll(() => standIn.text('bob', 'alice', 'anybody?')).toBe(0)
    expect(standIn.unregistered).toEqual(['alice'])
    await expect.poll(() => keptBy(alice)).not.toMatch(/ha1|forget me/)
  })

  it('a wrong password and a switch that is not there are told apart', async () => {
    await start()
    const alice = await open()
    await logIn(alice, { user: 'alice', password: 'guess' })
    await alice.getByText('The user or the password is wrong.').waitFor()
    await picture(alice, 'phone-wrong')
    await alice.getByLabel('Server').fill('ws://127.0.0.1:9')
    await logIn(alice, { user: 'alice', password })
    await alice.getByText('The switch cannot be reached.').waitFor()
    await alice.getByLabel('Server').fill('http://127.0.0.1:9')
    await logIn(alice, { user: 'alice', password })
    await alice.getByText('The server is a WebSocket address').waitFor()
  })

  it('a second tab takes the account over', async () => {
    await start()
    const alice = await open()
    await logIn(alice, { user: 'alice', password, isRemembered: true })
    await online(alice)
    const second = await alice.context().newPage()
    await second.goto(url)
    await online(second)
    await alice.getByText('The messages were opened in another tab.').waitFor()
    await expect.poll(() => standIn.text('bob', 'alice', 'once')).toBe(200)
    await second.getByRole('link', { name: /once/ }).waitFor()
    // They are one phone to the switch: what the first took back would be the registration of the second.
    expect(standIn.unregistered).toEqual([])
  })

  it('works by the keyboard alone', async () => {
    await start()
    const alice = await open()
    await alice.locator('input[name=user]:focus').waitFor()
    await alice.keyboard.type('alice')
    await alice.keyboard.press('Tab')
    await alice.keyboard.type(password)
    await alice.keyboard.press('Enter')
    await online(alice)
    await alice.getByRole('link', { name: 'New', exact: true }).focus()
    await alice.keyboard.press('Enter')
    await alice.locator('input[name=to]:focus').waitFor()
    await alice.keyboard.type('bob')
    await alice.keyboard.press('Enter')
    await alice.locator('textarea:focus').waitFor()
    await alice.keyboard.type('first')
    await alice.keyboard.press('Shift+Enter')
    await alice.keyboard.type('second')
    await alice.keyboard.press('Enter')
    await bubble(alice, 'second').getByLabel('Sent', { exact: true }).waitFor()
    expect(standIn.taken.map(({ text }) => text)).toEqual(['first\nsecond'])
  })
})

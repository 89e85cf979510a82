// Headless Chromium for tests, and what people do on the page.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

export type { Browser, Page }

/** @param executablePath Debian's; playwright-core brings no browser of its own */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--disable-gpu', '--disable-dev-shm-usage'] })
}

export const phoneSize = { width: 390, height: 844 } as const
export const deskSize = { width: 1100, height: 720 } as const

/** A browser of somebody's own: storage that nobody shares. Faults of the page end the test. */
export async function visitor(
  browser: Browser,
  faults: string[],
  viewport: { readonly width: number; readonly height: number } = phoneSize,
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport, locale: 'en-GB' })
  context.setDefaultTimeout(20_000)
  context.on('page', (page) => {
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (line) => {
      // The connection that a test takes away is told by the browser itself.
      if (line.type() === 'error' && !line.text().includes('WebSocket')) faults.push(line.text())
    })
  })
  return context
}

export interface WhoLogsIn {
  readonly user: string
  readonly password: string
  readonly isRemembered?: boolean
}

export async function logIn(page: Page, who: WhoLogsIn): Promise<void> {
  await page.getByLabel('User').fill(who.user)
  await page.getByLabel('Password').fill(who.password)
  if (who.isRemembered === true) await page.getByLabel('Stay logged in on this device').check()
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** Opens a conversation with somebody new. */
export async function writeTo(page: Page, to: string): Promise<void> {
  await page.goto(`${page.url().split('#', 1)[0]}#new`)
  await page.getByRole('textbox', { name: 'To', exact: true }).fill(to)
  await page.getByRole('button', { name: 'Next' }).click()
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Message to / }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

/** Keeps a picture of the page where the environment says so. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SOFTPHONE_PICTURES']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

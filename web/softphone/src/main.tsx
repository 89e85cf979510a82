// Starts the page: asks the daemon for its part, and draws.
import { render } from 'preact'
import { readPageConfig, type PageConfig } from './page-config.js'
import type { Storage } from './kept.js'
import { Page } from './view/page.js'

async function pageConfig(): Promise<PageConfig> {
  try {
    const answer = await fetch('./config.json', { signal: AbortSignal.timeout(5000) })
    return readPageConfig(await answer.json(), location.hostname)
  } catch {
    return readPageConfig({}, location.hostname)
  }
}

/** A browser may keep nothing for a page; then it is kept while the page is open. */
function pageStorage(): Storage {
  try {
    return window.localStorage
  } catch {
    const all = new Map<string, string>()
    return {
      getItem: (key) => all.get(key) ?? null,
      setItem: (key, value) => void all.set(key, value),
      removeItem: (key) => void all.delete(key),
    }
  }
}

const root = document.getElementById('page')
if (root !== null) {
  const config = await pageConfig()
  render(<Page config={config} storage={pageStorage()} />, root)
}

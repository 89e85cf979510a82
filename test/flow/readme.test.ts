// The README's section on pools of numbers, walked through as it stands.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { mainFile } from './daemon.js'
import { freePorts } from './free-ports.js'
import { startShell, walk } from './walk.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const title = '## Send from a pool of numbers'

it('a pool is made, sends, tells, and keeps to STOP', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-readme-'))
  const [smpp = '', admin = '', api = '', told = '', vendor = ''] = await freePorts(5)
  const shell = startShell(folder, { DEMO_VENDOR_PORT: vendor })
  onTestFinished(async () => {
    await shell.end()
    rmSync(folder, { recursive: true, force: true })
  })
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true })
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const from = readme.indexOf(title)
  expect(from).toBeGreaterThan(0)
  const section = join(folder, 'section.md')
  writeFileSync(section, readme.slice(from, readme.indexOf('\n## ', from + 1)))

  await walk(section, folder, shell, (commands) =>
    commands
      .replaceAll('node dist/main.js', `"${process.execPath}" "${mainFile}"`)
      .replaceAll(
        ' start --',
        ` start --set smpp.server.port=${smpp} --set admin.port=${admin} --set api.port=${api} --set vendor.reconnectMaxMs=500 --`,
      )
      .replaceAll(' sim vendor ', ` sim vendor --port ${vendor} `)
      .replaceAll('8780', api)
      .replaceAll('8790', told),
  )

  const callbacks = readFileSync(join(folder, 'data/callbacks.log'), 'utf8').trim().split('\n')
  expect(callbacks.map((line) => new URLSearchParams(line).get('Status'))).toEqual(['queued', 'sent', 'delivered'])
  expect(callbacks.at(-1)).toContain('From=14155550100')
})

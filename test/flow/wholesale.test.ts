// docs/wholesale.md, walked through as it stands: a customer known by its address, two vendors, their prices, one down, the books.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { mainFile } from './daemon.js'
import { freePorts } from './free-ports.js'
import { describes, startShell, stepsOf, walk } from './walk.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = join(root, 'docs/wholesale.md')
/** Of the page and of config/wholesale.yaml. */
const ports = { smpp: '2775', admin: '8775', vendors: ['2781', '2782', '2783', '2784'] }

it('comes out as the page says, with ports that are free here', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smswitch-walk-'))
  const shell = startShell(folder, { SMSWITCH_TOKEN: '' })
  onTestFinished(async () => {
    await shell.end()
    rmSync(folder, { recursive: true, force: true })
  })
  const [smpp = '', admin = '', ...vendors] = await freePorts(2 + ports.vendors.length)
  const withPorts = (text: string): string =>
    ports.vendors.reduce((text, port, i) => text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), vendors[i]!), text)
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true })
  const directory = join(folder, 'config/wholesale.yaml')
  writeFileSync(directory, withPorts(readFileSync(directory, 'utf8')))
  mkdirSync(join(folder, 'data/wholesale'), { recursive: true })

  await walk(page, folder, shell, (commands) =>
    withPorts(commands)
      // It is built already, and not in this folder.
      .replace('npm ci && npm run build', 'true')
      .replaceAll('node dist/main.js', `"${process.execPath}" "${mainFile}"`)
      .replaceAll(' start --', ` start --set smpp.server.port=${smpp} --set admin.port=${admin} --`)
      .replaceAll(' sim esme ', ` sim esme --port ${smpp} `)
      .replaceAll(/ customer (\w+) /g, ` customer $1 --url http://127.0.0.1:${admin} `)
      .replaceAll(`127.0.0.1:${ports.admin}`, `127.0.0.1:${admin}`),
  )

  const submits = (log: string): number =>
    readFileSync(join(folder, 'data/wholesale', log), 'utf8').split('submit_sm ').length - 1
  const [first, second] = [submits('north-1.log'), submits('north-2.log')]
  expect(first + second).toBe(30)
  expect(first).toBeGreaterThan(0)
  expect(submits('north-1-again.log') + submits('north-2-again.log')).toBe(2)
})

it('reads a page as it is meant', () => {
  const text = [
    'Prose.',
    '```sh',
    'a',
    'b',
    '```',
    'Wait until `f` says `x`,',
    '',
    '```text',
    'A … B',
    '```',
    '```yaml',
    'k: v',
    '```',
  ]
  expect(stepsOf(text.join('\n'))).toEqual([
    { kind: 'run', line: 3, commands: 'a\nb' },
    { kind: 'wait', line: 6, file: 'f', text: 'x' },
    { kind: 'shows', line: 9, text: 'A … B' },
  ])
  expect(describes('A … B\n…\nC', 'A 1 B\n2\n3\nC\n')).toBe(true)
  expect(describes('A … B\n…\nC', 'A 1 B\nC\n')).toBe(true)
  expect(describes('A … B\nC', 'A 1 B\n2\nC\n')).toBe(false)
  expect(describes('A', 'A\nB\n')).toBe(false)
})

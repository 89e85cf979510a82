// docs/http-api.md names each path of the HTTP API with its methods.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { defaultApiRate } from './api-ports.js'
import { ApiRig } from './server-rig.suite.js'

const text = readFileSync(join(import.meta.dirname, '../../../docs/http-api.md'), 'utf8')

it('has each path with its methods, and no other', async () => {
  const rig = await new ApiRig().start()
  const { body } = await rig.call('GET', '/openapi.json')
  await rig.stop()
  const paths = Object.entries(body['paths'] as Readonly<Record<string, object>>)
    .map(([path, methods]) => [path.replace('/v1/Account/{auth_id}', ''), Object.keys(methods)] as const)
    .filter(([path]) => !path.startsWith('/Media/'))
  const inCode = paths.map(
    ([path, methods]) =>
      `${path} ${methods
        .map((one) => one.toUpperCase())
        .sort()
        .join(', ')}`,
  )
  const inText = [...text.matchAll(/^\| `(\/[^`]+)` +\| ([A-Z, ]+?) +\|/gm)].map(
    ([, path, methods]) => `${path} ${methods!.split(', ').sort().join(', ')}`,
  )
  expect(inText.sort()).toEqual(inCode.sort())
})

it('says the rate', () => {
  expect(defaultApiRate).toEqual({ requests: 300, windowMs: 5_000 })
  expect(text).toContain('300 requests in any 5 seconds')
})

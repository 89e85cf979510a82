import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeDirectoryMistake } from '../../directory/mistake.js'
import { parseInventory } from './inventory-file.js'

const files: Readonly<Record<string, string>> = { 'secret.txt': 'from the file\nand more', 'ca.pem': 'a certificate' }

function parse(yaml: string, secret = '') {
  return parseInventory(yaml, 'i.yaml', {
    secret,
    readText: (path) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return text
    },
  })
}

const whole = `
name: acme
origin: https://api.example.com
headers: { x-key: '{secret}' }
search: { path: '/find', list: /data, offer: { number: /n } }
rent: { path: '/orders/{reference}' }
giveBack: { path: '/numbers/{number}' }
`

function optionsOf(yaml: string, secret?: string) {
  const parsed = parse(yaml, secret)
  if (parsed.kind === 'mistakes') throw new Error(parsed.mistakes.map(describeDirectoryMistake).join('\n'))
  return parsed.options
}

function mistakesOf(yaml: string): readonly string[] {
  const parsed = parse(yaml)
  return parsed.kind === 'mistakes' ? parsed.mistakes.map(describeDirectoryMistake) : []
}

describe('the file of a number provider', () => {
  it('has defaults for all that is not said', () => {
    expect(optionsOf(whole)).toMatchObject({
      ...{ name: 'acme', secret: '', maxConnections: 4, timeoutMs: 5000 },
      search: { method: 'GET', path: '/find', list: '/data' },
      rent: { method: 'POST', rentedStatuses: [] },
      giveBack: { method: 'DELETE', goneStatuses: [404, 410] },
      types: { local: 'local', tollfree: 'tollfree' },
      services: { sms: true, mms: false, voice: false },
    })
  })

  it('says how all is asked, with secrets from elsewhere', () => {
    const more = 'types: { local: geo }\nservices: { mms: true }\ncaFile: ca.pem\ntimeoutMs: 900\n'
    expect(optionsOf(`${whole}${more}secretFile: secret.txt`)).toMatchObject({
      ...{ secret: 'from the file', ca: 'a certificate', timeoutMs: 900 },
      types: { local: 'geo', mobile: 'mobile' },
      services: { sms: true, mms: true },
    })
    expect(optionsOf(whole, 'of the settings').secret).toBe('of the settings')
  })

  it.each([
    ['name: [', expect.arrayContaining([expect.stringContaining('expects valid YAML')])],
    [`${whole}more: 1`, [expect.stringContaining('i.yaml:8:1: more: expects')]],
    // Secrets come from the settings, which the environment may say, or a file.
    [`${whole}secretEnv: X`, [expect.stringContaining('i.yaml:8:1: secretEnv: expects')]],
    [whole.replace('https', 'http'), [expect.stringContaining('i.yaml:3:9: origin: expects')]],
    [
      whole.replace('/find', '/find?at={where}'),
      [expect.stringMatching(/^i\.yaml:5:9: search: expects of .*not \{where\}$/)],
    ],
    [whole.replace('{reference}', ''), [expect.stringContaining('i.yaml:6:7: rent: expects a {reference}')]],
    [whole.replace('/n }', 'n }'), [expect.stringContaining('search.offer.number: expects a JSON pointer')]],
    [`${whole}secretFile: no.txt`, ['i.yaml:8:13: secretFile: expects a file that can be read (ENOENT), not no.txt']],
    [`${whole}caFile: no.pem`, ['i.yaml:8:9: caFile: expects a file that can be read (ENOENT), not no.pem']],
  ])('%s', (yaml, expected) => {
    expect(mistakesOf(yaml)).toEqual(expected)
  })

  it('shows no secret in a mistake', () => {
    const wrong = whole.replace("'{secret}'", '"s3cret\\n"').replace('x-key', 'x.key')
    expect(mistakesOf(wrong)).toEqual([expect.stringContaining('headers.x.key: expects a header name')])
    expect(mistakesOf(wrong).join()).not.toContain('s3cret')
  })

  it('is as docs/http-api.md shows it', () => {
    const page = readFileSync(new URL('../../../docs/http-api.md', import.meta.url), 'utf8')
    const [, yaml = ''] = /```yaml\n(name: acme[^]*?)```/.exec(page) ?? []
    expect(optionsOf(yaml, 't')).toMatchObject({ secret: 't', rent: { rentedStatuses: [409] } })
  })
})

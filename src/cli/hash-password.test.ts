import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseDirectory } from '../directory/parse.js'
import { sipRow, sipUserOf, sipYaml, typedPassword } from './hash-password.js'

class Keyboard extends PassThrough {
  raw = false
  setRawMode(raw: boolean): void {
    this.raw = raw
  }
}

describe('typedPassword', () => {
  it('reads keys without showing them', async () => {
    const keyboard = new Keyboard()
    let shown = ''
    const typed = typedPassword(keyboard, { write: (text) => (shown += text) })
    expect(keyboard.raw).toBe(true)
    keyboard.write('sec')
    keyboard.write('x\x7fret\rmore')
    expect(await typed).toBe('secret')
    expect(shown).toBe('Password: \n')
    expect(keyboard.raw).toBe(false)
  })

  it('ends on Ctrl-C', async () => {
    const keyboard = new Keyboard()
    const typed = typedPassword(keyboard, { write: () => true })
    keyboard.write('abc\x03')
    await expect(typed).rejects.toThrow('interrupted')
    expect(keyboard.raw).toBe(false)
  })
})

describe('the secrets of a SIP user', () => {
  it('are those of RFC 7616', () => {
    // The example of RFC 2617 §3.5.
    const row = sipRow({ user: 'Mufasa', domain: 'testrealm@host.com' }, 'Circle Of Life')
    expect(row.sip.secrets.MD5).toBe('939e7578ed9e3c518a452acee763bce9')
    expect(row.sip.secrets['SHA-256']).toHaveLength(64)
  })

  it('fit a directory as they are printed', () => {
    const yaml = sipYaml(sipRow(sipUserOf("sip:o'neil@SIP.Example.com"), 'päss word'))
    const lines = yaml.split('\n').map((line) => `    ${line}`)
    const parsed = parseDirectory(`accounts:\n  - id: a\n${lines.join('\n')}\n`, 'd.yaml', {
      ...{ env: {}, readSecret: () => '', statusByName: () => undefined },
    })
    expect(parsed).toMatchObject({
      kind: 'directory',
      directory: { accounts: [{ domain: 'sip.example.com', sip: { user: "o'neil" } }] },
    })
    expect(parse(yaml)).toEqual(sipRow(sipUserOf("o'neil@sip.example.com"), 'päss word'))
  })

  it.each(['alice', '@sip.example.com', 'a:b@sip.example.com', 'alice@', 'alice@a b', 'a b@c'])(
    'are none for %s',
    (name) => expect(() => sipUserOf(name)).toThrow('--sip expects USER@DOMAIN'),
  )
})

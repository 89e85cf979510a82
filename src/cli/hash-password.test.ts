import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { typedPassword } from './hash-password.js'

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

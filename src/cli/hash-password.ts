// `smswitch hash-password`: makes the hash of a password for the directory. The password never comes by argv, where others see it.
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { hashPassword } from '../directory/password.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, type Output, type TextSink } from './output.js'

const options = {} as const satisfies CommandSpec['options']

const SALT_OCTETS = 16
const INPUT_MAX = 4096

/** SMPP 3.4 §5.2.2: a password has up to 8 characters; longer ones are common and work where both sides take them. */
export const hashPasswordCommand = {
  name: 'hash-password',
  summary: 'Reads a password (typed, or the first line of standard input) and prints its hash for the directory.',
  options,
  async run(_values: OptionValues<typeof options>, output: Output): Promise<number> {
    const { stdin } = process
    const password = stdin.isTTY ? await typedPassword(stdin, process.stderr) : firstLine(await wholeInput(stdin))
    if (password === '') throw new CommandFailure('noPassword', 'the password is empty')
    const hash = await hashPassword(password, randomBytes(SALT_OCTETS))
    output.print(hash, { hash })
    return exitCodes.done
  },
}

async function wholeInput(input: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of input as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > INPUT_MAX) throw new CommandFailure('noPassword', `the password has more than ${INPUT_MAX} octets`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

/** A terminal: its keys are read one by one and not shown. */
interface Keyboard extends Readable {
  setRawMode(raw: boolean): unknown
}

/** @throws CommandFailure on Ctrl-C */
export function typedPassword(keyboard: Keyboard, prompt: TextSink): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = ''
    const end = (outcome: () => void): void => {
      keyboard.off('data', onKeys)
      keyboard.setRawMode(false)
      keyboard.pause()
      prompt.write('\n')
      outcome()
    }
    const onKeys = (keys: Buffer): void => {
      for (const key of keys.toString('utf8')) {
        if (key === '\r' || key === '\n' || key === '\x04') return end(() => resolve(typed))
        if (key === '\x03') return end(() => reject(new CommandFailure('interrupted', 'interrupted')))
        if (key === '\x7f' || key === '\b') typed = typed.slice(0, -1)
        else if (key >= ' ') typed += key
      }
    }
    prompt.write('Password: ')
    keyboard.setRawMode(true)
    keyboard.on('data', onKeys)
  })
}

// `smswitch hash-password`: makes the hash of a password for the directory. The password never comes by argv, where others see it.
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { hashPassword } from '../directory/password.js'
import { isSipDomain, isSipUser } from '../directory/sip-columns.js'
import { digestAlgorithms, ha1Of, type DigestHash } from '../sip/index.js'
import type { CommandSpec, OptionValues } from './args.js'
import { CommandFailure, exitCodes, type Output, type TextSink } from './output.js'

const options = {
  sip: { kind: 'text', value: 'USER@DOMAIN', doc: 'for a SIP user: its secrets in place of the hash' },
} as const satisfies CommandSpec['options']

const SALT_OCTETS = 16
const INPUT_MAX = 4096

/** SMPP 3.4 §5.2.2: a password has up to 8 characters; longer ones are common and work where both sides take them. */
export const hashPasswordCommand = {
  name: 'hash-password',
  summary: 'Reads a password (typed, or the first line of standard input) and prints its hash for the directory.',
  options,
  async run(values: OptionValues<typeof options>, output: Output): Promise<number> {
    // Before the password is asked for.
    const user = values.sip === undefined ? undefined : sipUserOf(values.sip)
    const { stdin } = process
    const password = stdin.isTTY ? await typedPassword(stdin, process.stderr) : firstLine(await wholeInput(stdin))
    if (password === '') throw new CommandFailure('noPassword', 'the password is empty')
    if (user !== undefined) {
      const row = sipRow(user, password)
      output.print(sipYaml(row), row)
      return exitCodes.done
    }
    const hash = await hashPassword(password, randomBytes(SALT_OCTETS))
    output.print(hash, { hash })
    return exitCodes.done
  },
}

interface SipName {
  readonly user: string
  readonly domain: string
}

/** The columns of an account that say who may register. */
export interface SipRow {
  readonly domain: string
  readonly sip: { readonly user: string; readonly secrets: Readonly<Record<DigestHash, string>> }
}

/** @throws CommandFailure where it is no address that an account may have */
export function sipUserOf(address: string): SipName {
  const at = address.lastIndexOf('@')
  const user = address.slice(0, Math.max(at, 0)).replace(/^sips?:/, '')
  const domain = address.slice(at + 1).toLowerCase()
  if (at > 0 && isSipUser(user) && isSipDomain(domain)) return { user, domain }
  throw new CommandFailure('noSipUser', `--sip expects USER@DOMAIN such as alice@sip.example.com, not "${address}"`)
}

/** The password cannot be told from it, but in that domain it is worth as much. */
export function sipRow({ user, domain }: SipName, password: string): SipRow {
  const secrets = Object.fromEntries(
    [...digestAlgorithms].reverse().map((of) => [of, ha1Of(of, user, domain, password)]),
  ) as Record<DigestHash, string>
  return { domain, sip: { user, secrets } }
}

/** In quotes: hex may look like a number. */
export function sipYaml({ domain, sip }: SipRow): string {
  const secrets = Object.entries(sip.secrets).map(([of, secret]) => `    ${of}: '${secret}'`)
  return [`domain: ${domain}`, 'sip:', `  user: '${sip.user.replaceAll("'", "''")}'`, '  secrets:', ...secrets].join(
    '\n',
  )
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

// `smswitch api-credentials`: makes the auth id and the token of an account that uses the HTTP API.
import { randomInt } from 'node:crypto'
import { AUTH_ID_LENGTH, MAIN_PREFIX, SUB_PREFIX } from '../directory/api-columns.js'
import type { CommandSpec, OptionValues } from './args.js'
import { exitCodes, type Output } from './output.js'

const options = {
  main: { kind: 'text', value: 'ID', doc: 'for a sub-account of the account with this id' },
} as const satisfies CommandSpec['options']

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const DIGITS = '0123456789'
/** Some 238 bits of chance. */
const TOKEN_LENGTH = 40

export const apiCredentialsCommand = {
  name: 'api-credentials',
  summary: 'Makes the auth id and the token of an account that uses the HTTP API, for the directory.',
  options,
  run(values: OptionValues<typeof options>, output: Output): Promise<number> {
    const row = credentials(values.main)
    output.print(credentialsYaml(row), { ...row })
    return Promise.resolve(exitCodes.done)
  },
}

/** The columns of an account that say who uses the API as it. */
export interface CredentialsRow {
  readonly api: { readonly authId: string; readonly token: string; readonly main?: string }
}

/** @param main the id of the main account, for a sub-account */
export function credentials(main: string | undefined): CredentialsRow {
  const prefix = main === undefined ? MAIN_PREFIX : SUB_PREFIX
  const authId = prefix + chosen(CAPITALS + DIGITS, AUTH_ID_LENGTH - prefix.length)
  const token = chosen(CAPITALS + CAPITALS.toLowerCase() + DIGITS, TOKEN_LENGTH)
  return { api: { authId, token, ...(main !== undefined && { main }) } }
}

/** In quotes: what is made by chance may look like anything. */
export function credentialsYaml({ api: { authId, token, main } }: CredentialsRow): string {
  const lines = ['api:', `  authId: '${authId}'`, `  token: '${token}'`]
  return [...lines, ...(main === undefined ? [] : [`  main: '${main.replaceAll("'", "''")}'`])].join('\n')
}

function chosen(characters: string, length: number): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]!).join('')
}

// From the rows of a file to a directory: references, secrets, status names and prices, with every mistake found. No YAML here.

import type { ConnectionId, VendorId } from '../message/ids.js'
import type { Environment } from './substitute.js'
import { parsePasswordHash } from './password.js'
import { microsOf } from './price.js'
import type { AccountRow, ConnectionRow, DirectoryFile, PolicyRow } from './schema.js'
import type { Connection } from './snapshot.js'
import type { TextRow } from './text-columns.js'

export interface Rate {
  readonly prefix: string
  /** Millionths of the base currency per unit. */
  readonly price: number
}

export interface Tariff {
  readonly id: string
  readonly rates: readonly Rate[]
}

/** A connection as its row has it, but for references, secrets and status names. */
export interface ResolvedConnection
  extends
    Omit<ConnectionRow, 'id' | 'password' | 'passwordEnv' | 'passwordFile' | 'permanentCodes'>,
    Pick<Connection, 'id' | 'vendor' | 'password' | 'permanentCodes'> {}

/** A whole directory without mistakes, not compiled yet. Connections are in the order of the file. */
export interface Directory {
  readonly accounts: readonly AccountRow[]
  readonly connections: readonly ResolvedConnection[]
  readonly tariffs: readonly Tariff[]
  readonly policies: readonly PolicyRow[]
}

export interface Surroundings {
  /** For `${NAME}` and passwordEnv. */
  readonly env: Environment
  /** The content of a passwordFile; throws where it cannot be read. */
  readonly readSecret: (path: string) => string
  /** A command_status by its name, such as ESME_RMSGQFUL. */
  readonly statusByName: (name: string) => number | undefined
}

/** `value` is left out of what may hold a secret. */
export interface RowMistake {
  readonly pointer: string
  readonly value?: unknown
  readonly expected: string
}

/**
 * Resolves what could be read. Where `wrong` has the pointer of a field, that field was found wrong before and is skipped;
 * the result is whole only if neither this nor anything before it found a mistake.
 */
export function resolveDirectory(
  file: DirectoryFile,
  wrong: ReadonlySet<string>,
  surroundings: Surroundings,
): { readonly directory: Directory; readonly mistakes: readonly RowMistake[] } {
  const mistakes: RowMistake[] = []
  const isRight = (pointer: string): boolean => !wrong.has(pointer)
  const unique = (what: string) => {
    const seen = new Map<unknown, string>()
    return (value: unknown, pointer: string): void => {
      if (!isRight(pointer)) return
      const first = seen.get(value)
      if (first === undefined) seen.set(value, pointer)
      else mistakes.push({ pointer, value, expected: `${what} that is not used twice (first at ${dotted(first)})` })
    }
  }

  const accountId = unique('an id')
  const systemId = unique('a systemId')
  const number = unique('a number')
  for (const [account, at] of rows(file.accounts, '/accounts')) {
    accountId(account.id, `${at}/id`)
    systemId(account.systemId, `${at}/systemId`)
    for (const [index, owned] of listOf(account.numbers).entries()) number(owned, `${at}/numbers/${index}`)
    checkDataCodings(account, at, isRight, mistakes)
    if (isRight(`${at}/password`) && parsePasswordHash(account.password) === undefined) {
      const looksHashed = account.password.startsWith('scrypt$')
      const expected = `a ${looksHashed ? 'well-formed ' : ''}hash scrypt$N$r$p$salt$hash (make one with \`smswitch hash-password\`)`
      mistakes.push({
        pointer: `${at}/password`,
        expected: looksHashed ? expected : `${expected}, not a plain password`,
      })
    }
  }

  const tariffId = unique('an id')
  const tariffs: Tariff[] = []
  for (const [tariff, at] of rows(file.tariffs, '/tariffs')) {
    tariffId(tariff.id, `${at}/id`)
    const prefix = unique('a prefix')
    const rates: Rate[] = []
    for (const [rate, rateAt] of rows(tariff.rates, `${at}/rates`)) {
      prefix(rate.prefix, `${rateAt}/prefix`)
      if (isRight(`${rateAt}/price`)) rates.push({ prefix: rate.prefix, price: microsOf(rate.price) })
    }
    tariffs.push({ id: tariff.id, rates })
  }
  const tariffIds = new Set(tariffs.map((tariff) => tariff.id))

  const vendorId = unique('an id')
  const connectionId = unique('an id')
  const connections: ResolvedConnection[] = []
  for (const [vendor, vendorAt] of rows(file.vendors, '/vendors')) {
    vendorId(vendor.id, `${vendorAt}/id`)
    for (const [connection, at] of rows(vendor.connections, `${vendorAt}/connections`)) {
      connectionId(connection.id, `${at}/id`)
      if (isRight(`${at}/tariff`) && !tariffIds.has(connection.tariff))
        mistakes.push({ pointer: `${at}/tariff`, value: connection.tariff, expected: 'the id of a tariff' })
      checkDataCodings(connection, at, isRight, mistakes)
      const password = secretOf(connection, at, isRight, surroundings, mistakes)
      const codes = codesOf(connection, at, isRight, surroundings, mistakes)
      const resolved = {
        ...connection,
        id: connection.id as ConnectionId,
        vendor: vendor.id as VendorId,
        password,
        permanentCodes: codes,
      }
      delete resolved.passwordEnv
      delete resolved.passwordFile
      connections.push(resolved)
    }
  }
  const connectionIds = new Set<string>(connections.map((connection) => connection.id))

  const policyId = unique('an id')
  const policies: PolicyRow[] = []
  for (const [policy, at] of rows(file.policies, '/policies')) {
    policyId(policy.id, `${at}/id`)
    listOf(policy.routing?.connections).forEach((id, index) => {
      const pointer = `${at}/routing/connections/${index}`
      if (isRight(pointer) && !connectionIds.has(id as string))
        mistakes.push({ pointer, value: id, expected: 'the id of a connection' })
    })
    policies.push(policy)
  }

  const accounts = [...rows(file.accounts, '/accounts')].map(([account]) => account)
  return { directory: { accounts, connections, tariffs, policies }, mistakes }
}

function secretOf(
  connection: ConnectionRow,
  at: string,
  isRight: (pointer: string) => boolean,
  { env, readSecret }: Surroundings,
  mistakes: RowMistake[],
): string {
  const given = (['password', 'passwordEnv', 'passwordFile'] as const).filter((key) => connection[key] !== undefined)
  if (given.length !== 1) {
    // Where there are two, the second one is the place to point at.
    const pointer = given[1] === undefined ? at : `${at}/${given[1]}`
    mistakes.push({ pointer, expected: 'exactly one of password, passwordEnv and passwordFile' })
    return ''
  }
  const [key] = given as ['password' | 'passwordEnv' | 'passwordFile']
  const pointer = `${at}/${key}`
  const value = connection[key]
  if (!isRight(pointer) || value === undefined) return ''
  if (key === 'password') return value
  if (key === 'passwordEnv') {
    const secret = Object.hasOwn(env, value) ? env[value] : undefined
    if (secret === undefined)
      mistakes.push({ pointer, value, expected: 'the name of an environment variable that is set' })
    return secret ?? ''
  }
  try {
    return readSecret(value).split(/\r?\n/, 1)[0] ?? ''
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    mistakes.push({ pointer, value, expected: `a file that can be read (${why})` })
    return ''
  }
}

/** A value may be written in decimal and in hex: it means one thing all the same. */
function checkDataCodings(
  { text }: { readonly text: TextRow },
  at: string,
  isRight: (pointer: string) => boolean,
  mistakes: RowMistake[],
): void {
  const given: unknown = text?.dataCodings
  if (typeof given !== 'object' || given === null) return
  const seen = new Map<number, string>()
  for (const key of Object.keys(given)) {
    const pointer = `${at}/text/dataCodings/${key}`
    const value = Number(key)
    // What is no number is told by the schema.
    if (Number.isNaN(value) || !isRight(pointer)) continue
    const first = seen.get(value)
    if (first === undefined) seen.set(value, key)
    else mistakes.push({ pointer, value: key, expected: `a value that is not given twice (first as ${first})` })
  }
}

function codesOf(
  connection: ConnectionRow,
  at: string,
  isRight: (pointer: string) => boolean,
  { statusByName }: Surroundings,
  mistakes: RowMistake[],
): ReadonlySet<number> {
  const codes = new Set<number>()
  listOf(connection.permanentCodes).forEach((code, index) => {
    const pointer = `${at}/permanentCodes/${index}`
    if (!isRight(pointer)) return
    const number = typeof code === 'string' ? statusByName(code) : (code as number)
    if (number === undefined || number === 0)
      mistakes.push({
        pointer,
        value: code,
        expected: 'the name or number of an error status, such as ESME_RINVSRCTON or 0x400',
      })
    else codes.add(number)
  })
  return codes
}

/** A list's entries, none where something else stands. */
function listOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : []
}

/** The entries of a list that are mappings, whatever stands there: the schema's mistakes are told elsewhere. */
function* rows<T extends object>(list: readonly T[], at: string): Generator<readonly [row: T, pointer: string]> {
  if (!Array.isArray(list)) return
  const entries: readonly unknown[] = list
  for (const [index, entry] of entries.entries())
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) yield [entry as T, `${at}/${index}`]
}

/** `/vendors/0/id` → `vendors[0].id`. */
export function dotted(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, step) => (/^[0-9]+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`), '')
}

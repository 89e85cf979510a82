// Vendors' connections with their secrets, status names and references resolved; every mistake in them told.

import type { ConnectionId, VendorId } from '../message/ids.js'
import { mergeRanges, type AddressRange } from '../lib/cidr.js'
import { listOf, ROWS_SLICE, rows, type Resolving } from './resolving.js'
import type { AccountRow, ConnectionRow, DirectoryFile } from './schema.js'
import { secretOf } from './secret-of.js'
import { checkPeerOverlaps, checkType, peerRanges, type PeerRange } from './sip-peers.js'
import type { Connection } from './snapshot.js'
import type { TextRow } from './text-columns.js'

/** A connection as its row has it, but for references, secrets and status names. */
export interface ResolvedConnection
  extends
    Omit<ConnectionRow, 'id' | 'port' | 'systemId' | 'password' | 'passwordEnv' | 'passwordFile' | 'permanentCodes'>,
    Pick<Connection, 'id' | 'vendor' | 'port' | 'systemId' | 'password' | 'permanentCodes'> {
  /** Whence the messages of a SIP peer come; left out: none do. */
  readonly peers?: readonly AddressRange[]
}

/** What SMPP is spoken on unless said otherwise. */
const SMPP_PORT = 2775

/** Those of all vendors, in the order of the file. Works in slices. */
export function* resolveConnections(
  file: DirectoryFile,
  known: { readonly tariffs: ReadonlySet<string>; readonly accounts: readonly AccountRow[] },
  resolving: Resolving,
): Generator<void, ResolvedConnection[]> {
  const vendorId = resolving.unique('an id')
  const connectionId = resolving.unique('an id')
  const connections: ResolvedConnection[] = []
  const ranges: PeerRange[] = []
  let accounts: ReadonlySet<string> | undefined
  for (const [vendor, vendorAt] of rows(file.vendors, '/vendors')) {
    vendorId(vendor.id, `${vendorAt}/id`)
    for (const [connection, at] of rows(vendor.connections, `${vendorAt}/connections`)) {
      connectionId(connection.id, `${at}/id`)
      if (resolving.isRight(`${at}/tariff`))
        resolving.refer(connection.tariff, `${at}/tariff`, known.tariffs, 'a tariff')
      if (connection.account !== undefined) {
        // Made for the few connections that name one: there may be many accounts.
        accounts ??= new Set(known.accounts.map(({ id }) => id))
        resolving.refer(connection.account, `${at}/account`, accounts, 'an account')
      }
      checkType(connection, at, resolving)
      const peers = peerRanges(connection, at, resolving)
      ranges.push(...peers)
      checkDataCodings(connection, at, resolving)
      checkNetworkNames(connection, at, resolving)
      resolving.checkDialing(connection.translations, `${at}/translations`)
      if (connection.settleOn === 'receipt' && connection.requestReceipt === 'never')
        resolving.mistakes.push({
          pointer: `${at}/settleOn`,
          value: 'receipt',
          expected: 'answer where requestReceipt is never: no receipt would come',
        })
      const resolved = {
        ...connection,
        id: connection.id as ConnectionId,
        vendor: vendor.id as VendorId,
        port: connection.port ?? (connection.type === 'sip' ? 0 : SMPP_PORT),
        systemId: connection.systemId ?? '',
        ...(peers.length === 0 ? {} : { peers: mergeRanges(peers) }),
        password: passwordOf(connection, at, resolving),
        permanentCodes: codesOf(connection, at, resolving),
      }
      delete resolved.passwordEnv
      delete resolved.passwordFile
      if (connections.push(resolved) % ROWS_SLICE === 0) yield
    }
  }
  checkPeerOverlaps(ranges, resolving)
  return connections
}

const columns = { plain: 'password', env: 'passwordEnv', file: 'passwordFile' } as const

function passwordOf(connection: ConnectionRow, at: string, resolving: Resolving): string {
  const isGiven = Object.values(columns).some((column) => connection[column] !== undefined)
  // A SIP peer that has never challenged us knows us by our address.
  if (!isGiven && connection.type === 'sip' && connection.sip?.username === undefined) return ''
  return secretOf(connection, columns, at, resolving)?.secret ?? ''
}

/** A value may be written in decimal and in hex: it means one thing all the same. */
export function checkDataCodings(
  { text }: { readonly text: TextRow },
  at: string,
  { isRight, mistakes }: Resolving,
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

/** Case does not count: two that differ in nothing else are one. */
function checkNetworkNames({ networkTlv }: ConnectionRow, at: string, { isRight, mistakes }: Resolving): void {
  const given: unknown = networkTlv?.names
  if (typeof given !== 'object' || given === null) return
  const seen = new Map<string, string>()
  for (const name of Object.keys(given)) {
    const pointer = `${at}/networkTlv/names/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (!isRight(pointer)) continue
    const first = seen.get(name.toLowerCase())
    if (first === undefined) seen.set(name.toLowerCase(), name)
    else mistakes.push({ pointer, value: name, expected: `a name that is not given twice (first as ${first})` })
  }
}

function codesOf(
  connection: ConnectionRow,
  at: string,
  { isRight, mistakes, surroundings: { statusByName } }: Resolving,
): ReadonlySet<number> {
  const codes = new Set<number>()
  listOf(connection.permanentCodes).forEach((code, index) => {
    const pointer = `${at}/permanentCodes/${index}`
    if (!isRight(pointer)) return
    if (connection.type === 'sip') {
      if (typeof code === 'number' && code >= 300 && code <= 699) codes.add(code)
      else mistakes.push({ pointer, value: code, expected: 'a SIP status from 300 to 699, such as 404' })
      return
    }
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

// Connections to SIP peers: which columns they have no use for, what they need beyond those of SMPP. It resolves no secret.

import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { parseIp, parseRange, sortRanges, type Ranged } from '../lib/cidr.js'
import { dotted, listOf, type Resolving } from './resolving.js'
import { CIDR_EXPECTED, expectedOf } from './columns.js'
import { ConnectionRow } from './schema.js'

const SPOKEN = 'nothing: it says how SMPP is spoken, and the connection is of type sip'
const NO_RECEIPTS = 'nothing: SIP peers send no receipts, and their answer is all that is known'

/** What is said of binds, PDUs and codings: a SIP peer has none of them. */
const smppColumns = [
  'bindMode',
  'binds',
  'systemId',
  'systemType',
  'addressRange',
  'addressTon',
  'addressNpi',
  'interfaceVersion',
  'sourceAddress',
  'destinationAddress',
  'serviceType',
  'receiptIds',
  'segmentReceipts',
  'multipart',
  'text',
  'longMessage',
  'languages',
  'transliterate',
] as const satisfies readonly (keyof ConnectionRow)[]

const receiptColumns = [
  'requestReceipt',
  'networkTlv',
  'waitReceiptMs',
  'settleOn',
  'receiptTimeoutMs',
  'onReceiptTimeout',
] as const satisfies readonly (keyof ConnectionRow)[]

/** Defaults are filled in by then, so what says the same as its default passes: it changes nothing. */
const unsaid = [
  ...smppColumns.map((column) => [column, usualOf(column), SPOKEN] as const),
  ...receiptColumns.map((column) => [column, usualOf(column), NO_RECEIPTS] as const),
]

function usualOf(column: keyof ConnectionRow): string {
  const schema = ConnectionRow.properties[column] as TSchema
  return JSON.stringify(Value.Default(schema, undefined))
}

/** A range of addresses with where it stands. */
export type PeerRange = Ranged<{ readonly connection: string; readonly pointer: string; readonly text: string }>

/** What goes only with the type of the connection. */
export function checkType(connection: ConnectionRow, at: string, resolving: Resolving): void {
  const { isRight, mistakes } = resolving
  if (!isRight(`${at}/type`)) return
  if (connection.type !== 'sip') {
    if (connection.systemId === undefined && isRight(`${at}/systemId`)) {
      const expected = `${expectedOf(ConnectionRow.properties.systemId)}; it is missing`
      mistakes.push({ pointer: `${at}/systemId`, expected })
    }
    if (connection.sip !== undefined)
      mistakes.push({ pointer: `${at}/sip`, expected: 'nothing: the connection is not of type sip' })
    return
  }
  for (const [column, usual, expected] of unsaid) {
    const pointer = `${at}/${column}`
    if (!resolving.isWhollyRight(pointer) || JSON.stringify(connection[column]) === usual) continue
    mistakes.push({ pointer, expected })
  }
  if (connection.onUnanswered === 'waitReceipt' && isRight(`${at}/onUnanswered`))
    mistakes.push({
      pointer: `${at}/onUnanswered`,
      value: connection.onUnanswered,
      expected: 'resend or fail: SIP peers send no receipts',
    })
  const { username } = connection.sip ?? {}
  const secret = (['password', 'passwordEnv', 'passwordFile'] as const).find((key) => connection[key] !== undefined)
  if (username === undefined && secret !== undefined)
    mistakes.push({ pointer: `${at}/${secret}`, expected: 'sip.username, whose password it is' })
}

/** The ranges that messages of a SIP connection come from, with every mistake in them told. */
export function peerRanges(connection: ConnectionRow, at: string, resolving: Resolving): PeerRange[] {
  const { isRight, mistakes } = resolving
  const { id } = connection
  if (connection.type !== 'sip' || connection.direction === 'to' || !isRight(`${at}/direction`)) return []
  const given = connection.sip?.addresses
  if (given === undefined) {
    const range = parseIp(connection.host) === undefined ? undefined : parseRange(connection.host)
    if (range !== undefined)
      return [{ ...range, value: { connection: id, pointer: `${at}/host`, text: connection.host } }]
    if (isRight(`${at}/sip`) && isRight(`${at}/sip/addresses`) && isRight(`${at}/host`))
      mistakes.push({
        pointer: at,
        expected: 'sip.addresses, whence its messages come, where host is no IP address; or direction: to',
      })
    return []
  }
  return listOf(given).flatMap((text, index) => {
    const pointer = `${at}/sip/addresses/${index}`
    if (!isRight(pointer)) return []
    const range = parseRange(text as string)
    if (range !== undefined) return [{ ...range, value: { connection: id, pointer, text: text as string } }]
    mistakes.push({ pointer, value: text, expected: CIDR_EXPECTED })
    return []
  })
}

/** An address must say whose messages come from it. */
export function checkPeerOverlaps(ranges: readonly PeerRange[], { mistakes }: Resolving): void {
  const order = new Map(ranges.map((range, index) => [range.value, index]))
  let widest: PeerRange | undefined
  for (const range of sortRanges(ranges)) {
    if (widest !== undefined && range.first <= widest.last && widest.value.connection !== range.value.connection) {
      // Told of the one that stands later.
      const pair = [widest.value, range.value].sort((a, b) => order.get(a)! - order.get(b)!)
      const [first, second] = pair as [PeerRange['value'], PeerRange['value']]
      const expected = `addresses that no other SIP connection has (${first.text} at ${dotted(first.pointer)}), or direction: to`
      mistakes.push({ pointer: second.pointer, value: second.text, expected })
    }
    if (widest === undefined || range.last > widest.last) widest = range
  }
}

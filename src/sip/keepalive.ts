// Keepalives of RFC 5626 §4.4, §5.4: which bytes are no message, and what they are answered. Pure.
import { isIPv4 } from 'node:net'
import type { Peer } from './flow.js'

/** The pong of a connection: one line end to the two of a ping. */
export const pong: Uint8Array = Buffer.from('\r\n')

const bindingRequest = 0x0001
const bindingSuccess = 0x0101
const bindingIndication = 0x0011
const xorMappedAddress = 0x0020
const magicCookie = 0x2112a442
const stunHeadBytes = 20
/** No keepalive of any phone is longer, and no SIP message is shorter. */
const longestBlank = 8

/**
 * What a datagram is, if it is no SIP message: bytes to answer a STUN binding request with, `silence` for what only keeps
 * a NAT open (line ends, zero octets, STUN of other kinds); undefined for what may be a message.
 */
export function datagramKeepalive(bytes: Buffer, source: Peer): Buffer | 'silence' | undefined {
  const first = bytes[0]
  // A SIP message begins with a letter, STUN with two zero bits and 0 or 1 after them (RFC 5389 §6).
  if (first === undefined) return 'silence'
  if (first > 32) return undefined
  if (first < 2 && bytes.length >= stunHeadBytes) return stunAnswer(bytes, source) ?? 'silence'
  // Line ends may stand before a message too (RFC 3261 §7.5).
  return bytes.length <= longestBlank ? 'silence' : undefined
}

/** A binding success response with XOR-MAPPED-ADDRESS (RFC 5389 §7.3.1, §15.2); undefined if nothing is to be said. */
function stunAnswer(request: Buffer, source: Peer): Buffer | undefined {
  const type = request.readUInt16BE(0)
  const length = request.readUInt16BE(2)
  if (type === bindingIndication || type !== bindingRequest) return undefined
  if (request.readUInt32BE(4) !== magicCookie || length + stunHeadBytes !== request.length) return undefined
  const address = isIPv4(source.address) ? ipv4Bytes(source.address) : ipv6Bytes(source.address)
  if (address === undefined) return undefined
  const answer = Buffer.alloc(stunHeadBytes + 8 + address.length)
  answer.writeUInt16BE(bindingSuccess, 0)
  answer.writeUInt16BE(8 + address.length, 2)
  request.copy(answer, 4, 4, stunHeadBytes)
  answer.writeUInt16BE(xorMappedAddress, 20)
  answer.writeUInt16BE(4 + address.length, 22)
  answer[25] = address.length === 4 ? 1 : 2
  answer.writeUInt16BE(source.port ^ (magicCookie >>> 16), 26)
  // The cookie and the transaction id stand in one row: so do the octets that the address is mixed with.
  for (let i = 0; i < address.length; i++) answer[28 + i] = (address[i] as number) ^ (request[4 + i] as number)
  return answer
}

function ipv4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number)
}

/** The 16 octets of an IPv6 address as sockets print it; undefined for what is none. */
function ipv6Bytes(address: string): Uint8Array | undefined {
  const zone = address.indexOf('%')
  const [left = '', right] = (zone < 0 ? address : address.slice(0, zone)).split('::')
  const front = groups(left)
  const back = right === undefined ? [] : groups(right)
  const missing = 8 - front.length - back.length
  if (missing < 0 || (right === undefined && missing !== 0)) return undefined
  const bytes = new Uint8Array(16)
  const all = [...front, ...new Array<number>(missing).fill(0), ...back]
  all.forEach((group, i) => {
    bytes[2 * i] = group >> 8
    bytes[2 * i + 1] = group & 255
  })
  return bytes
}

/** The 16-bit groups of a part of an address, a dotted quad at its end among them. */
function groups(part: string): number[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (group.indexOf('.') < 0) return [parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}

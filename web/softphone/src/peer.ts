// Who is at the other end: a number or a user, from what was typed or what a request said. Pure.

/** The domains that addresses without one belong to. */
export interface Domains {
  /** Of the user himself. */
  readonly own: string
  /** Where numbers are sent to. */
  readonly numbers: string
}

export interface Peer {
  /** One for each conversation: the same number is the same peer in whatever domain. */
  readonly key: string
  /** Where messages to him go. */
  readonly uri: string
  readonly title: string
}

const hostPattern = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i
const userPattern = /^[A-Za-z0-9_.!~*'+-]{1,64}$/
const numberPattern = /^\+?\d{2,20}$/

/** Whether a name can be the domain of an address. */
export function isDomain(text: string): boolean {
  return text.length <= 253 && hostPattern.test(text)
}

export function isUser(text: string): boolean {
  return userPattern.test(text)
}

/** What somebody typed: a number as people write it, a name, or name@domain. Undefined: none of them. */
export function typedPeer(text: string, domains: Domains): Peer | undefined {
  const typed = text.trim().replace(/^(?:sip|sips|tel):/i, '')
  const at = typed.lastIndexOf('@')
  if (at >= 0) {
    const [user, host] = [typed.slice(0, at), typed.slice(at + 1).toLowerCase()]
    return isUser(user) && isDomain(host) ? peerAt(user, host, domains) : undefined
  }
  const number = typed.replace(/[\s()./-]/g, '')
  if (numberPattern.test(number)) return peerAt(number, domains.numbers, domains)
  return isUser(typed) ? peerAt(typed, domains.own, domains) : undefined
}

/**
 * Whom a request came from.
 *
 * @param user of the From, without escapes
 */
export function heardPeer(user: string, host: string, domains: Domains): Peer {
  const from = host.toLowerCase()
  // A number of our own domain came from the network: the way back is that of numbers.
  const way = numberPattern.test(user) && from === domains.own.toLowerCase() ? domains.numbers : from
  return peerAt(user === '' ? 'anonymous' : user, way, domains)
}

function peerAt(user: string, host: string, domains: Domains): Peer {
  const uri = `sip:${escapedUser(user)}@${host}`
  if (numberPattern.test(user)) return { key: `n${user.replace('+', '')}`, uri, title: user }
  const isOwn = host.toLowerCase() === domains.own.toLowerCase()
  return { key: `u${user}@${host.toLowerCase()}`, uri, title: isOwn ? user : `${user}@${host}` }
}

/** RFC 3261 §25.1: what a user part may not have as it is. */
function escapedUser(user: string): string {
  return encodeURIComponent(user).replace(/%(2B|26|3D|24|2C|3B|3F|2F)/g, (code) => decodeURIComponent(code))
}

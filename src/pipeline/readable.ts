// A peer's content in the switch's own coding, or the failure that says why nobody can read it. It joins and cuts nothing.

import type { Failure } from '../message/failure.js'
import type { Content } from '../message/message.js'
import type { PeerText, Unreadable } from '../text/decode.js'
import { toStandard } from '../text/standard.js'

/** The same object where the peer codes as the switch does. Of a whole message, or of a part that is to go by itself. */
export function readable(content: Content, peer: PeerText): Content | Failure {
  const standard = toStandard(content, peer)
  return standard !== content && 'kind' in standard ? unreadable(standard, content.dataCoding) : standard
}

export function unreadable(why: Unreadable, dataCoding: number): Failure {
  if (why.kind === 'malformed') {
    return { reason: 'invalidContent', cause: `the user data header is malformed: ${why.why}` }
  }
  return { reason: 'unreadableText', cause: `data_coding 0x${dataCoding.toString(16).padStart(2, '0')} is ${why.why}` }
}

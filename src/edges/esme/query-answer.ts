// The answer to a query_sm (SMPP 3.4 §4.8.2): what is known of a message, in the wire's fields.

import { messageStates } from '../../message/state.js'
import { stateForVersion } from '../../receipts/appendix-b.js'
import { absoluteSmppTime, type ResponseFields } from '../../smpp/index.js'
import type { KnownState } from './recent-states.js'

/** @param interfaceVersion of the session that asks, such as 0x34 */
export function queryAnswer(id: string, known: KnownState, interfaceVersion: number): ResponseFields<'query_sm'> {
  const { state, error, doneAtMs } = known
  return {
    message_id: id,
    // Empty until there is one (SMPP 3.4 §4.8.2).
    final_date: doneAtMs < 0 ? '' : absoluteSmppTime(doneAtMs),
    message_state: messageStates[stateForVersion(state, interfaceVersion)].code,
    error_code: errorCode(error),
  }
}

/** The field is one octet and has no word for what does not fit it: 0. */
function errorCode(error: string): number {
  const code = /^\d+$/.test(error) ? Number(error) : 0
  return code <= 0xff ? code : 0
}

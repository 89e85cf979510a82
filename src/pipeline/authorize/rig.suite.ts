// For tests of what does not concern money: the ports of the stages that authorize and accept, over empty books. No expectations.

import { Books } from '../../money/books.js'
import type { AcceptPorts } from '../accept/accept.js'
import type { AuthorizePorts } from './authorize.js'
import { BillMemory } from './bill-memory.js'

export function authorizing(books = new Books([], [])): AuthorizePorts & Pick<AcceptPorts, 'held'> {
  return {
    books,
    bills: new BillMemory(),
    authorized: { onReserved: () => undefined, onRefused: () => undefined },
    held: () => undefined,
  }
}

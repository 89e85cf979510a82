// For tests of what does not concern money: the ports of the stage that authorizes, over empty books. No expectations.

import { Books } from '../../money/books.js'
import type { AuthorizePorts } from './authorize.js'
import { BillMemory } from './bill-memory.js'

export function authorizing(books = new Books([], [])): AuthorizePorts {
  return { books, bills: new BillMemory(), authorized: { onHeld: () => undefined, onRefused: () => undefined } }
}

// For tests: what the API needs of the switch beside its directory, over a store in memory. No expectations.

import type { Snapshot } from '../directory/snapshot.js'
import { Books } from '../money/books.js'
import { anchorAt } from '../store/conformance-rows.suite.js'
import type { Recorder } from '../store/contracts/recorder.js'
import type { StoreError } from '../store/contracts/store.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import type { ApiOptions } from './api.js'

export const RIG_NOW_MS = Date.UTC(2027, 0, 31, 12)

export const rigPauses = {
  nowMs: () => performance.now(),
  sliceMs: 5,
  pause: () => new Promise<void>(setImmediate),
}

/** Each unit is a commit of its own. */
export function committing(store: MemoryStore): Pick<Recorder, 'offer'> {
  return {
    offer: (unit, listener) =>
      void store.commit([unit], anchorAt(1)).then(
        () => listener.durable(unit),
        (error: unknown) => listener.refused(unit, error as StoreError),
      ),
  }
}

export function rigOf(
  directory: () => Snapshot,
  store = new MemoryStore(),
  recordFolder = '/nowhere',
): Pick<ApiOptions, 'money' | 'route' | 'pauses'> {
  return {
    money: {
      ...{ books: new Books([], []), store: store.books, recorder: committing(store), directory, recordFolder },
      wallMs: () => RIG_NOW_MS,
    },
    route: { standingOf: () => 'ready' },
    pauses: rigPauses,
  }
}

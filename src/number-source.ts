// Where numbers are rented: the operator's own, and behind them those of the provider that a file names. Belongs to the composition root.

import { randomUUID } from 'node:crypto'
import type { ApiInstruments } from './api-instruments.js'
import { HttpInventory, type HttpInventoryPorts } from './edges/api/inventory-http.js'
import { ownNumbers } from './edges/api/inventory-own.js'
import { ownThenProvider } from './edges/api/inventory-several.js'
import type { NumberSource } from './edges/api/inventory.js'
import type { PowerpackChanges } from './edges/api/powerpack-changes.js'
import type { NumberProvider } from './number-provider.js'

export interface NumberSourcePorts extends Omit<HttpInventoryPorts, 'uuid' | 'onFailure'> {
  readonly provider: NumberProvider
  readonly changes: Pick<PowerpackChanges, 'make'>
  readonly instruments: Pick<ApiInstruments, 'inventory'>
}

export interface TiedNumberSource {
  readonly source: NumberSource
  /** Undefined where there is none. */
  readonly provider: Pick<HttpInventory, 'source' | 'judgeReturn'> | undefined
  /** To be called every second or so: what a run before this one rented for nobody goes back. Never rejects. */
  readonly step: () => Promise<void>
  readonly close: () => void
}

/** What may be rented for nobody is looked at after the start, and again after so long, ms. */
const AGAIN_MS = 3_600_000

/** @throws Error where the file is not right any more, which was looked at before */
export function tieNumberSource(ports: NumberSourcePorts): TiedNumberSource {
  const { provider, changes, instruments, ...rest } = ports
  const own = ownNumbers(rest.book)
  if (provider.kind === 'none')
    return { source: own, provider: undefined, step: () => Promise.resolve(), close: () => undefined }
  if (provider.kind !== 'read') throw new Error('the file of the number provider has changed and is not right any more')
  const { inventory: events } = instruments
  const theirs = new HttpInventory(provider.options, { ...rest, uuid: randomUUID, onFailure: events.failed })
  let nextMs = -Infinity
  return {
    source: ownThenProvider(rest.book, own, theirs),
    provider: theirs,
    async step() {
      const nowMs = rest.nowMs()
      if (nowMs < nextMs) return
      nextMs = nowMs + AGAIN_MS
      try {
        const left = await theirs.recover(changes)
        if (left > 0) events.unclear(left, AGAIN_MS)
      } catch (error) {
        events.failed('giveBack', error instanceof Error ? error.message : String(error))
      }
    },
    close: () => theirs.close(),
  }
}

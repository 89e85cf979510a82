// The numbers of pools as the core and the pipeline use them: who chooses, when who sent it is told on the way, whose number it is.
// Belongs to the composition root.

import type { ApiInstruments } from './api-instruments.js'
import type { Config } from './config/settings.js'
import type { Core, CorePorts } from './core.js'
import { API_ECHO } from './edges/api/message-submission.js'
import { echoOf } from './message/echo.js'
import type { PoolsOfPipeline } from './message-ways.js'
import { Senders } from './pipeline/sender/sender.js'
import { poolSenders } from './pool-senders.js'
import { NOBODY } from './powerpack/stock.js'
import type { Powerpacks } from './powerpack/powerpacks.js'

export interface TiedPoolsPorts {
  readonly config: Config
  readonly powerpacks: Powerpacks
  readonly instruments: Pick<ApiInstruments, 'counted' | 'countedAgain'>
  /** Switch time, ms. */
  readonly nowMs: () => number
  readonly wallMs: () => number
}

export interface TiedPools {
  readonly ofCore: Required<Pick<CorePorts, 'senders' | 'tellsTaken'>>
  readonly ofPipeline: (dispatcher: Pick<Core['dispatcher'], 'waitingFrom'>) => PoolsOfPipeline
  /** What is owed to the store since choices were taken back, and no message took along: to be called every second or so. */
  readonly keepOwed: (recorder: Pick<Core['recorder'], 'recordLazily'>) => void
}

/** Rows of one unit. */
const OWED_AT_ONCE = 500
const ignored = { durable: (): void => undefined }

export function tiePools({ config, powerpacks, instruments, nowMs, wallMs }: TiedPoolsPorts): TiedPools {
  const chance = Math.random
  const choose: Powerpacks['choose'] = (...wanted) => powerpacks.choose(...wanted)
  return {
    ofCore: {
      senders: poolSenders({
        powerpacks: {
          choose: instruments.countedAgain(choose),
          standing: (...asked) => powerpacks.standing(...asked),
          hasOptedOut: (number, phone) => powerpacks.hasOptedOut(number, phone),
          perSecond: (number) => powerpacks.perSecond(number),
        },
        ...{ chance, nowMs, wallMs },
      }),
      tellsTaken: ({ tlvs }) => tlvs.length > 0 && echoOf(tlvs) === API_ECHO,
    },
    ofPipeline: (dispatcher) => ({
      senders: new Senders(
        {
          powerpacks: {
            book: powerpacks.book,
            choose: instruments.counted(choose),
            named: (...asked) => powerpacks.named(...asked),
            undo: (chosen) => powerpacks.undo(chosen),
          },
          chance,
          waiting: (number) => dispatcher.waitingFrom(number),
        },
        { maxQueued: config.powerpack.maxQueuedPerNumber },
      ),
      renterOf: (called) => {
        const account = powerpacks.book.numbers.get(called)?.account
        return account === NOBODY ? undefined : account
      },
      hasOptedOut: (source, destination) => powerpacks.hasOptedOut(source, destination),
    }),
    keepOwed: (recorder) => {
      const rows = powerpacks.owed(OWED_AT_ONCE)
      if (rows.length > 0) recorder.recordLazily({ kind: 'kept', rows, fact: true }, ignored)
    },
  }
}

// Events of the catalogue → one JSON line each, by pino. Nothing logs a free text.
import { pino, type DestinationStream } from 'pino'
import { eventCatalogue, type EventFields, type EventName } from './event-catalogue.js'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** The one way to log. */
export interface Log {
  /** Writes the event with its level and message from the catalogue; an unwanted level costs a comparison. */
  event<Name extends EventName>(name: Name, fields: EventFields<Name>): void
  /** Writes out what is buffered; before the process ends. */
  flush(): void
}

export interface LogOptions {
  readonly level: LogLevel
  /** Where lines go; standard output, buffered for a moment, when missing. */
  readonly destination?: DestinationStream
}

export function createLog(options: LogOptions): Log {
  // Asynchronous, so that a slow reader of our output does not stop the switch; flushed at least each second.
  const buffered =
    options.destination === undefined
      ? pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 1000 })
      : undefined
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      errorKey: 'error',
      messageKey: 'message',
      formatters: { level: (level) => ({ level }) },
    },
    options.destination ?? buffered ?? pino.destination(1),
  )
  return {
    event(name, fields) {
      const { level, message } = eventCatalogue[name]
      logger[level]({ event: name, ...fields }, message)
    },
    flush() {
      buffered?.flushSync()
    },
  }
}

/** Logs nothing: for tests and tools. */
export const silentLog: Log = { event: () => undefined, flush: () => undefined }

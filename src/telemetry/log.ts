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
  if (options.destination !== undefined) return logTo(options.level, options.destination, () => undefined)
  // Asynchronous, so that a slow reader of our output does not stop the switch; written out at least each second.
  const buffered = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 1000 })
  return logTo(options.level, buffered, () => buffered.flushSync())
}

function logTo(level: LogLevel, destination: DestinationStream, flush: () => void): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      errorKey: 'error',
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  return {
    event(name, fields) {
      const spec = eventCatalogue[name]
      const line: object = { event: name, ...fields }
      logger[spec.level](line, spec.message)
    },
    flush,
  }
}

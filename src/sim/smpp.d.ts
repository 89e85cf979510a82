// Types for the part of npm `smpp` 0.5.1 that the simulators use (the package brings none). No code.

declare module 'smpp' {
  import type { Server as NetServer, Socket } from 'node:net'
  import type { EventEmitter } from 'node:events'

  namespace smpp {
    /** A field of text as npm `smpp` decodes it: a string, or octets where the data coding says nothing of an alphabet. */
    interface Text {
      readonly message: string | Buffer
      readonly udh?: readonly Buffer[]
    }

    interface Pdu {
      readonly command: string
      readonly command_id: number
      command_status: number
      sequence_number: number
      isResponse(): boolean
      response(fields?: Fields): Pdu
      [field: string]: unknown
    }

    type Fields = Readonly<Record<string, unknown>>
    type OnAnswer = (answer: Pdu) => void

    interface Session extends EventEmitter {
      readonly socket: Socket
      send(pdu: Pdu, onAnswer?: OnAnswer): boolean
      close(onClosed?: () => void): void
      destroy(onClosed?: () => void): void
      on(event: 'pdu', listener: (pdu: Pdu) => void): this
      on(event: 'error', listener: (error: Error) => void): this
      on(event: 'close' | 'connect', listener: () => void): this
    }

    interface Server extends NetServer {
      readonly sessions: readonly Session[]
    }
  }

  const smpp: {
    readonly PDU: new (command: string, fields?: smpp.Fields) => smpp.Pdu
    readonly encodings: {
      detect(text: string): 'ASCII' | 'LATIN1' | 'UCS2'
      /** The GSM 03.38 default alphabet, a septet in an octet. */
      readonly ASCII: { encode(text: string): Buffer }
      readonly UCS2: { encode(text: string): Buffer }
    }
    /** Makes `name` a field of every PDU. */
    addTLV(name: string, options: { readonly id: number; readonly type: unknown }): void
    readonly types: { readonly tlv: { readonly string: unknown } }
    connect(options: { readonly host: string; readonly port: number }): smpp.Session
    createServer(onSession: (session: smpp.Session) => void): smpp.Server
  }
  export = smpp
}

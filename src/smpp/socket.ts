// Joins a Session to a net.Socket: bytes, back-pressure, the end of the stream. Decides nothing about SMPP.
import type { Socket } from 'node:net'
import { Session } from './session.js'
import type { SessionHandlers, SessionOptions, Transport } from './session-contract.js'

/** Octets that may wait in the socket before the session stops reading and sending. */
const outputBound = 256 * 1024
/** How long a socket may take to send its last octets and see the peer close. */
const lingerMs = 2000

/** A session on a socket, connected or connecting. The socket is its own from here on. */
export function sessionOnSocket<C>(
  socket: Socket,
  options: SessionOptions,
  makeHandlers: (session: Session<C>) => SessionHandlers<C>,
  now: () => number,
): Session<C> {
  socket.setNoDelay(true)
  const transport: Transport = {
    write(bytes) {
      socket.write(bytes)
      // What `write` returns would not do: it counts octets that the kernel has already taken in this call.
      return socket.writableLength <= outputBound
    },
    wake: () => void setImmediate(flush),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end() {
      if (socket.connecting) return void socket.destroy()
      socket.end()
      // Keep reading what comes, to nowhere: closing with unread octets would reset the connection and take our last
      // answer away from the peer.
      socket.resume()
      const linger = setTimeout(() => socket.destroy(), lingerMs)
      linger.unref()
      socket.once('close', () => clearTimeout(linger))
    },
    destroy: () => void socket.destroy(),
  }
  const session = new Session<C>(options, transport, makeHandlers, now())
  const flush = () => session.flush()
  socket.on('data', (chunk: Buffer) => session.receive(chunk, now()))
  socket.on('drain', () => session.drained(now()))
  socket.on('error', (error) => session.transportClosed(error))
  socket.on('close', () => session.transportClosed())
  return session
}

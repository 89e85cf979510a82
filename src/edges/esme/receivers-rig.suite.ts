// For tests: receivers with bound ESMEs of the real session, and a courier as simple as can be. No expectations.

import { createDialing, type Dialing } from '../../directory/dialing.js'
import type { NotifyResult } from '../../delivery/courier.js'
import type { SendResult } from '../../delivery/destination.js'
import type { EsmeDelivery, MoDelivery } from '../../message/delivery.js'
import type { AccountId, DeliveryId, MessageId } from '../../message/ids.js'
import type { Content, Message } from '../../message/message.js'
import { decode, encode, Session, Writer, type PduInput, type PduOf } from '../../smpp/index.js'
import type { LongMessage, Target } from '../../text/leave.js'
import { standardText } from '../../text/standard.js'
import { resultOf } from './deliver-answer.js'
import { Receivers, type Sent } from './receivers.js'

export type DeliverSm = PduOf<'deliver_sm'>

export const target = (longMessage: LongMessage, text = standardText): Target => ({
  text,
  longMessage,
  languages: [],
  transliterate: false,
})

export const asWritten = createDialing()()

/** One bound ESME: what it was sent, and its answers. */
export interface Esme {
  readonly session: Session<Sent>
  /** deliver_sm since the last call. */
  readonly got: () => readonly DeliverSm[]
  readonly answers: (sequence: number, commandStatus?: number) => void
}

interface Rig {
  readonly receivers: Receivers
  /** Sends it now. */
  readonly send: (delivery: EsmeDelivery) => SendResult
  /** Time goes by. */
  readonly advance: (ms: number) => void
  /** What the courier was told, one line each. */
  readonly told: string[]
  readonly notSent: EsmeDelivery[]
  /** From now on the next segment waits for its turn in the lane. */
  readonly holdBack: () => void
  readonly bind: (leaving?: Target, windowSize?: number, dialing?: Dialing) => Esme
  readonly leave: (esme: Esme) => void
}

function wire(pdu: PduInput, sequence: number): Buffer {
  const writer = new Writer()
  encode(writer, pdu, sequence)
  return writer.take()
}

/** The courier behind the receivers is as simple as can be: what is taken and has more goes on. */
export function rig(): Rig {
  const told: string[] = []
  const notSent: EsmeDelivery[] = []
  let holdsBack = false
  let nowMs = 0
  const receivers = new Receivers('acme' as AccountId, {
    monotonicMs: () => 0,
    notified: (delivery, result: NotifyResult, more) => {
      const which = delivery.kind === 'mo' ? ` after ${delivery.taken}` : ''
      const word = typeof result === 'string' ? result : result.state
      told.push(`${delivery.kind} ${delivery.id}${which}: ${word}${more ? ', more' : ''}`)
      return delivery.kind === 'mo' && result === 'taken' && more && !holdsBack
        ? { ...delivery, taken: delivery.taken + 1 }
        : undefined
    },
    notSent: (delivery) => void notSent.push(delivery),
    cannotSend: ({ id }, why) => void told.push(`cannot send ${id}: ${why}`),
  })
  const bind = (leaving = target('udh8'), windowSize = 10, dialing = asWritten): Esme => {
    let written: Buffer[] = []
    const session = new Session<Sent>(
      { role: 'smsc', windowSize },
      {
        write: (bytes) => written.push(bytes) > 0,
        wake: () => undefined,
        pause: () => undefined,
        resume: () => undefined,
        end: () => undefined,
        destroy: () => undefined,
      },
      (self) => ({
        onBind: (asked) => void self.acceptBind(asked, {}),
        onRequest: () => undefined,
        onResponse: (response, sent) => receivers.answered(sent, resultOf(response)),
        onUnanswered: (all, why) =>
          all.forEach((sent) => receivers.answered(sent, why === 'closed' ? 'lost' : 'unanswered')),
        onClose: () => void receivers.remove(self),
      }),
      0,
    )
    const take = (): Buffer => {
      session.flush()
      const bytes = Buffer.concat(written)
      written = []
      return bytes
    }
    session.receive(wire({ command: 'bind_transceiver', interface_version: 0x34 }, 1), 0)
    take()
    receivers.add({ session, version: 0x34, leaving, dialing })
    return {
      session,
      got: () => {
        const bytes = take()
        const pdus: DeliverSm[] = []
        for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
          pdus.push(decode(bytes, at, at + bytes.readUInt32BE(at)) as DeliverSm)
        }
        return pdus
      },
      answers: (sequence, commandStatus = 0) =>
        session.receive(wire({ command: 'deliver_sm_resp', status: commandStatus }, sequence), 0),
    }
  }
  return {
    receivers,
    send: (delivery) => receivers.send(delivery, nowMs),
    advance: (ms) => void (nowMs += ms),
    told,
    notSent,
    holdBack: () => void (holdsBack = true),
    bind,
    leave: (esme) => esme.session.transportClosed(),
  }
}

export const text = (characters: number): Content => ({
  dataCoding: 0,
  udhi: false,
  octets: Buffer.from('abcdefghij'.repeat(Math.ceil(characters / 10)).slice(0, characters)),
})

export function mo(content: Content, fields: Partial<Message> = {}): MoDelivery {
  const message = {
    id: '00000001000012ab' as MessageId,
    direction: 'mo',
    shape: 'whole',
    source: { ton: 1, npi: 1, value: '12025550100' },
    destination: { ton: 3, npi: 0, value: '40404' },
    content,
    serviceType: 'CMT',
    protocolId: 5,
    priority: 1,
    replyPath: false,
    tlvs: [{ tag: 0x1400, value: Uint8Array.of(7) }],
    ...fields,
  } as unknown as Message
  return { kind: 'mo', id: 'm1' as DeliveryId, message, taken: 0, failures: 0 } as unknown as MoDelivery
}

export const briefly = ({ sequence, esm_class, short_message }: DeliverSm): string =>
  `${sequence} ${esm_class} ${short_message.toString('hex', 0, 6)}+${short_message.length - 6}`

// The receipts of one vendor connection, in deliver_sm or data_sm: read, and handed on with every id that they may be about.

import type { RoutedConnection } from '../../directory/snapshot.js'
import type { SegmentDelivery, VendorReport } from '../../message/delivery.js'
import type { VendorReceipt } from '../../receipts/correlator.js'
import type { Translator } from '../../phone/translator.js'
import { fromPeer } from '../../pipeline/translate/dialed.js'
import {
  candidates,
  isLocked,
  learnMatch,
  learnResponse,
  normalise,
  nothingLearnt,
  type LearntIds,
} from '../../receipts/vendor-ids.js'
import { parseVendorReport } from '../../receipts/vendor-report.js'
import { findTlv, status, tlvBytes, tlvInt, tlvText, type PduOf, type Session, type Tlv } from '../../smpp/index.js'
import { LogPace } from '../../telemetry/log-pace.js'
import { NetworkTlv } from './network-tlv.js'
import type { VendorPorts } from './vendor-ports.js'

/** SMPP 3.4 §5.2.12, bits 5-2 of esm_class: what kind of message it is. */
const MESSAGE_TYPE = 0x3c
const RECEIPT = 0x04
const INTERMEDIATE = 0x20

/** Of networks that nobody knows, one line in so many ms. */
const LINE_EVERY_MS = 1000

type Incoming = PduOf<'deliver_sm'> | PduOf<'data_sm'>

/** True where the PDU claims to be a receipt by its esm_class, or can't be anything else. */
export function isReceipt(pdu: Incoming): boolean {
  const type = pdu.esm_class & MESSAGE_TYPE
  return type === RECEIPT || type === INTERMEDIATE || findTlv(pdu.tlvs, 'receipted_message_id') !== undefined
}

export class VendorReceipts {
  #connection: RoutedConnection
  readonly #ports: VendorPorts
  #learnt: LearntIds = nothingLearnt
  /** Made once for all receipts; undefined where they name no network. */
  #networkTlv: NetworkTlv | undefined
  readonly #lines = new LogPace(LINE_EVERY_MS)

  constructor(connection: RoutedConnection, ports: VendorPorts) {
    this.#connection = connection
    this.#ports = ports
    this.#networkTlv = networkTlvOf(connection)
  }

  /** What was learnt of its ids counts on, as long as their form is to be learnt. */
  renew(connection: RoutedConnection): void {
    this.#connection = connection
    this.#networkTlv = networkTlvOf(connection)
  }

  /** The id of a good answer in the connection's normal form. */
  idOf(response: PduOf<'submit_sm_resp'>): string {
    const { receiptIds } = this.#connection
    if (receiptIds.form === 'auto') this.#learnt = learnResponse(this.#learnt, response.message_id)
    return normalise(response.message_id, receiptIds)
  }

  /** A receipt to be placed, answered once it is stored; undefined for one that can't be read, which is answered already. */
  read(request: Incoming, session: Session<SegmentDelivery>): VendorReceipt | undefined {
    const { id, vendor, receiptIds, dialing } = this.#connection
    const read = readReceipt(request, dialing.calledIn)
    if (read === undefined) {
      this.#ports.metrics.vendorReceipts.count(id, 'unreadable')
      this.#ports.log.event('receipts.unreadable', { connection: id, why: 'neither an id nor a text of Appendix B' })
      session.respond(request, status.ESME_ROK)
      return undefined
    }
    const ids = this.#candidateIds(read.ids)
    const network = this.#networkTlv === undefined ? undefined : this.#networkIn(request.tlvs, this.#networkTlv)
    const { state, error, doneAtMs, destination } = read.report
    return {
      vendor,
      connection: id,
      ids,
      report: network === undefined ? read.report : { state, error, doneAtMs, destination, network },
      stored: () => void session.respond(request, status.ESME_ROK),
      failed: () => void session.respond(request, status.ESME_RX_T_APPN),
      ...(receiptIds.form === 'auto' && {
        learn: (index: number) => this.#learn(read.ids, ids[index]!),
      }),
    }
  }

  #networkIn(tlvs: readonly Tlv[], networkTlv: NetworkTlv): string | undefined {
    const said = networkTlv.saidIn(tlvs)
    if (said === '') return undefined
    const network = networkTlv.networkOf(said)
    const { id: connection } = this.#connection
    const { metrics, log, clock } = this.#ports
    metrics.networksTold.count(connection, network === undefined ? 'unknown' : 'known')
    if (network !== undefined) return network
    const count = this.#lines.note(connection, clock.monotonicMs())
    if (count > 0) log.event('receipts.networkUnknown', { connection, network: said, count })
    return undefined
  }

  /** Every key that the ids of a receipt may stand for, none twice. */
  #candidateIds(raws: readonly string[]): readonly string[] {
    const { receiptIds } = this.#connection
    const first = candidates(raws[0]!, receiptIds, this.#learnt)
    if (raws.length === 1) return first
    return [...new Set([...first, ...raws.slice(1).flatMap((raw) => candidates(raw, receiptIds, this.#learnt))])]
  }

  /** Only the id that led there teaches: text and TLV may carry one id in two forms. */
  #learn(raws: readonly string[], matched: string): void {
    const { id, receiptIds } = this.#connection
    const teacher = raws.find((raw) => candidates(raw, receiptIds, this.#learnt).includes(matched))
    if (teacher === undefined) return
    const wasLocked = isLocked(this.#learnt)
    this.#learnt = learnMatch(this.#learnt, teacher, matched)
    if (!wasLocked && isLocked(this.#learnt)) {
      this.#ports.log.event('vendor.idFormLearnt', {
        connection: id,
        form: `${teacher} in a receipt is ${matched} in a response`,
      })
    }
  }
}

function networkTlvOf({ networkTlv }: RoutedConnection): NetworkTlv | undefined {
  return networkTlv && new NetworkTlv(networkTlv)
}

interface ReadReport {
  readonly report: VendorReport
  readonly ids: readonly string[]
}

/** What the receipt says, undefined when it can't be read. */
function readReceipt(pdu: Incoming, calledIn: Translator | undefined): ReadReport | undefined {
  const { tlvs } = pdu
  const payload = tlvBytes(tlvs, 'message_payload')
  return parseVendorReport({
    octets: payload ?? ('short_message' in pdu ? pdu.short_message : noOctets),
    dataCoding: pdu.data_coding,
    receiptedMessageId: tlvText(tlvs, 'receipted_message_id'),
    messageState: tlvInt(tlvs, 'message_state'),
    networkErrorCode: tlvBytes(tlvs, 'network_error_code'),
    sourceAddress: phoneOf(pdu.source_addr, calledIn),
    intermediate: (pdu.esm_class & MESSAGE_TYPE) === INTERMEDIATE,
  })
}

/** In our form. The TON does not count: vendors repeat that of the message, where it was about the form that they were sent. */
function phoneOf(written: string, calledIn: Translator | undefined): string {
  if (written.charCodeAt(0) === PLUS) return written.slice(1)
  return calledIn === undefined ? written : fromPeer(calledIn, { ton: 0, npi: 0, value: written }).value
}

const PLUS = 0x2b
const noOctets = Buffer.alloc(0)

// Micro-bench of the codec beside npm `smpp`: decode (every field read) and encode of the PDUs of the hot path.
// `npx tsx bench/codec.ts [--json]`. Runs nothing but the two codecs, one after the other, best of three.
import { createRequire } from 'node:module'
import { decode } from '../src/smpp/pdu/decode.js'
import { encode } from '../src/smpp/pdu/encode.js'
import type { Pdu, PduInput } from '../src/smpp/pdu/spec.js'
import { makeTlv, tlvInt, tlvText } from '../src/smpp/pdu/tlvs.js'
import { Writer } from '../src/smpp/writer.js'

interface NpmPdu {
  readonly [field: string]: unknown
  toBuffer(): Buffer
}
const npm = createRequire(import.meta.url)('smpp') as {
  readonly PDU: new (from: Buffer | string, fields?: Record<string, unknown>) => NpmPdu
}

interface Sample {
  readonly name: string
  readonly pdu: PduInput
  /** Fields for npm `smpp`, which has TLVs as fields. */
  readonly npmFields: Readonly<Record<string, unknown>>
}

const addresses = {
  source_addr_ton: 1,
  source_addr_npi: 1,
  source_addr: '15551230001',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: '15559870001',
}
const text = Buffer.from(
  'A message of about eighty-five characters, which is what people write, more or less..',
  'latin1',
)
const receipt = Buffer.from(
  'id:0123456789abcdef sub:001 dlvrd:001 submit date:2611221312 done date:2611221313 stat:DELIVRD err:000 text:',
  'latin1',
)
const submit = { ...addresses, registered_delivery: 1, data_coding: 0, short_message: text }
const deliver = { ...addresses, esm_class: 4, short_message: receipt }
const samples: readonly Sample[] = [
  { name: 'submit_sm', pdu: { command: 'submit_sm', ...submit }, npmFields: submit },
  {
    name: 'submit_sm_resp',
    pdu: { command: 'submit_sm_resp', message_id: '0123456789abcdef' },
    npmFields: { message_id: '0123456789abcdef' },
  },
  {
    name: 'deliver_sm',
    pdu: {
      command: 'deliver_sm',
      ...deliver,
      tlvs: [makeTlv('receipted_message_id', '0123456789abcdef'), makeTlv('message_state', 2)],
    },
    npmFields: { ...deliver, receipted_message_id: '0123456789abcdef', message_state: 2 },
  },
]

/** Reads every field, so that nothing can be left undone; the sum keeps the optimiser honest. */
function readAll(pdu: Pdu): number {
  const head = pdu.status + pdu.sequence + pdu.tlvs.length
  switch (pdu.command) {
    case 'submit_sm':
    case 'deliver_sm': {
      const tlvs =
        pdu.tlvs.length === 0
          ? 0
          : (tlvText(pdu.tlvs, 'receipted_message_id') ?? '').length + (tlvInt(pdu.tlvs, 'message_state') ?? 0)
      return (
        head +
        tlvs +
        pdu.service_type.length +
        pdu.source_addr_ton +
        pdu.source_addr_npi +
        pdu.source_addr.charCodeAt(0) +
        pdu.dest_addr_ton +
        pdu.dest_addr_npi +
        pdu.destination_addr.charCodeAt(0) +
        pdu.esm_class +
        pdu.protocol_id +
        pdu.priority_flag +
        pdu.schedule_delivery_time.length +
        pdu.validity_period.length +
        pdu.registered_delivery +
        pdu.replace_if_present_flag +
        pdu.data_coding +
        pdu.sm_default_msg_id +
        (pdu.short_message[0] ?? 0)
      )
    }
    case 'submit_sm_resp':
      return head + pdu.message_id.charCodeAt(0)
    default:
      throw new Error(`no reader for ${pdu.command}`)
  }
}

function readAllNpm(pdu: NpmPdu): number {
  let sum = 0
  for (const key in pdu) if (pdu[key] !== undefined) sum++
  return sum
}

let sink = 0

/** Operations per second of `once`: the best of three runs of `ms` each, after as much warm-up. */
function rate(ms: number, once: (i: number) => number): number {
  let best = 0
  for (let run = 0; run < 4; run++) {
    const from = performance.now()
    let n = 0
    while (performance.now() - from < ms) {
      for (let i = 0; i < 500; i++) sink += once(i)
      n += 500
    }
    if (run > 0) best = Math.max(best, (n / (performance.now() - from)) * 1000)
  }
  return Math.round(best)
}

const ms = 400
const rows = samples.map(({ name, pdu, npmFields }) => {
  const w = new Writer()
  encode(w, pdu, 1)
  const wire = Buffer.from(w.take())
  return {
    pdu: name,
    bytes: wire.length,
    decode: rate(ms, () => {
      const got = decode(wire, 0, wire.length)
      return got.command === 'fault' ? 0 : readAll(got)
    }),
    encode: rate(ms, (i) => {
      encode(w, pdu, i)
      return i === 499 ? w.take().length : 0
    }),
    npmDecode: rate(ms, () => readAllNpm(new npm.PDU(wire))),
    npmEncode: rate(ms, () => new npm.PDU(name, { ...npmFields }).toBuffer().length),
  }
})

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ bench: 'codec', node: process.version, unit: 'operations per second', rows }, null, 2))
} else {
  console.table(rows)
}
if (!Number.isFinite(sink)) throw new Error('unreachable')

// How many SIP messages a second are parsed and written, beside npm `sip.js` on the same bytes. Nothing else runs.
// `npm run bench:sip-parse [-- --json]`: best of some rounds; every header that a switch asks for is read.
import { createRequire } from 'node:module'
import { field } from '../src/sip/fields.js'
import { SipFramer } from '../src/sip/framing.js'
import { parseMessage } from '../src/sip/parse.js'
import { writeResponse } from '../src/sip/write.js'
import { typicalMessage, typicalOk } from './sip-samples.js'

interface PeerMessage {
  getHeader(name: string): string | undefined
}
interface PeerParser {
  readonly Parser: { parseMessage(data: string, logger: unknown): PeerMessage | undefined }
}
const peer = createRequire(import.meta.url)('sip.js/lib/core/index.js') as PeerParser
const silent = { error: () => {}, warn: () => {}, log: () => {}, debug: () => {} }

function perSecond(runs: number, rounds: number, work: () => void): number {
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const from = process.hrtime.bigint()
    for (let i = 0; i < runs; i++) work()
    best = Math.max(best, (runs * 1e9) / Number(process.hrtime.bigint() - from))
  }
  return Math.round(best)
}

function parsed(bytes: Buffer): void {
  const message = parseMessage(bytes)
  if (message.kind === 'fault') throw new Error(message.why)
  field(message, 'proxy-authorization')
}

const message = typicalMessage
const ok = typicalOk
const request = parseMessage(message)
if (request.kind !== 'request') throw new Error('the sample is no request')
const framer = new SipFramer()
const messageText = message.toString()
const okText = ok.toString()

const figures = {
  'octets of MESSAGE': message.length,
  'octets of 202': ok.length,
  'parse MESSAGE /s': perSecond(50_000, 8, () => parsed(message)),
  'parse 202 /s': perSecond(50_000, 8, () => parsed(ok)),
  'frame and parse MESSAGE /s': perSecond(50_000, 8, () => {
    framer.push(message)
    while (framer.next() === 'message') parsed(framer.bytes.subarray(framer.start, framer.end))
  }),
  'write 202 /s': perSecond(50_000, 8, () => writeResponse(request, { status: 202, toTag: 'a1b2c3' })),
  'sip.js parse MESSAGE /s': perSecond(500, 3, () => peer.Parser.parseMessage(messageText, silent)?.getHeader('from')),
  'sip.js parse 202 /s': perSecond(500, 3, () => peer.Parser.parseMessage(okText, silent)?.getHeader('from')),
}

if (process.argv.includes('--json')) console.log(JSON.stringify(figures))
else console.table(figures)

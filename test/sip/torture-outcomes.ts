// What becomes of each message of RFC 4475: the table that the torture test reads.
import type { TortureName } from './torture-messages.js'

/**
 * `request`, `response`: it is read. `server` is what RFC 3261 §8.2 makes our server answer before it looks at the meaning,
 * undefined if nothing. `refused`: the parser says no; `answered` is whether its sender can be told.
 */
export type Outcome =
  | { readonly is: 'request'; readonly method: string; readonly server?: number; readonly because?: string }
  | { readonly is: 'response'; readonly status: number; readonly because?: string }
  | { readonly is: 'refused'; readonly status: number; readonly why: string; readonly answered: boolean }

const unusualMethod = "!interesting-Method0123456789_*+`.%indeed'~"

export const tortureOutcomes: Readonly<Record<TortureName, Outcome>> = {
  wsinv: { is: 'request', method: 'INVITE', server: 405 },
  intmeth: { is: 'request', method: unusualMethod, server: 501 },
  esc01: { is: 'request', method: 'INVITE', server: 405 },
  escnull: { is: 'request', method: 'REGISTER' },
  esc02: { is: 'request', method: 'RE%47IST%45R', server: 501, because: 'a percent sign escapes nothing in a method' },
  lwsdisp: { is: 'request', method: 'OPTIONS' },
  longreq: { is: 'request', method: 'INVITE', server: 405 },
  dblreq: { is: 'request', method: 'REGISTER', because: 'what follows the body in a datagram is left' },
  semiuri: { is: 'request', method: 'OPTIONS' },
  transports: { is: 'request', method: 'OPTIONS' },
  mpart01: { is: 'request', method: 'MESSAGE' },
  unreason: { is: 'response', status: 200 },
  noreason: { is: 'response', status: 100 },

  badinv01: { is: 'refused', status: 400, why: 'Malformed Via', answered: true },
  clerr: { is: 'refused', status: 400, why: 'Content-Length Beyond The Message', answered: true },
  ncl: { is: 'refused', status: 400, why: 'Malformed Content-Length', answered: true },
  scalar02: { is: 'refused', status: 400, why: 'Malformed CSeq', answered: true },
  scalarlg: { is: 'refused', status: 400, why: 'Malformed CSeq', answered: false },
  quotbal: { is: 'refused', status: 400, why: 'Malformed To', answered: true },
  ltgtruri: { is: 'refused', status: 400, why: 'Malformed Request-URI', answered: true },
  lwsruri: { is: 'refused', status: 400, why: 'Malformed Request-URI', answered: true },
  lwsstart: { is: 'refused', status: 400, why: 'Malformed Request-URI', answered: true },
  trws: { is: 'refused', status: 400, why: 'Malformed Request-Line', answered: true },
  escruri: { is: 'refused', status: 400, why: 'Request-URI With Header Fields', answered: true },
  baddate: { is: 'request', method: 'INVITE', server: 405, because: 'who needs the date is told that it is none' },
  regbadct: { is: 'request', method: 'REGISTER', because: 'the registrar is told that the contact is none' },
  badaspec: { is: 'request', method: 'OPTIONS', because: 'blanks inside the brackets mean one thing only' },
  baddn: { is: 'refused', status: 400, why: 'Malformed From', answered: true },
  badvers: { is: 'refused', status: 505, why: 'Version Not Supported', answered: true },
  mismatch01: { is: 'refused', status: 400, why: 'CSeq Method Mismatch', answered: true },
  mismatch02: { is: 'refused', status: 400, why: 'CSeq Method Mismatch', answered: true },
  bigcode: { is: 'refused', status: 400, why: 'Malformed Status-Code', answered: false },

  badbranch: { is: 'request', method: 'OPTIONS', because: 'the branch is for the transactions to judge' },

  insuf: { is: 'refused', status: 400, why: 'Missing From', answered: true },
  unkscm: { is: 'request', method: 'OPTIONS', server: 416 },
  novelsc: { is: 'request', method: 'OPTIONS', server: 416 },
  unksm2: { is: 'request', method: 'REGISTER', because: 'the address of record is for the registrar to judge' },
  bext01: { is: 'request', method: 'OPTIONS', server: 420 },
  invut: { is: 'request', method: 'INVITE', server: 405 },
  regaut01: { is: 'request', method: 'REGISTER', because: 'credentials of no known scheme are none' },
  multi01: { is: 'refused', status: 400, why: 'CSeq Given Twice', answered: true },
  mcl01: { is: 'refused', status: 400, why: 'Content-Length Given Twice', answered: true },
  bcast: { is: 'response', status: 200, because: 'its second Via is for the transactions to judge' },
  zeromf: { is: 'request', method: 'OPTIONS', because: 'the last hop may answer; only a proxy says 483' },
  cparam01: { is: 'request', method: 'REGISTER' },
  cparam02: { is: 'request', method: 'REGISTER' },
  regescrt: { is: 'request', method: 'REGISTER' },
  sdp01: { is: 'request', method: 'INVITE', server: 405 },

  inv2543: { is: 'request', method: 'INVITE', server: 405 },
}

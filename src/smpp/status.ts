// command_status values: names to numbers and back (SMPP 3.4 §5.1.3, SMPP 5.0 §4.7.6). Knows no meaning of them.
import { errors } from 'smpp/lib/defs.js'

const names = [
  'ESME_ROK',
  'ESME_RINVMSGLEN',
  'ESME_RINVCMDLEN',
  'ESME_RINVCMDID',
  'ESME_RINVBNDSTS',
  'ESME_RALYBND',
  'ESME_RINVPRTFLG',
  'ESME_RINVREGDLVFLG',
  'ESME_RSYSERR',
  'ESME_RINVSRCADR',
  'ESME_RINVDSTADR',
  'ESME_RINVMSGID',
  'ESME_RBINDFAIL',
  'ESME_RINVPASWD',
  'ESME_RINVSYSID',
  'ESME_RCANCELFAIL',
  'ESME_RREPLACEFAIL',
  'ESME_RMSGQFUL',
  'ESME_RINVSERTYP',
  'ESME_RINVNUMDESTS',
  'ESME_RINVDLNAME',
  'ESME_RINVDESTFLAG',
  'ESME_RINVSUBREP',
  'ESME_RINVESMCLASS',
  'ESME_RCNTSUBDL',
  'ESME_RSUBMITFAIL',
  'ESME_RINVSRCTON',
  'ESME_RINVSRCNPI',
  'ESME_RINVDSTTON',
  'ESME_RINVDSTNPI',
  'ESME_RINVSYSTYP',
  'ESME_RINVREPFLAG',
  'ESME_RINVNUMMSGS',
  'ESME_RTHROTTLED',
  'ESME_RINVSCHED',
  'ESME_RINVEXPIRY',
  'ESME_RINVDFTMSGID',
  'ESME_RX_T_APPN',
  'ESME_RX_P_APPN',
  'ESME_RX_R_APPN',
  'ESME_RQUERYFAIL',
  'ESME_RINVTLVSTREAM',
  'ESME_RTLVNOTALLWD',
  'ESME_RINVTLVLEN',
  'ESME_RMISSINGTLV',
  'ESME_RINVTLVVAL',
  'ESME_RDELIVERYFAILURE',
  'ESME_RUNKNOWNERR',
  'ESME_RSERTYPUNAUTH',
  'ESME_RPROHIBITED',
  'ESME_RSERTYPUNAVAIL',
  'ESME_RSERTYPDENIED',
  'ESME_RINVDCS',
  'ESME_RINVSRCADDRSUBUNIT',
  'ESME_RINVDSTADDRSUBUNIT',
  'ESME_RINVBCASTFREQINT',
  'ESME_RINVBCASTALIAS_NAME',
  'ESME_RINVBCASTAREAFMT',
  'ESME_RINVNUMBCAST_AREAS',
  'ESME_RINVBCASTCNTTYPE',
  'ESME_RINVBCASTMSGCLASS',
  'ESME_RBCASTFAIL',
  'ESME_RBCASTQUERYFAIL',
  'ESME_RBCASTCANCELFAIL',
  'ESME_RINVBCAST_REP',
  'ESME_RINVBCASTSRVGRP',
  'ESME_RINVBCASTCHANIND',
] as const

/** The name of a command_status as SMPP 5.0 spells it. */
export type StatusName = (typeof names)[number]

/** Other spellings in use: SMPP 3.4's own for the TLV errors, and one that circulates for the full queue. */
const aliases = {
  ESME_RMSSQFUL: 'ESME_RMSGQFUL',
  ESME_RINVOPTPARSTREAM: 'ESME_RINVTLVSTREAM',
  ESME_ROPTPARNOTALLWD: 'ESME_RTLVNOTALLWD',
  ESME_RINVPARLEN: 'ESME_RINVTLVLEN',
  ESME_RMISSINGOPTPARAM: 'ESME_RMISSINGTLV',
  ESME_RINVOPTPARAMVAL: 'ESME_RINVTLVVAL',
} as const satisfies Record<string, StatusName>

function numberOf(name: string): number {
  const value = errors[name]
  if (value === undefined) throw new Error(`npm smpp has no status ${name}`)
  return value
}

/** Number of each status by its name, e.g. `status.ESME_RTHROTTLED` = 0x58. */
export const status = Object.freeze(Object.fromEntries(names.map((name) => [name, numberOf(name)]))) as Readonly<
  Record<StatusName, number>
>

const nameByNumber = new Map<number, StatusName>(names.map((name) => [status[name], name]))

/** The name of a status, or its number as `0x00000400` when it is the peer's own. */
export function statusName(value: number): string {
  return nameByNumber.get(value) ?? `0x${(value >>> 0).toString(16).padStart(8, '0')}`
}

/** The number for a name in any known spelling, for `0x…` and for decimal text; undefined when it is none of them. */
export function parseStatus(text: string): number | undefined {
  const canonical = Object.hasOwn(aliases, text) ? aliases[text as keyof typeof aliases] : text
  if (Object.hasOwn(status, canonical)) return status[canonical as StatusName]
  if (!/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) return undefined
  const value = Number(text)
  return value <= 0xffffffff ? value : undefined
}

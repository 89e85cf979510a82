// Bindings as the text that a store keeps of an address-of-record, and back. Only those over datagrams: a connection ends with the process.

import type { Binding } from '../../sip/index.js'

/** So long may a row be: see the unit `registered`. */
const MAX_OCTETS = 65_536
/** Of this form. A text of another is nobody's registration: phones register again within the hour. */
const FORM = 1

/** '' where nothing of them survives. Where they are too many the ones refreshed longest ago are left out. */
export function writeBindings(bindings: readonly Binding[]): string {
  let all: readonly Binding[] = bindings
  for (;;) {
    const rows: unknown[] = []
    for (const each of all) if (each.flow.kind === 'udp') rows.push(row(each))
    if (rows.length === 0) return ''
    const text = JSON.stringify([FORM, rows])
    // Three octets are the most that a character of it takes.
    if (text.length * 3 <= MAX_OCTETS || Buffer.byteLength(text) <= MAX_OCTETS) return text
    const newest = [...all].sort((a, b) => b.refreshedAtMs - a.refreshedAtMs)
    all = newest.slice(0, Math.max(1, Math.floor(newest.length / 2)))
    if (newest.length === 1) return ''
  }
}

/** Undefined for what no `writeBindings` of this form wrote. */
export function readBindings(aor: string, text: string): readonly Binding[] | undefined {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(read) || read[0] !== FORM || !Array.isArray(read[1])) return undefined
  const bindings: Binding[] = []
  for (const each of read[1] as unknown[]) {
    const binding = Array.isArray(each) ? bindingOf(aor, each) : undefined
    if (binding === undefined) return undefined
    bindings.push(binding)
  }
  return bindings
}

function row(binding: Binding): readonly unknown[] {
  const { contact, q, expiresAtMs, refreshedAtMs, callId, cseq, instance, regId, path, flow, userAgent } = binding
  const way = [flow.address, flow.port, flow.listener]
  return [contact, q, expiresAtMs, refreshedAtMs, callId, cseq, instance, regId, path, ...way, userAgent]
}

function bindingOf(aor: string, all: readonly unknown[]): Binding | undefined {
  const texts = [all[0], all[4], all[6], all[9], all[11], all[12]]
  const numbers = [all[1], all[2], all[3], all[5], all[7], all[10]]
  const path = all[8]
  if (!texts.every((each) => typeof each === 'string') || !numbers.every(Number.isFinite)) return undefined
  if (!Array.isArray(path) || !path.every((each) => typeof each === 'string')) return undefined
  const [contact, callId, instance, address, listener, userAgent] = texts as [
    ...[string, string, string, string, string, string],
  ]
  const [q, expiresAtMs, refreshedAtMs, cseq, regId, port] = numbers as [
    ...[number, number, number, number, number, number],
  ]
  const flow = { kind: 'udp', address, port, listener, flowId: 0 } as const
  return { aor, contact, q, expiresAtMs, refreshedAtMs, callId, cseq, instance, regId, path, flow, userAgent }
}

// For tests: the correlator with group commit over the memory store and a fake clock, and rows and receipts to give it. No
// expectations.

import { FakeClock } from '../lib/fake-clock.js'
import type { Awaiting, ReceiptDelivery } from '../message/delivery.js'
import type { ConnectionId, VendorId } from '../message/ids.js'
import { receiptRequestOf } from '../message/receipt.js'
import type { MessageState } from '../message/state.js'
import { CdrLines } from '../money/cdr.js'
import { anchorAt, awaitingOf, receipt as receiptRow, segment } from '../store/conformance-rows.suite.js'
import type { Unit } from '../store/contracts/unit.js'
import { GroupCommit } from '../store/group-commit.js'
import { MemoryStore } from '../store/memory/memory-store.js'
import { Correlator, type CorrelatorOptions, type CorrelatorPorts, type VendorReceipt } from './correlator.js'

export function correlatorRig(
  options: Partial<CorrelatorOptions> = {},
  ports: Partial<CorrelatorPorts> = {},
  store = new MemoryStore(),
) {
  const clock = new FakeClock()
  const log: string[] = []
  const deferred: (() => void)[] = []
  const recorder = new GroupCommit(
    {
      store,
      clock,
      timers: clock,
      defer: (fn) => void deferred.push(fn),
      anchor: () => anchorAt(1),
      onCommitted: () => undefined,
      onFailure: () => undefined,
      onRecovered: () => undefined,
      onLost: () => undefined,
    },
    { lazyMs: 2, maxUnits: 100, retryMs: 100, retryMaxMs: 100, maxReopens: 5 },
  )
  let made = 0
  const told: string[] = []
  const correlator = new Correlator(
    {
      store,
      recorder,
      outbox: (origin, state, error) => {
        if (state === 'ENROUTE' && !origin.request.intermediate) return []
        const row = receiptRow(100 + made++)
        return [{ ...row, receipt: { ...row.receipt, origin, state, error } }]
      },
      offer: (receipts: readonly ReceiptDelivery[]) =>
        receipts.forEach(({ receipt }) => told.push(`${receipt.origin.messageId} ${receipt.state}`)),
      claimUnanswered: () => undefined,
      released: (delivery) => log.push(`released ${delivery.id}`),
      originOf: () => awaitingOf(1).origin,
      failed: (message) => log.push(`failed ${message}`),
      cdr: new CdrLines(() => 'EUR'),
      moved: () => undefined,
      onFate: (fate) => log.push(fate),
      onBug: (error) => log.push(`bug ${String(error)}`),
      nowMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      ...ports,
    },
    { parkedMax: 3, parkedMs: 1_000, seenMax: 50, ...options },
  )
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 30; i++) {
      for (const fn of deferred.splice(0)) fn()
      for (let k = 0; k < 8; k++) await Promise.resolve()
      if (recorder.pending > 0 && deferred.length === 0) void recorder.settled()
    }
  }
  /** A vendor's answer: the row is recorded, then expected; durable at the next settle. */
  const answered = (awaiting: Awaiting): void => {
    const unit: Unit = { kind: 'answered', delivery: segment(1), outcome: { kind: 'awaiting', awaiting }, outbox: [] }
    recorder.recordLazily(unit, { durable: () => correlator.expected(awaiting) })
    correlator.expect(awaiting)
  }
  const fates = (): string[] => log.splice(0)
  return { clock, store, recorder, correlator, log, told, settle, answered, fates }
}

/** Row `n`: vendor id `id-n`, of message m<n> to phone 4470090<n>. */
export function rowOf(n: number, changes: { readonly id?: string; readonly registered?: number } = {}): Awaiting {
  const row = awaitingOf(n)
  return {
    ...row,
    vendorMessageId: changes.id ?? `id-${n}`,
    origin: {
      ...row.origin,
      messageId: `m${n}` as Awaiting['origin']['messageId'],
      destination: { ton: 1, npi: 1, value: `4470090${n}` },
      request: receiptRequestOf(changes.registered ?? 1),
    },
  }
}

export function receiptOf(
  ids: readonly string[],
  state: MessageState = 'DELIVERED',
  report: Partial<VendorReceipt['report']> = {},
) {
  const answers: string[] = []
  const learnt: number[] = []
  const receipt: VendorReceipt = {
    vendor: 'v' as VendorId,
    connection: 'v1' as ConnectionId,
    ids,
    report: { state, error: '000', doneAtMs: 5, destination: '', ...report },
    learn: (index) => void learnt.push(index),
    stored: () => void answers.push('stored'),
    failed: () => void answers.push('failed'),
  }
  return Object.assign(receipt, { answers, learnt })
}

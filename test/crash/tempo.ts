// The clock that the ledger's programs and their parent share.

/** CLOCK_MONOTONIC, ms: the same in every process. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

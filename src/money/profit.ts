// The profit guarantee: which vendors' prices leave enough of what the customer pays. Integers only.

/** What must be left of a unit. At least one of the two is set. */
export interface ProfitGuarantee {
  /** In micro-units of the base currency; below 0: the loss that is borne. */
  readonly absoluteMicros: number | undefined
  /** In hundredths of a percent of the vendor's price: 1000 is 10% on top of it. Below 0 for a loss. */
  readonly relativeBasisPoints: number | undefined
  /** With both set: both must hold, or one is enough. */
  readonly both: boolean
}

const BASIS_POINTS = 10_000

/** The profit that the relative test asks for, rounded up to the micro-unit. */
export function relativeProfit(costMicros: number, basisPoints: number): number {
  // In two products, so that each is exact for every price.
  const rest = costMicros % BASIS_POINTS
  return ((costMicros - rest) / BASIS_POINTS) * basisPoints + Math.ceil((rest * basisPoints) / BASIS_POINTS)
}

/** Whether a unit that the customer pays `saleMicros` for may be bought at `costMicros`. */
export function isProfitable(guarantee: ProfitGuarantee, saleMicros: number, costMicros: number): boolean {
  const { absoluteMicros, relativeBasisPoints, both } = guarantee
  const profit = saleMicros - costMicros
  const absolute = absoluteMicros === undefined ? undefined : profit >= absoluteMicros
  const relative =
    relativeBasisPoints === undefined ? undefined : profit >= relativeProfit(costMicros, relativeBasisPoints)
  if (absolute === undefined) return relative ?? true
  if (relative === undefined) return absolute
  return both ? absolute && relative : absolute || relative
}

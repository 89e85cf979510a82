// What the rates of books.yaml come to, reckoned here a second time, in whole micro-units of the base currency. Knows no code of the switch.

/** What a message is, as test/ledger/payer.mjs has it. */
export type Kind = 'answer' | 'receipt' | 'free' | 'premium' | 'silentReleased' | 'silentCharged' | 'priceless'
export type Payer = 'billed' | 'early'

/** EUR for one USD in billionths. */
const EUR_FOR_USD = 912_345_678n
const BILLION = 1_000_000_000n

/** Rounded half up to the micro-unit. */
function ofUsd(micros: bigint): bigint {
  return (micros * EUR_FOR_USD + BILLION / 2n) / BILLION
}

/** For one unit; undefined where the account has no price, and nothing leaves. */
const customerPrices: Readonly<Record<Payer, Readonly<Record<Kind, bigint | undefined>>>> = {
  billed: {
    answer: 12_345n,
    receipt: 33_333n,
    free: 0n,
    premium: 1_234_567n,
    silentReleased: 1n,
    silentCharged: 20_000n,
    priceless: undefined,
  },
  early: {
    answer: ofUsd(10_001n),
    receipt: ofUsd(29_999n),
    free: 0n,
    premium: ofUsd(1_111_111n),
    silentReleased: ofUsd(3_333n),
    silentCharged: ofUsd(17_777n),
    priceless: undefined,
  },
}

export function priceOf(account: Payer, kind: Kind): bigint | undefined {
  return customerPrices[account][kind]
}

/** What the vendor asks for one segment of it. */
export function vendorPriceOf(kind: Kind): bigint {
  return kind === 'receipt' || kind === 'silentCharged' ? 9_999n : 4_321n
}

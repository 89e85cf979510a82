// Who sends, as the registry of campaigns knows it: what limits follow from. Plain data; its form in files is the directory's.

/** `lowVolumeStandard`: a company that was never vetted for a score. `soleProprietor`: somebody without a tax number. */
export const brandKinds = ['standard', 'lowVolumeStandard', 'soleProprietor'] as const

export type BrandKind = (typeof brandKinds)[number]

export interface Brand {
  readonly id: string
  readonly kind: BrandKind
  /** Tax number (EIN). Brands that have the same share their day. */
  readonly ein: string | undefined
  /** 0 to 100; undefined where nobody vetted it. */
  readonly trustScore: number | undefined
  /** One of the 3,000 largest companies: the best there is, whatever its score. */
  readonly isRussell3000: boolean
  /** A government entity that was verified. */
  readonly isGovernment: boolean
  /** Segments a day to T-Mobile that the carrier itself gave; `none` for no cap; undefined for what the tables say. */
  readonly tmobileDay: number | 'none' | undefined
}

/** Whose day at T-Mobile it is: that of the tax number, however many brands there are of it. */
export function dayKeyOf({ id, ein }: Pick<Brand, 'id' | 'ein'>): string {
  const digits = ein?.replaceAll(/[^0-9]/g, '') ?? ''
  return digits === '' ? `brand:${id}` : `ein:${digits}`
}

// Brands, campaigns and whose phones are whose: what they refer to, what they may not have together, and what is only unwise.

import { nanpAreaOf } from '../phone/nanp.js'
import type { Campaign } from '../tendlc/campaign.js'
import { readCarrierCsv, type CarrierCsv } from '../tendlc/carrier-csv.js'
import { CarrierOverrides } from '../tendlc/carrier-overrides.js'
import { objectionsTo } from '../tendlc/registration.js'
import { shippedTables, type Tables } from '../tendlc/tables.js'
import { CampaignNumbers } from './campaign-numbers.js'
import { dotted, listOf, ROWS_SLICE, rows, type Resolving } from './resolving.js'
import type { DirectoryFile } from './schema.js'
import type { BrandRow, CampaignRow, CarrierOverridesRow } from './tendlc-columns.js'
import { registeredBrand, registeredCampaign, type ResolvedTenDlc } from './tendlc-registry.js'
import type { RegisteredBrand, RegisteredCampaign, TenDlcRules } from './tendlc.js'

/** Works in slices. @returns undefined where no campaign is */
export function* checkTenDlc(
  file: DirectoryFile,
  accounts: ReadonlySet<string>,
  resolving: Resolving,
): Generator<void, ResolvedTenDlc | undefined> {
  const { tenDlc: rules = usualRules() } = resolving.surroundings
  const overrides = checkOverrides(file.carrierOverrides, resolving)
  const brands = yield* checkBrands(file.brands, resolving)
  const campaigns = yield* checkCampaigns(file.campaigns, file, accounts, resolving)
  yield* checkTogether(brands, campaigns, rules.tables, resolving)
  if (campaigns.length === 0) return undefined
  const numbers = yield* attached(campaigns, resolving)
  return {
    rules,
    brands: brands.map(({ brand }) => brand),
    campaigns: campaigns.map(({ campaign }) => campaign),
    numbers,
    overrides,
  }
}

interface PlacedBrand {
  readonly brand: RegisteredBrand
  readonly at: string
}

interface PlacedCampaign {
  readonly row: CampaignRow
  readonly campaign: RegisteredCampaign
  readonly at: string
}

let usual: TenDlcRules | undefined

function usualRules(): TenDlcRules {
  return (usual ??= { tables: shippedTables(), atCap: 'hold' })
}

function* checkBrands(
  list: readonly BrandRow[] | undefined,
  resolving: Resolving,
): Generator<void, readonly PlacedBrand[]> {
  const brandId = resolving.unique('an id')
  const brands: PlacedBrand[] = []
  for (const [row, at] of rows(list, '/brands')) {
    brandId(row.id, `${at}/id`)
    if (resolving.isWhollyRight(at)) {
      checkBrand(row, at, resolving)
      brands.push({ brand: registeredBrand(row), at })
    }
    if (brands.length % ROWS_SLICE === 0) yield
  }
  return brands
}

function checkBrand({ kind, entity, ein, russell3000 }: BrandRow, at: string, { mistakes }: Resolving): void {
  if (kind === 'soleProprietor') {
    const expected = 'nothing: a sole proprietor has no tax number'
    if (ein !== undefined) mistakes.push({ pointer: `${at}/ein`, value: ein, expected })
    if (entity !== 'company')
      mistakes.push({ pointer: `${at}/entity`, value: entity, expected: 'company: its kind is soleProprietor' })
  }
  if (russell3000 && (kind !== 'standard' || entity !== 'company')) {
    const expected = 'false: only a standard brand that is a company is one of the 3,000'
    mistakes.push({ pointer: `${at}/russell3000`, value: true, expected })
  }
}

function* checkCampaigns(
  list: readonly CampaignRow[] | undefined,
  file: DirectoryFile,
  accounts: ReadonlySet<string>,
  resolving: Resolving,
): Generator<void, readonly PlacedCampaign[]> {
  const campaignId = resolving.unique('an id')
  const brands = new Map<string, BrandRow>()
  for (const [row] of rows(file.brands, '/brands')) brands.set(row.id, row)
  const brandIds = new Set(brands.keys())
  const campaigns: PlacedCampaign[] = []
  for (const [row, at] of rows(list, '/campaigns')) {
    campaignId(row.id, `${at}/id`)
    resolving.refer(row.brand, `${at}/brand`, brandIds, 'a brand')
    for (const [index, account] of listOf(row.accounts).entries())
      resolving.refer(account as string, `${at}/accounts/${index}`, accounts, 'an account')
    if (resolving.isWhollyRight(at)) {
      const brand = brands.get(row.brand)
      if (row.useCase === 'charity' && brand !== undefined && brand.entity !== 'charity')
        resolving.mistakes.push({
          pointer: `${at}/useCase`,
          value: row.useCase,
          expected: `a use case that its brand ${brand.id} may have: its entity is ${brand.entity}, not charity`,
        })
      campaigns.push({ row, campaign: registeredCampaign(row), at })
    }
    if (campaigns.length % ROWS_SLICE === 0) yield
  }
  return campaigns
}

/** What brands and campaigns may not have together. */
function* checkTogether(
  brands: readonly PlacedBrand[],
  campaigns: readonly PlacedCampaign[],
  tables: Tables,
  { mistakes, warnings }: Resolving,
): Generator<void> {
  const ofBrand = new Map<string, Campaign[]>()
  const places = new Map<string, string>()
  for (const { campaign, at } of campaigns) {
    const list = ofBrand.get(campaign.brand)
    if (list === undefined) ofBrand.set(campaign.brand, [campaign])
    else list.push(campaign)
    places.set(campaign.id, at)
  }
  let count = 0
  for (const { brand, at } of brands) {
    for (const { severity, campaign, column, expected } of objectionsTo(brand, ofBrand.get(brand.id) ?? [], tables)) {
      const place = campaign === undefined ? at : places.get(campaign)
      const list = severity === 'mistake' ? mistakes : warnings
      if (place !== undefined) list.push({ pointer: `${place}/${column}`, expected })
    }
    if (++count % ROWS_SLICE === 0) yield
  }
}

/** The same campaigns in the same order come to the same numbers. */
let last: { readonly campaigns: readonly RegisteredCampaign[]; readonly numbers: CampaignNumbers } | undefined

/** Each number in one campaign. */
function* attached(campaigns: readonly PlacedCampaign[], { mistakes }: Resolving): Generator<void, CampaignNumbers> {
  const { campaigns: before, numbers: known } = last ?? {}
  if (
    known !== undefined &&
    before?.length === campaigns.length &&
    campaigns.every(({ campaign }, at) => campaign === before[at])
  )
    return known
  const wrong = mistakes.length
  const count = campaigns.reduce((sum, { campaign }) => sum + campaign.numbers.length, 0)
  const numbers = new CampaignNumbers(count)
  let added = 0
  for (const [index, { row, at }] of campaigns.entries()) {
    for (const [place, number] of row.numbers.entries()) {
      const pointer = `${at}/numbers/${place}`
      const area = nanpAreaOf(number)
      if (area === undefined || area.isTollFree) {
        const expected = 'a long code of the United States or Canada, which is not toll-free'
        mistakes.push({ pointer, value: number, expected })
        continue
      }
      const other = numbers.add(number, index)
      if (other !== undefined) {
        const where = other === index ? 'once' : `in one campaign; ${dotted(campaigns[other]!.at)} has it`
        mistakes.push({ pointer, value: number, expected: `each number ${where}` })
      }
      if (++added % NUMBERS_SLICE === 0) yield
    }
    if (index % ROWS_SLICE === 0) yield
  }
  if (mistakes.length === wrong) last = { campaigns: campaigns.map(({ campaign }) => campaign), numbers }
  return numbers
}

/** Numbers attached between two yields: about a millisecond. */
const NUMBERS_SLICE = 2000

const nobody: ResolvedTenDlc['overrides'] = { of: () => undefined }
const inline = new WeakMap<CarrierOverridesRow['numbers'], CarrierOverrides>()
const files = new WeakMap<CarrierOverridesRow, { readonly stamp: string; readonly read: CarrierCsv }>()

function checkOverrides(row: CarrierOverridesRow | undefined, resolving: Resolving): ResolvedTenDlc['overrides'] {
  const { isWhollyRight, mistakes } = resolving
  const at = '/carrierOverrides'
  if (typeof row !== 'object' || row === null || !isWhollyRight(at)) return nobody
  const before = mistakes.length
  let own = inline.get(row.numbers)
  if (own === undefined) {
    const number = resolving.unique('a number')
    for (const [index, entry] of row.numbers.entries()) number(entry.number, `${at}/numbers/${index}/number`)
    if (mistakes.length > before) return nobody
    own = new CarrierOverrides(row.numbers.map((entry) => [entry.number, entry.carrier] as const))
    inline.set(row.numbers, own)
  }
  const read = row.file === undefined ? undefined : readFileOf(row, row.file, resolving)
  for (const { line, expected } of read?.mistakes ?? [])
    mistakes.push({ pointer: `${at}/file`, value: row.file, expected: `in its line ${line} ${expected}` })
  const { overrides } = read ?? {}
  if (overrides === undefined) return own
  return own.size === 0 ? overrides : { of: (number) => own.of(number) ?? overrides.of(number) }
}

function readFileOf(row: CarrierOverridesRow, file: string, resolving: Resolving): CarrierCsv | undefined {
  const { mistakes, surroundings } = resolving
  try {
    const stamp = surroundings.stampOf?.(file)
    const known = files.get(row)
    if (known !== undefined && known.stamp === stamp) return known.read
    const read = readCarrierCsv(surroundings.readSecret(file))
    if (stamp !== undefined) files.set(row, { stamp, read })
    return read
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    mistakes.push({
      pointer: '/carrierOverrides/file',
      value: file,
      expected: `a CSV file that can be read (${why})`,
    })
    return undefined
  }
}

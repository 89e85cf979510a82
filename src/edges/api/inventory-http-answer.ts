// Reading of what a number provider answers to a search: places by JSON pointer. What cannot be read is left out. Pure.
import { parseJson, parsePointer, truthOf, valueAt } from '../../lookup/json-answer.js'
import { parseAmount } from '../../money/amount.js'
import { nanpAreaOf } from '../../phone/nanp.js'
import { placeOf } from '../../phone/e164.js'
import { numberTypeOf } from '../../powerpack/number-type.js'
import { numberDefaults, type OwnedNumber } from '../../powerpack/owned-number.js'
import { NOBODY } from '../../powerpack/stock.js'
import type { OfferWish } from './inventory.js'
import type { HttpInventoryOptions, OfferPlaces } from './inventory-http-options.js'
import { priceText } from './price-text.js'

export interface ReadOffers {
  readonly offers: readonly OwnedNumber[]
  /** Undefined where the answer does not say. */
  readonly total: number | undefined
}

/** Entries of a list that are looked at. */
const LIST_MAX = 1_000
const TEXT_MAX = 100

/** @returns undefined where there is no list in its place */
export function readOffers(
  body: string,
  { search, services }: Pick<HttpInventoryOptions, 'search' | 'services'>,
  wish: OfferWish,
): ReadOffers | undefined {
  const document = parseJson(body)
  const list = document === undefined ? undefined : at(document, search.list)
  if (!Array.isArray(list)) return undefined
  const { offer } = search
  const offers: OwnedNumber[] = []
  for (const entry of (list as readonly unknown[]).slice(0, LIST_MAX)) {
    const number = textOf(at(entry, offer.number))
      .replace(/^\+/, '')
      .replace(/[-.()\s]/g, '')
    const type = numberTypeOf(number)
    if (type === undefined) continue
    const can = (service: 'sms' | 'mms' | 'voice'): boolean => truthOf(at(entry, offer[service])) ?? services[service]
    offers.push({
      ...numberDefaults,
      ...{ number, type, account: NOBODY, ownedAtMs: 0 },
      country: type === 'shortcode' ? wish.country : countryOf(number, wish.country),
      isMobile: type === 'longcode' && wish.type === 'mobile',
      ...{ sms: can('sms'), mms: can('mms'), voice: can('voice') },
      details: detailsOf(entry, offer),
    })
  }
  const total = Number(textOf(at(document, search.total)) || NaN)
  return { offers, total: Number.isSafeInteger(total) && total >= 0 ? total : undefined }
}

/** Territories of the United States may be looked for as its own. */
function countryOf(number: string, wanted: string): string {
  const area = nanpAreaOf(number)?.country
  return area === wanted ? area : (placeOf(number)?.country ?? '')
}

function detailsOf(entry: unknown, offer: OfferPlaces): OwnedNumber['details'] {
  const details = {
    region: textOf(at(entry, offer.region)),
    city: textOf(at(entry, offer.city)),
    rate_center: textOf(at(entry, offer.rateCenter)),
    lata: textOf(at(entry, offer.lata)),
    monthly_rental_rate: rateOf(textOf(at(entry, offer.price))),
    setup_rate: rateOf(textOf(at(entry, offer.setupPrice))),
  }
  return Object.fromEntries(Object.entries(details).filter(([, text]) => text !== ''))
}

function rateOf(text: string): string {
  const micros = parseAmount(text)
  return micros === undefined || micros < 0 ? '' : priceText(micros)
}

function at(entry: unknown, pointer: string | undefined): unknown {
  return pointer === undefined ? undefined : valueAt(entry, parsePointer(pointer) ?? [])
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim().slice(0, TEXT_MAX)
  return typeof value === 'number' ? String(value) : ''
}

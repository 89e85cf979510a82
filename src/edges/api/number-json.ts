// Numbers that are owned and numbers on offer, as the API shows them. It judges nothing.
import type { TenDlc } from '../../directory/tendlc.js'
import type { OwnedNumber } from '../../powerpack/owned-number.js'
import { nanpAreaOf } from '../../phone/nanp.js'
import { nationalOf, offerTypeOf } from './inventory.js'
import { ATTACHED, UNATTACHED } from './tendlc-json.js'

const NO_RATE = '0.00000'

/**
 * @param base `/v1/Account/{auth_id}` of whoever has it; `subAccount` where that is a sub-account
 * @param application of that account, '' for none
 * @param tenDlc what it is attached to here
 */
export function ownedJson(
  row: OwnedNumber,
  base: string,
  subAccount: string,
  application: string,
  tenDlc: Attachment,
): object {
  const { details } = row
  return {
    number: row.number,
    alias: details['alias'] ?? null,
    sub_account: subAccount === '' ? null : `/v1/Account/${subAccount}/`,
    added_on: new Date(row.ownedAtMs).toISOString().slice(0, 10),
    application: application === '' ? null : `${base}/Application/${application}/`,
    carrier: details['carrier'] ?? null,
    city: details['city'] ?? null,
    country: row.country,
    region: regionOf(row),
    number_type: offerTypeOf(row),
    ...servicesOf(row),
    monthly_rental_rate: details['monthly_rental_rate'] ?? NO_RATE,
    renewal_date: details['renewal_date'] ?? null,
    tendlc_campaign_id: tenDlc.campaign,
    tendlc_registration_status: tenDlc.status,
    toll_free_sms_verification:
      row.type === 'tollfree' ? (details['toll_free_sms_verification'] ?? 'UNVERIFIED') : null,
    resource_uri: `${base}/Number/${row.number}/`,
  }
}

export interface Attachment {
  readonly campaign: string | null
  readonly status: string
}

/** By the campaigns of this switch, else as its provider noted it. */
export function attachmentOf({ number, details }: OwnedNumber, registry: TenDlc | undefined): Attachment {
  const campaign = registry?.campaignOf(number)
  if (campaign !== undefined) return { campaign: campaign.id, status: ATTACHED }
  return {
    campaign: details['tendlc_campaign_id'] ?? null,
    status: details['tendlc_registration_status'] ?? UNATTACHED,
  }
}

/** @param base `/v1/Account/{auth_id}` of whoever asks */
export function offerJson(row: OwnedNumber, base: string): object {
  const { details } = row
  const type = offerTypeOf(row)
  return {
    number: row.number,
    prefix: row.type === 'shortcode' ? null : nationalOf(row.number).slice(0, 3),
    city: details['city'] ?? null,
    country: row.country,
    region: regionOf(row),
    rate_center: details['rate_center'] ?? null,
    lata: details['lata'] ?? null,
    type: type === 'local' ? 'fixed' : type,
    sub_type: type,
    setup_rate: details['setup_rate'] ?? NO_RATE,
    monthly_rental_rate: details['monthly_rental_rate'] ?? NO_RATE,
    ...servicesOf(row),
    restriction: null,
    restriction_text: null,
    resource_uri: `${base}/PhoneNumber/${row.number}/`,
  }
}

function servicesOf({ sms, mms, voice, details }: OwnedNumber): object {
  return {
    sms_enabled: sms,
    sms_rate: details['sms_rate'] ?? NO_RATE,
    mms_enabled: mms,
    mms_rate: details['mms_rate'] ?? NO_RATE,
    voice_enabled: voice,
    voice_rate: details['voice_rate'] ?? NO_RATE,
  }
}

/** What is noted of it, or where its area code is. */
function regionOf({ number, details }: OwnedNumber): string | null {
  const region = details['region'] ?? nanpAreaOf(number)?.region ?? ''
  return region === '' ? null : region
}

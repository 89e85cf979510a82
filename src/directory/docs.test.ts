import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ApiRow } from './api-columns.js'
import { dialingFields } from './dialing-columns.js'
import { AccountRow, bindKinds, ConnectionRow, CustomerRow, DirectoryFile, ExchangeRateRow, idForms, PlanRow, PolicyRow, ProductRow, RateRow, TariffRow, VendorRow } from './schema.js' // prettier-ignore
import { SipPeerRow, sipTransports, SipUserRow } from './sip-columns.js'
import { useCases } from '../tendlc/campaign.js'
import { carriers } from '../tendlc/carriers.js'
import {
  BrandRow,
  brandEntities,
  CampaignRow,
  CarrierOverrideRow,
  CarrierOverridesRow,
  NetworkTlvRow,
} from './tendlc-columns.js'
import { alphabets, languageNames, longMessages, TextRow } from './text-columns.js'
import { services } from './trade-rows.js'

const page = readFileSync(new URL('../../docs/directory.md', import.meta.url), 'utf8')
const keysOf = (schema: { readonly properties: object }): string[] => Object.keys(schema.properties)

describe('docs/directory.md', () => {
  const keys = [AccountRow, ConnectionRow, VendorRow, TariffRow, RateRow, DirectoryFile, CustomerRow, ProductRow, PlanRow, ExchangeRateRow, BrandRow, CampaignRow, CarrierOverrideRow, CarrierOverridesRow].flatMap(keysOf) // prettier-ignore
  const policyKeys = keysOf(PolicyRow).filter((key) => key !== 'match' && key !== 'routing')
  const nested = [
    ...keysOf(PolicyRow.properties.match).map((key) => `match.${key}`),
    ...keysOf(PolicyRow.properties.routing).map((key) => `routing.${key}`),
    ...keysOf(ConnectionRow.properties.receiptIds),
    ...keysOf(NetworkTlvRow),
    ...keysOf(ConnectionRow.properties.multipart).map((key) => `multipart.${key}`),
    ...keysOf(TextRow).map((key) => `text.${key}`),
    ...keysOf(AccountRow.properties.limits),
    ...keysOf(SipUserRow),
    ...keysOf(SipUserRow.properties.secrets),
    ...keysOf(ApiRow),
    ...keysOf(SipPeerRow),
    ...sipTransports,
    ...keysOf(PlanRow.properties.profit),
    ...keysOf(PlanRow.properties.categories.items),
    ...keysOf(PolicyRow.properties.hlr).map((key) => `hlr.${key}`),
  ]
  const words = [
    ...dialingFields,
    ...services,
    ...bindKinds,
    ...idForms,
    ...alphabets,
    ...longMessages,
    ...languageNames,
    ...useCases,
    ...carriers,
    ...brandEntities,
  ]

  it.each([...new Set([...keys, ...policyKeys, ...nested, ...words])])('explains `%s`', (word) => {
    expect(page.includes(`\`${word}\``) || page.includes(` ${word}, `) || page.includes(`{ ${word}`) || page.includes(`, ${word} }`)).toBe(true) // prettier-ignore
  })
})

import { expect, it } from 'vitest'
import { mobileCountriesOf } from './country-networks.js'
import { parseNetworkDigits } from './network.js'
import { usCarrierOf } from './us-carrier.js'

it.each([
  ['310410', 'att'],
  ['313100', 'att'],
  ['313140', 'att'],
  ['312250', 'tmobile'],
  ['311589', 'uscellular'],
  ['311480', 'verizon'],
  ['311289', 'verizon'],
  ['310260', 'tmobile'],
  ['310120', 'tmobile'],
  ['311580', 'uscellular'],
  ['302720', 'other'],
  ['', 'unknown'],
])('the network %s is of %s', (digits, carrier) => {
  expect(usCarrierOf(parseNetworkDigits(digits))).toBe(carrier)
  if (carrier !== 'other' && digits !== '') expect(mobileCountriesOf('14155550100')).toContain(digits.slice(0, 3))
})

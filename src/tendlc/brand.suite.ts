// Brands and campaigns for tests: usual ones, with what a test says otherwise.
import type { Brand } from './brand.js'
import type { Campaign } from './campaign.js'

export function brandOf(differences: Partial<Brand> = {}): Brand {
  return {
    id: 'acme',
    kind: 'standard',
    ein: '12-3456789',
    trustScore: 80,
    isRussell3000: false,
    isGovernment: false,
    tmobileDay: undefined,
    ...differences,
  }
}

export function campaignOf(differences: Partial<Campaign> = {}): Campaign {
  return {
    id: 'news',
    brand: 'acme',
    useCase: 'declared',
    attClass: undefined,
    overrides: {},
    numbers: ['12025550123'],
    ...differences,
  }
}

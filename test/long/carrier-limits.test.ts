// A minute of what carriers take: three campaigns that together are faster than their account.
import { it } from 'vitest'
import { threeCampaigns } from '../flow/three-campaigns.js'

it('over a minute 225 a second are accepted and 100 a second leave, of all three campaigns alike', async () => {
  await threeCampaigns(60)
}, 180_000)

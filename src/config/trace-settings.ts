// The settings of traces: what is remembered of single messages. A part of all settings. Data only.
import { whole } from './setting.js'

export const trace = {
  messages: whole(
    50_000,
    'Most messages of which it is remembered what held them up, some 400 bytes each; the longest silent ones are forgotten. 0 for none.',
    { min: 0, max: 10_000_000 },
  ),
  entries: whole(16, 'Most entries of one of them; the oldest are dropped.', { max: 1000 }),
  maxAgeMs: whole(86_400_000, 'How long they are remembered after the last entry.', { max: 3_155_760_000_000 }),
  searchRows: whole(
    1_000_000,
    'Most rows of the queue that are looked through for one that is asked for and waits; it goes on beside all other work.',
    { max: 1_000_000_000 },
  ),
}

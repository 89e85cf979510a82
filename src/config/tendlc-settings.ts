// The settings of 10DLC: whose figures hold, and what becomes of what they do not let go. A part of all settings. Data only.
import { oneOf, text, whole } from './setting.js'

export const tenDlc = {
  profile: oneOf(
    ['usual', 'aws', 'azure', 'bird', 'plivo', 'telnyx'],
    'usual',
    'Whose figures hold where those who sell 10DLC differ; see docs/10dlc.md.',
  ),
  tablesFile: text(
    '',
    'A YAML or JSON file with rows that stand in place of those of the tables, relative to the working directory; empty for none.',
    { minLength: 0 },
  ),
  unregistered: oneOf(
    ['limit', 'refuse'],
    'limit',
    'What becomes of messages to the United States from a long code that is in no campaign: they leave at the rate of such numbers, or are refused (code 30034).',
  ),
  unknownCarrier: oneOf(
    ['strict', 'spread'],
    'strict',
    'A message to a phone whose carrier nobody knows counts at each of the three large ones, or at one that is guessed by their shares.',
  ),
  dayCap: oneOf(
    ['hold', 'fail'],
    'hold',
    'A message beyond the cap of a brand’s day waits for midnight in Los Angeles, or fails (code 30023); a campaign may say otherwise.',
  ),
  maxQueueSeconds: whole(
    36_000,
    'A message that would wait longer for its turn is refused (code 30001), and one that has waited so long expires (30036); the tables may say less.',
    { max: 604_800 },
  ),
  learnedDays: whole(30, 'How long the carrier that a receipt named is taken for that of the phone.', { max: 3650 }),
  learnedPhones: whole(
    2_000_000,
    'Most phones of which that is remembered, some 20 bytes each; the longest silent ones are forgotten.',
    { max: 100_000_000 },
  ),
}

import { describe, expect, it } from 'vitest'
import { createDialing, type Dialing } from '../../directory/dialing.js'
import type { SendingAccount, Snapshot } from '../../directory/snapshot.js'
import type { Address } from '../../message/address.js'
import type { Failure } from '../../message/failure.js'
import { inOnePiece, type Assembled, type Submission, type Together } from '../stage.js'
import { translateAddresses, translateMoAddresses } from './translate.js'

const dialingOf = createDialing()
const asWritten = dialingOf()
const british = dialingOf({ calledIn: 'dialing international=00 national=0 countryCode=44', callingIn: 's/^0/44/' })
const number = (value: string): Address => ({ ton: 0, npi: 1, value })

function rig() {
  const refused: string[] = []
  const together = (source: Address, destination: Address, sender: Submission['sender']): Together => ({
    submission: {
      sender,
      source,
      destination,
      asSent: undefined,
      answer: { refused: ({ reason, cause }: Failure) => void refused.push(`${reason}: ${cause}`) },
    } as unknown as Submission,
    assembly: inOnePiece,
  })
  const from = (dialing: Dialing, source: string, destination: string): Assembled => ({
    ...together(number(source), number(destination), { kind: 'account', account: 'a' } as Submission['sender']),
    account: { id: 'a', dialing } as SendingAccount,
  })
  return { refused, together, from }
}

describe('towards a phone', () => {
  it('what the account writes becomes E.164, and what it wrote is kept', () => {
    const { from } = rig()
    const written = from(british, '07700900123', '0033612345678')
    const [translated] = translateAddresses([written])
    expect(translated).toEqual({
      ...written,
      submission: {
        ...written.submission,
        source: { ton: 1, npi: 1, value: '447700900123' },
        destination: { ton: 1, npi: 1, value: '33612345678' },
        asSent: { source: number('07700900123'), destination: number('0033612345678') },
      },
    })
  })

  it('what its rules do not change is not copied, nor is a batch of accounts without rules', () => {
    const { from } = rig()
    const [international, plain] = [from(british, 'Acme', '447700900123'), from(asWritten, '0770', '00336')]
    expect(translateAddresses([international, plain])[0]).toBe(international)
    const batch = [plain, from(asWritten, 'Acme', '447700900123')]
    expect(translateAddresses(batch)).toBe(batch)
  })

  it('what its rules make nothing usable of is refused, the others of the batch go on', () => {
    const { from, refused } = rig()
    const emptying = dialingOf({ calledIn: 's/^0+$//', callingIn: 's/^9/99999999999/' })
    const going = from(british, '07700900123', '07700900124')
    const batch = [from(emptying, '1234567', '00000000'), going, from(emptying, '9123456789012', '447700900123')]
    expect(translateAddresses(batch).map(({ submission }) => submission.destination.value)).toEqual(['447700900124'])
    expect(refused).toEqual([
      'invalidDestination: translation makes "" of 00000000',
      'invalidSource: translation makes "99999999999123456789012" of 9123456789012',
    ])
  })
})

describe('from a phone', () => {
  const sender = { kind: 'vendor', vendor: 'v', connection: 'c' } as Submission['sender']
  const directory = (dialing: Dialing): Snapshot => ({ connection: () => ({ dialing }) }) as unknown as Snapshot

  it('what the vendor writes becomes E.164; nobody is told of it in its words', () => {
    const { together } = rig()
    const [translated] = translateMoAddresses(directory(british), [
      together(number('07700900123'), number('02079460000'), sender),
    ])
    expect(translated!.submission).toMatchObject({
      source: { ton: 1, npi: 1, value: '447700900123' },
      destination: { ton: 1, npi: 1, value: '442079460000' },
      asSent: undefined,
    })
  })

  it('a batch over connections without rules is as it is', () => {
    const { together } = rig()
    const batch = [together(number('07700900123'), number('40404'), sender)]
    expect(translateMoAddresses(directory(asWritten), batch)).toBe(batch)
  })
})

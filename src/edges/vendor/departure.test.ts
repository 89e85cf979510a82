import { describe, expect, it } from 'vitest'
import type { Connection } from '../../directory/snapshot.js'
import type { SegmentDelivery } from '../../message/delivery.js'
import type { ConnectionId } from '../../message/ids.js'
import { segment } from '../../store/conformance-rows.suite.js'
import type { Leaving } from '../../text/leaving.js'
import { begun } from './departure.js'

const a = 'a' as ConnectionId
const over = { id: 'b' as ConnectionId } as Connection

function makes(count: number): Leaving {
  const one = { udhi: false, octets: new Uint8Array(1), sar: undefined }
  return { kind: 'leaving', dataCoding: 0, segments: Array.from({ length: count }, () => one), transliterated: 0 }
}

const ofThree = { connection: a, total: 3, taken: 0, group: undefined }

describe('what is about to be sent', () => {
  it('of one segment stays as it is', () => {
    const delivery = segment(1)
    expect(begun(delivery, makes(1), over)).toBe(delivery)
  })

  it('of several has its progress', () => {
    expect(begun(segment(1), makes(2), over).progress).toEqual({ ...ofThree, connection: 'b', total: 2 })
  })

  it('and has begun stays as it is', () => {
    const delivery: SegmentDelivery = segment(1, { progress: { ...ofThree, taken: 1 } })
    expect(begun(delivery, makes(3), over)).toBe(delivery)
  })

  it('and was cut in several elsewhere, and refused: one is one', () => {
    expect(begun(segment(1, { progress: ofThree }), makes(1), over).progress).toBeUndefined()
  })

  it('and was cut in several elsewhere, where nobody answered: it stays known as one that may be in several', () => {
    const delivery = segment(1, { progress: ofThree, unansweredBy: a })
    expect(begun(delivery, makes(1), over)).toMatchObject({
      unansweredBy: a,
      progress: { connection: 'b', total: 1, taken: 0 },
    })
  })
})

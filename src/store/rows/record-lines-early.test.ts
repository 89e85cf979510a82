import { expect, it } from 'vitest'
import { ByteReader, ByteWriter } from './bytes.js'
import { readRecords } from './record-lines.js'

function read(...hex: string[]): string[] {
  const out = new ByteWriter(16)
  readRecords(new ByteReader(), Buffer.from(hex.join(''), 'hex'), out)
  return out.buffer.toString('latin1', 0, out.position).split('\n')
}

/** The octets of two records with one end, as the programs with blocks of versions 2 and 3 wrote them. */
const first = [
  '0100f07f56febc784200008056febc784200108056febc784201080000002c2261223a317d0a103031303030303032303030',
  '30303030310441636d650c343437373030393030313233',
]
const line = (id: string, destination: string): string =>
  `{"version":2,"message":"${id}","source":"Acme","destination":"${destination}",` +
  '"acceptedAtMs":1699999999999,"sentAtMs":1700000000000,"doneAtMs":1700000000001,"a":1}'

it('reads blocks of version 3: a sender that repeats is not there again', () => {
  const lines = read(
    ...['0305000000', ...first, '06103031303030303032303030303030', '30320c343437373030393030313234'],
    ...['00080000007b226e223a317d0a0100f07f56febc7842000000000000f0bf00208056febc784202080000002c2262223a32', '7d0a'],
    ...['1030313030303030323030303030303033fe060000005a006f00eb000534343737300100f07f56febc784200008056febc'],
    ...['784200108056febc78420110303130303030303230303030303030340441636d650122'],
  )
  expect(lines).toEqual([
    line('0100000200000001', '447700900123'),
    line('0100000200000002', '447700900124'),
    '{"n":1}',
    '{"version":2,"message":"0100000200000003","source":"Zo\\u00eb","destination":"44770",' +
      '"acceptedAtMs":1699999999999,"sentAtMs":-1,"doneAtMs":1700000000002,"b":2}',
    line('0100000200000004', '\\"'),
    '',
  ])
})

it('reads blocks of version 2: each record has its sender', () => {
  const second = '021030313030303030323030303030303032' + '0441636d650c343437373030393030313234'
  expect(read('0202000000', ...first, second)).toEqual([
    line('0100000200000001', '447700900123'),
    line('0100000200000002', '447700900124'),
    '',
  ])
})

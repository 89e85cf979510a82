// What choosing a number costs with 100,000 in one pool, local connect and sticky sender on, each phone a new one; prints one JSON line.
import { Rig, account, chances, noonMs, owned } from '../src/powerpack/rig.suite.js'
import { numberText } from '../src/powerpack/owned-number.js'
import { packText } from '../src/powerpack/pack.js'
import { Powerpacks } from '../src/powerpack/powerpacks.js'
import { keptRow } from '../src/powerpack/rows.js'
import { areas } from './api-daemon.js'
import { median } from './modes.js'

const NUMBERS = 100_000
const CHOICES = 2000
const ROUNDS = 60

const pack = new Rig().pack('p')
const packs = new Powerpacks()
packs.load('powerpack', [keptRow('powerpack', 'p', packText(pack))])
const numbers = Array.from({ length: NUMBERS }, (_, i) =>
  owned(`1${areas[i % areas.length]}${2_000_000 + i}`, { account, pool: pack.pool, joinedAtMs: 1 }),
)
packs.load(
  'number',
  numbers.map((row) => keptRow('number', row.number, numberText(row))),
)
packs.loaded(noonMs)

const chance = chances(11)
const rounds: number[] = []
let phone = 0
for (let round = 0; round < ROUNDS; round++) {
  const destinations = Array.from({ length: CHOICES }, () => `1${areas[phone % areas.length]}${3_000_000 + phone++}`)
  const from = process.hrtime.bigint()
  for (const destination of destinations)
    packs.choose({ pack: 'p', destination, service: 'sms', segments: 1, carrier: 'unknown' }, noonMs, noonMs, chance)
  rounds.push(Number(process.hrtime.bigint() - from) / 1000 / CHOICES)
}
console.log(JSON.stringify({ choice_us: Number(median(rounds).toFixed(3)) }))

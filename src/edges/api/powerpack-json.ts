// Powerpacks as the API writes and reads them. It judges nothing.
import { type Static, Type } from '@sinclair/typebox'
import type { NanpCountry } from '../../phone/nanp.js'
import { numberTypes, services, type NumberType, type Service } from '../../powerpack/number-type.js'
import type { PackWish, PriorityWish } from '../../powerpack/pack-changes.js'
import type { Pack } from '../../powerpack/pack.js'
import { isoTime } from './answers.js'

const countries: readonly NanpCountry[] = ['US', 'CA']
const turns = ['priority1', 'priority2', 'priority3'] as const

const turn = Type.Optional(Type.Union([Type.String(), Type.Null()]))

const flag = (description: string) => Type.Optional(Type.Boolean({ description, expected: 'true or false' }))

const packFields = {
  sticky_sender: flag('A phone goes on hearing from the number that it heard from last.'),
  local_connect: flag('Numbers of the area of the phone come first.'),
  application_type: Type.Optional(Type.String({ expected: 'xml or phlo' })),
  application_id: Type.Optional(Type.String({ maxLength: 255, expected: 'the id of an application, or none' })),
  number_priority: Type.Optional(
    Type.Array(
      Type.Object({
        country_iso: Type.String(),
        service_type: Type.String(),
        priority: Type.Object({ priority1: turn, priority2: turn, priority3: turn }),
      }),
      {
        maxItems: countries.length * services.length,
        expected: 'a list of { country_iso, service_type, priority: { priority1, priority2, priority3 } }',
      },
    ),
  ),
}

const name = Type.String({ minLength: 1, maxLength: 255, expected: 'a text of 1 to 255 characters' })

export const NewPackBody = Type.Object({ name, ...packFields })
export const PackBody = Type.Object({ name: Type.Optional(name), ...packFields })

/** What is asked for; undefined where a word of it is none. */
export function packWish(body: Static<typeof PackBody>): PackWish | { readonly mistake: string } {
  const type = body.application_type?.toLowerCase()
  if (type !== undefined && type !== 'xml' && type !== 'phlo')
    return { mistake: 'application_type: expects xml or phlo' }
  const priority: PriorityWish[] = []
  for (const entry of body.number_priority ?? []) {
    const country = countries.find((one) => one === entry.country_iso.toUpperCase())
    const service = services.find((one) => one === entry.service_type.toLowerCase())
    const types = turns.map((each) => typeNamed(entry.priority[each] ?? ''))
    if (country === undefined || service === undefined || types.includes(undefined))
      return { mistake: 'number_priority: expects US or CA, SMS or MMS, and shortcode, tollfree or longcode' }
    priority.push({ country, service, types: types as (NumberType | null)[] })
  }
  const isNone = body.application_id?.toLowerCase() === 'none'
  const id = isNone ? '' : body.application_id
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.sticky_sender !== undefined && { stickySender: body.sticky_sender }),
    ...(body.local_connect !== undefined && { localConnect: body.local_connect }),
    ...(type !== undefined && { applicationType: type }),
    ...(id !== undefined && { applicationId: id, ...(isNone && { applicationType: '' }) }),
    ...(priority.length > 0 && { priority }),
  }
}

/** @param base `/v1/Account/{auth_id}`; SDKs take the pool's id from the fifth part of the path that is made of it */
export function packJson(pack: Pack, base: string): object {
  return {
    uuid: pack.uuid,
    name: pack.name,
    sticky_sender: pack.stickySender,
    local_connect: pack.localConnect,
    application_type: pack.applicationType,
    application_id: pack.applicationId,
    number_pool: `${base}/NumberPool/${pack.pool}/`,
    number_priority: countries.flatMap((country) =>
      services.map((service) => priorityJson(country, service, pack.priority[country][service])),
    ),
    created_on: isoTime(pack.createdAtMs),
  }
}

function priorityJson(country: NanpCountry, service: Service, types: readonly NumberType[]): object {
  const priority = Object.fromEntries(turns.map((each, index) => [each, types[index] ?? null]))
  return { country_iso: country, service_type: service.toUpperCase(), priority }
}

/** Null for no type, undefined for what is none. */
function typeNamed(text: string): NumberType | null | undefined {
  return text === '' ? null : numberTypes.find((type) => type === text.toLowerCase())
}

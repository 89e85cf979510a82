import { describe, expect, it } from 'vitest'
import { checkRequest, EXPIRY_DEFAULT_S, type MessageRequest } from './message-request.js'

const usual = { src: '14155550100', dst: '14155550199', text: 'hi' }
const uuid = '11111111-1111-4111-8111-111111111111'

function taken(body: Record<string, unknown>): MessageRequest {
  const checked = checkRequest({ ...usual, ...body })
  if (checked.kind === 'mistake') throw new Error(checked.error)
  return checked.request
}

function error(body: Record<string, unknown>): string {
  const checked = checkRequest({ ...usual, ...body })
  return checked.kind === 'mistake' ? checked.error : ''
}

describe('a request for messages', () => {
  it('is what was asked for', () => {
    expect(taken({})).toEqual({
      src: '14155550100',
      powerpack: '',
      to: ['14155550199'],
      invalid: [],
      text: 'hi',
      log: 'true',
      told: undefined,
      validityMs: EXPIRY_DEFAULT_S * 1000,
      dlt: {},
    })
  })

  it.each([
    ['14155550199', ['14155550199'], []],
    [' +1 (415) 555-0199 < 1/415.555.0198<14155550199', ['14155550199', '14155550198'], []],
    ['14155550199<jsgf3dsjh28372<123', ['14155550199'], ['jsgf3dsjh28372', '123']],
    ['14155550199<', ['14155550199'], []],
    ["['14155550199', '14155550198']", ['14155550199', '14155550198'], []],
    [14155550199, ['14155550199'], []],
    [['14155550199', '+14155550198'], ['14155550199', '14155550198'], []],
    ['14155550199<14155550100', ['14155550199'], ['14155550100']],
    ['14155550199<123456789012345', ['14155550199'], ['123456789012345']],
    ['14155550199<04155550100', ['14155550199'], ['04155550100']],
  ])('to %j goes to %j', (dst, to, invalid) => expect(taken({ dst })).toMatchObject({ to, invalid }))

  it.each([
    ['+1 415-555-0100', '14155550100'],
    ['Acme Inc', 'AcmeInc'],
    ['444444', '444444'],
    [14155550100, '14155550100'],
  ])('from %j comes from %s', (src, is) => expect(taken({ src })).toMatchObject({ src: is }))

  it.each([
    [{ log: true }, { log: 'true' }],
    [{ log: 'false' }, { log: 'false' }],
    [{ log: false }, { log: 'false' }],
    [{ log: 'content_only' }, { log: 'content_only' }],
    [{ url: 'https://a.example/cb', method: 'get' }, { told: { url: 'https://a.example/cb', method: 'GET' } }],
    [{ url: 'https://a.example' }, { told: { url: 'https://a.example/', method: 'POST' } }],
    [{ url: '', method: 'POST', trackable: false, type: 'sms', log: 'true' }, { told: undefined }],
    [{ message_expiry: 5 }, { validityMs: 5000 }],
    [{ message_expiry: '10799' }, { validityMs: 10_799_000 }],
    [
      { src: '', powerpack_uuid: uuid.toUpperCase() },
      { src: '', powerpack: uuid },
    ],
    [{ dlt_entity_id: '123' }, { dlt: { dlt_entity_id: '123' } }],
    [{ text: 'a'.repeat(1600) }, {}],
    [{ text: '你'.repeat(737) }, {}],
    [{ text: '😀' }, {}],
    [{ media_urls: [], template: null }, {}],
  ])('takes parameters, row %#', (body, is) => expect(taken(body)).toMatchObject(is))

  it.each([
    [{ src: '' }, /src or powerpack_uuid is missing/],
    [{ powerpack_uuid: uuid }, /not both/],
    [{ src: '', powerpack_uuid: 'x' }, /powerpack_uuid must be a UUID/],
    [{ src: '---' }, /^src must be/],
    [{ src: '123456789012345' }, /^src must have 14 digits/],
    [{ src: 'TwelveLetter' }, /^src must have 11 characters/],
    [{ dst: '' }, /^dst is missing/],
    [{ dst: 'abc<def' }, /^dst has no valid number/],
    [{ dst: { a: 1 } }, /^dst must be a text/],
    [{ dst: Array.from({ length: 1002 }, (_, i) => 14155550000 + i).join('<') }, /^dst has more than 1000/],
    [{ text: '' }, /^text is missing/],
    [{ text: ['a'] }, /^text must be a text/],
    [{ text: 'a'.repeat(1601) }, /^text must have 1600/],
    [{ text: '€'.repeat(801) }, /^text must have 1600/],
    [{ text: '你'.repeat(738) }, /^text must have 737/],
    [{ text: 'a\ud800b' }, /^text must be Unicode/],
    [{ type: 'mms' }, /^type must be sms/],
    [{ media_urls: ['http://a.example/a.png'] }, /^media_urls is not supported/],
    [{ template: {} }, /^template is not supported/],
    [{ url: 'ftp://a.example/' }, /^url must be/],
    [{ url: 'https://a.example/', method: 'PUT' }, /^method must be/],
    [{ log: 'maybe' }, /^log must be/],
    [{ trackable: 'maybe' }, /^trackable must be/],
    [{ message_expiry: 4 }, /^message_expiry must be 5 to 10800/],
    [{ message_expiry: '1e3' }, /^message_expiry/],
    [{ dlt_entity_id: 'x'.repeat(65) }, /^dlt_entity_id must have/],
  ])('names what is wrong, row %#', (body, said) => expect(error(body)).toMatch(said))

  it('takes a thousand destinations, each once', () => {
    const all = Array.from({ length: 1000 }, (_, i) => String(14155550000 + i))
    expect(taken({ src: 'Acme', dst: [...all, ...all].join('<') }).to).toEqual(all)
  })
})

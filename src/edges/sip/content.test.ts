import { describe, expect, it } from 'vitest'
import { contentOf, leavingText, textOf, transferDecoded } from './content.js'

const octets = (...values: number[]): Uint8Array => Uint8Array.from(values)
const read = (bytes: Uint8Array, charset?: string): string => {
  const body = textOf(bytes, charset)
  return body.kind === 'text' ? body.text : body.why
}

describe('a body', () => {
  it.each([
    [undefined, [0x67, 0xc3, 0xbc], 'gü'],
    ['UTF-8', [0xef, 0xbb, 0xbf, 0x67], 'g'],
    ['us-ascii', [0x67, 0xc3, 0xbc], 'gü'],
    ['ISO-8859-1', [0x67, 0xfc], 'gü'],
    ['iso-8859-15', [0xa4], '€'],
    ['windows-1251', [0xcf], 'П'],
    ['koi8-r', [0xf0], 'П'],
    ['utf-16', [0xff, 0xfe, 0x11, 0x04], 'Б'],
    ['UTF-16', [0xfe, 0xff, 0x04, 0x11], 'Б'],
    ['UTF-16BE', [0x04, 0x11], 'Б'],
    ['gb18030', [0xc4, 0xe3], '你'],
    ['Shift_JIS', [0x82, 0xa0], 'あ'],
  ])('in %s is read', (charset, bytes, text) => expect(read(octets(...bytes), charset)).toBe(text))

  it.each([
    [undefined, [0x67, 0xfc], 'octets that are no UTF-8'],
    ['utf-16', [0x41], 'octets that are no utf-16'],
    ['klingon', [0x41], 'charset klingon is not known'],
    ['x'.repeat(99), [0x41], `charset ${'x'.repeat(40)} is not known`],
  ])('in %s is no text where its octets or its charset are none', (charset, bytes, why) =>
    expect(read(octets(...bytes), charset)).toBe(why),
  )

  it.each([
    [undefined, 'aGk=', 'aGk='],
    ['8BIT', 'aGk=', 'aGk='],
    ['base64', 'aGk=\r\n', 'hi'],
    ['quoted-printable', 'hi', undefined],
  ])('behind the encoding %s', (encoding, bytes, text) => {
    const decoded = transferDecoded(Buffer.from(bytes), encoding)
    expect(decoded && Buffer.from(decoded).toString()).toBe(text)
  })
})

describe('a content', () => {
  it.each([
    ['hello @ {€}', 0],
    ['', 0],
    ['привет', 8],
    ['👍🏽', 8],
    ['tab\tand nul\0', 8],
  ])('%j has data_coding %i and comes out as it went in', (text, dataCoding) => {
    const content = contentOf(text)
    expect(content.dataCoding).toBe(dataCoding)
    expect(leavingText(content)).toEqual({ kind: 'text', text })
  })

  it('that is no text is not sent', () => {
    expect(leavingText({ dataCoding: 4, udhi: false, octets: octets(1, 2) }).kind).toBe('cannotSend')
    expect(leavingText({ dataCoding: 8, udhi: true, octets: octets(9) }).kind).toBe('cannotSend')
  })
})

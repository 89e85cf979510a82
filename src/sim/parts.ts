// A long text as parts with a user data header, cut as phones cut it, for simulated ESMEs. Sends nothing.
import smpp from 'smpp'
import type { SimSubmit } from './esme.js'

const UDHI = 0x40
// 3GPP TS 23.040 §9.2.3.24.1: what 140 octets hold, and what beside a header of 6 octets.
const roomOf = { septets: { alone: 160, part: 153 }, utf16: { alone: 70, part: 67 } } as const

/**
 * The parts of a message in order, or the message alone where it fits one. No character is cut in two.
 * @param reference the same for all parts of a message, 0 to 255
 */
export function inParts(message: SimSubmit, reference: number): readonly SimSubmit[] {
  const isGsm = smpp.encodings.detect(message.text) === 'ASCII'
  const room = isGsm ? roomOf.septets : roomOf.utf16
  const texts: string[] = []
  let [text, units, all] = ['', 0, 0]
  for (const character of message.text) {
    const more = isGsm ? smpp.encodings.ASCII.encode(character).length : character.length
    if (units + more > room.part) {
      texts.push(text)
      ;[text, units] = ['', 0]
    }
    text += character
    units += more
    all += more
  }
  texts.push(text)
  if (all <= room.alone) return [message]
  return texts.map((text, i) => {
    const udh = Buffer.from([5, 0, 3, reference, texts.length, i + 1])
    return {
      ...message,
      text,
      fields: { esm_class: UDHI, data_coding: isGsm ? 0 : 8, short_message: { udh, message: text }, ...message.fields },
    }
  })
}

// RFC 4475: each message against its outcome, and what the RFC wants seen in those that are well-formed.
import { describe, expect, it } from 'vitest'
import { parseDate } from '../../src/sip/dates.js'
import { contacts, field, fields, nameAddrs } from '../../src/sip/fields.js'
import { SipFramer } from '../../src/sip/framing.js'
import type { NameAddr, SipMessage, SipRequest } from '../../src/sip/message.js'
import { param } from '../../src/sip/params.js'
import { parseMessage } from '../../src/sip/parse.js'
import { bodyRefusalOf, refusalOf, type Abilities } from '../../src/sip/request-checks.js'
import { parseUri } from '../../src/sip/uri.js'
import { parseVia } from '../../src/sip/via.js'
import { writeResponse } from '../../src/sip/write.js'
import { tortureBytes, tortureMessages, type TortureName } from './torture-messages.js'
import { tortureOutcomes } from './torture-outcomes.js'

const names = Object.keys(tortureMessages) as TortureName[]

const abilities: Abilities = {
  methods: ['MESSAGE', 'REGISTER', 'OPTIONS'],
  knownMethods: ['INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK'],
  schemes: ['sip', 'sips', 'tel'],
  extensions: ['path', 'outbound'],
}

/** Refused for a header that is copied into the answer. */
const brokenHeaders: readonly TortureName[] = ['quotbal', 'scalar02', 'insuf', 'badinv01', 'baddn']

function readAs<K extends SipMessage['kind']>(name: TortureName, kind: K): Extract<SipMessage, { kind: K }> {
  const message = parseMessage(tortureBytes(name))
  if (message.kind !== kind) throw new Error(`${name} is a ${message.kind}`)
  return message as Extract<SipMessage, { kind: K }>
}
function contactsOf(message: SipRequest): readonly NameAddr[] {
  const read = contacts(message)
  if (read === undefined || read === '*') throw new Error('contacts that can be read')
  return read
}
const requestOf = (name: TortureName): SipRequest => readAs(name, 'request')

describe('the torture messages', () => {
  it('are 49', () => {
    expect(names).toHaveLength(49)
  })

  it.each(names)('%s has its outcome', (name) => {
    const outcome = tortureOutcomes[name]
    const message = parseMessage(tortureBytes(name))
    if (outcome.is === 'refused') {
      expect(message).toMatchObject({ kind: 'fault', status: outcome.status, why: outcome.why })
      if (message.kind !== 'fault') throw new Error('a refused message is a fault')
      expect(message.answerable !== undefined).toBe(outcome.answered)
    } else if (outcome.is === 'response') {
      expect(message).toMatchObject({ kind: 'response', status: outcome.status })
    } else {
      expect(message).toMatchObject({ kind: 'request', method: outcome.method })
      expect(refusalOf(message as SipRequest, abilities)?.status).toBe(outcome.server)
    }
  })

  it.each(names)('%s is answered with a well-formed response, where it may be', (name) => {
    const message = parseMessage(tortureBytes(name))
    const asked = message.kind === 'fault' ? message.answerable : message.kind === 'request' ? message : undefined
    if (asked === undefined) return
    const answer = writeResponse(asked, { status: 400, toTag: 'ours' })
    if (brokenHeaders.includes(name)) {
      // What was broken in the request is broken in what is copied from it; its Via is there.
      expect(answer.toString()).toMatch(/^SIP\/2\.0 400 Bad Request\r\n(.+\r\n)*Via: SIP/)
      return
    }
    expect(parseMessage(answer)).toMatchObject({ kind: 'response', status: 400 })
  })
})

describe('of the well-formed messages,', () => {
  it('wsinv is read through its folds and blanks', () => {
    const message = requestOf('wsinv')
    expect(message.to).toMatchObject({ uri: 'sip:vivekg@chair-dnrc.example.com', tag: '1918181833n' })
    expect(message.from).toMatchObject({ display: 'J Rosenberg \\"', tag: '98asjd8', uri: 'sip:jdrosen@example.com' })
    expect(message).toMatchObject({ maxForwards: 68, cseq: 9, cseqMethod: 'INVITE' })
    expect(message.via).toMatchObject({ transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw' })
    const vias = fields(message, 'via').map((each) => parseVia(each))
    expect(vias.map((each) => each?.host)).toEqual(['192.0.2.2', 'spindle.example.com', '192.168.255.111'])
    expect(vias.map((each) => each?.branch)).toEqual(['390skdjuw', 'z9hG4bK9ikj8', 'z9hG4bK30239'])
    expect(field(message, 'subject')).toBe('')
    expect(field(message, 'newfangledheader')).toBe('newfangled value continued newfangled value')
    expect(field(message, 'unknownheaderwithunusualvalue')).toBe(';;,,;;,;')
    const [contact] = contactsOf(message)
    expect(contact).toMatchObject({ display: 'Quoted string ""', uri: 'sip:jdrosen@example.com' })
    expect(param(contact!.params, 'q')).toBe('0.33')
    expect(param(contact!.params, 'secondparam')).toBe('')
    expect(nameAddrs(message, 'route')).toMatchObject([
      { uri: 'sip:services.example.com;lr;unknownwith=value;unknown-no-value' },
    ])
    expect(message.body).toHaveLength(150)
  })

  it('intmeth is read with all its characters', () => {
    const message = requestOf('intmeth')
    expect(message.via.branch).toBe("z9hG4bK-.!%66*_+`'~")
    expect(message.to.display).toBe('BEL:\x07 NUL:\0 DEL:\x7f')
    expect(message.from.display).toBe("token1~` token2'+_ token3*%!.-")
    expect(message.from.tag).toBe("_token~1'+`*%!-.")
    expect(param(message.from.params, "fromparam''~+*_!.-%")).toBe('работающий')
    expect(message.callId).toBe('intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{')
    expect(field(message, "extensionheader-!.%*+_`'~")).toBe('\ufeff大停電')
    expect(parseUri(message.uri)).toMatchObject({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      host: 'example.com',
    })
  })

  it('escapes are undone where they are escapes, and only there', () => {
    expect(parseUri(requestOf('esc01').uri)).toMatchObject({ user: 'sips:user@example.com', host: 'example.net' })
    expect(parseUri(requestOf('esc01').to.uri)?.user).toBe('user')
    const [contact] = contactsOf(requestOf('esc01'))
    expect(parseUri(contact!.uri)?.params).toEqual([
      { name: 'lr', value: undefined },
      { name: 'name', value: 'value%41' },
    ])
    const registered = contactsOf(requestOf('escnull'))
    expect(registered.map(({ uri }) => parseUri(uri)?.user)).toEqual(['\0', '\0\0'])
    expect(requestOf('esc02').to.display).toBe('%Z%45')
  })

  it('lwsdisp needs no blank before its bracket', () => {
    expect(requestOf('lwsdisp').from).toMatchObject({ display: 'caller', uri: 'sip:caller@example.com', tag: '323' })
  })

  it('longreq is within the bounds', () => {
    const message = requestOf('longreq')
    expect(fields(message, 'via')).toHaveLength(34)
    expect(message.from.tag).toBe(`12${'982'.repeat(50)}424`)
  })

  it('dblreq is one message as a datagram and two as a stream', () => {
    expect(requestOf('dblreq').body).toHaveLength(0)
    const framer = new SipFramer()
    framer.push(tortureBytes('dblreq'))
    const methods: unknown[] = []
    while (framer.next() === 'message') {
      const message = parseMessage(framer.bytes.subarray(framer.start, framer.end))
      methods.push(message.kind === 'request' ? message.method : message)
    }
    expect(methods).toEqual(['REGISTER', 'INVITE'])
  })

  it('semiuri has its semicolon in the user', () => {
    const uri = parseUri(requestOf('semiuri').uri)
    expect(uri).toMatchObject({ user: 'user;par=u@example.net', host: 'example.com', params: [] })
  })

  it('transports names transports that nobody has', () => {
    const vias = fields(requestOf('transports'), 'via').map((each) => parseVia(each)?.transport)
    expect(vias).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'])
  })

  it('mpart01 keeps the octets of its body, and its type is refused with those that are not', () => {
    const message = requestOf('mpart01')
    expect(message.body.includes(0)).toBe(true)
    const refusal = bodyRefusalOf(message, ['text/plain', 'message/cpim'])
    expect(refusal).toEqual({ status: 415, fields: [{ name: 'accept', value: 'text/plain, message/cpim' }] })
    expect(bodyRefusalOf(requestOf('invut'), ['text/plain'])?.status).toBe(415)
  })

  it('unreason and noreason say what they say', () => {
    expect(readAs('unreason', 'response').reason).toBe('= 2**3 * 5**2 но сто девяносто девять - простое')
    expect(readAs('noreason', 'response').reason).toBe('')
  })

  it('inv2543 has no tag, no Max-Forwards and no branch', () => {
    const message = requestOf('inv2543')
    expect(message.from.tag).toBeUndefined()
    expect(message.maxForwards).toBeUndefined()
    expect(message.via.branch).toBeUndefined()
  })
})

describe('of the messages that are for others to judge,', () => {
  it('baddate has no date, and a good one is read', () => {
    expect(parseDate(field(requestOf('baddate'), 'date')!)).toBeUndefined()
  })

  it('regbadct has no contact, regescrt one with a header', () => {
    expect(contacts(requestOf('regbadct'))).toBeUndefined()
    const [contact] = contactsOf(requestOf('regescrt'))
    expect(parseUri(contact!.uri)?.headers).toBe('Route=%3Csip:sip.example.com%3E')
  })

  it('cparam01 has its parameter in the header, cparam02 in the URI', () => {
    const [first] = contactsOf(requestOf('cparam01'))
    expect(param(first!.params, 'unknownparam')).toBe('')
    expect(parseUri(first!.uri)?.params).toEqual([])
    const [second] = contactsOf(requestOf('cparam02'))
    expect(second!.params).toEqual([])
    expect(param(parseUri(second!.uri)!.params, 'unknownparam')).toBe('')
  })

  it('bext01 is told what is not supported, an unknown method what is', () => {
    const value = 'nothingSupportsThis, nothingSupportsThisEither'
    expect(refusalOf(requestOf('bext01'), abilities)?.fields).toEqual([{ name: 'unsupported', value }])
    const allow = { name: 'allow', value: 'MESSAGE, REGISTER, OPTIONS' }
    expect(refusalOf(requestOf('intmeth'), abilities)?.fields).toEqual([allow])
  })

  it('zeromf may go no further, bcast has a Via too many', () => {
    expect(requestOf('zeromf').maxForwards).toBe(0)
    expect(fields(readAs('bcast', 'response'), 'via')).toHaveLength(2)
  })

  it('unksm2 names schemes that no one resolves', () => {
    const message = requestOf('unksm2')
    expect([message.to.uri, message.from.uri]).toEqual(['isbn:2983792873', 'http://www.example.com'])
    expect(contacts(message)).toMatchObject([{ uri: 'name:John_Smith' }])
  })
})

describe('on a stream,', () => {
  it.each(['ncl', 'mcl01'] as const)('%s ends the connection', (name) => {
    const framer = new SipFramer()
    framer.push(tortureBytes(name))
    expect(framer.next()).toMatchObject({ kind: 'lost', status: 400 })
  })

  it('clerr waits for the rest of its body', () => {
    const framer = new SipFramer()
    framer.push(tortureBytes('clerr'))
    expect(framer.next()).toBe('more')
    expect(framer.isWithinMessage).toBe(true)
  })
})

// The SIP messages that parsers are measured with: what a softphone sends, and what it gets back.

const text = 'A message of about eighty-five characters, which is what people write, more or less..'

export const typicalMessage = Buffer.from(
  [
    'MESSAGE sip:+15559870001@sms.example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bK776asdhds83jd02;rport',
    'Max-Forwards: 70',
    'From: "Alice" <sip:15551230001@sip.example.com>;tag=49583aef02',
    'To: <sip:+15559870001@sms.example.com>',
    'Call-ID: 843817637684230@998sdasdh09',
    'CSeq: 1826 MESSAGE',
    'Proxy-Authorization: Digest username="15551230001", realm="sip.example.com", ' +
      'nonce="66f1c2a40000000b7c1d2e3f4a5b6c7d", uri="sip:+15559870001@sms.example.com", ' +
      'response="6629fae49393a05397450978507c4ef1", algorithm=MD5, cnonce="0a4f113b", qop=auth, nc=00000001',
    'User-Agent: softphone/5.2.1',
    'Content-Type: text/plain;charset=UTF-8',
    `Content-Length: ${text.length}`,
    '',
    text,
  ].join('\r\n'),
)

export const typicalOk = Buffer.from(
  [
    'SIP/2.0 202 Accepted',
    'Via: SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bK776asdhds83jd02;rport=5060;received=192.0.2.17',
    'From: "Alice" <sip:15551230001@sip.example.com>;tag=49583aef02',
    'To: <sip:+15559870001@sms.example.com>;tag=a1b2c3',
    'Call-ID: 843817637684230@998sdasdh09',
    'CSeq: 1826 MESSAGE',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n'),
)

// The yardstick: the bare relay anyone would write with npm `smpp`. Nothing is stored; each PDU is handed on as decoded.
// An answer to the ESME waits for the vendor's answer, an answer to the vendor's receipt for the ESME's.
import { parseArgs } from 'node:util'
import smpp from 'smpp'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '2775' },
    'vendor-host': { type: 'string', default: '127.0.0.1' },
    'vendor-port': { type: 'string', default: '2776' },
    'vendor-system-id': { type: 'string', default: 'relay' },
    'vendor-password': { type: 'string', default: 'pass' },
    binds: { type: 'string', default: '4' },
  },
})

const vendors = []
const esmes = []
let nextVendor = 0
let nextEsme = 0

/** Sends a PDU of one session through another and answers it as the other end answers. */
function handOn(pdu, from, to) {
  const sequence = pdu.sequence_number
  pdu.sequence_number = 0 // npm smpp then gives its own
  to.send(pdu, (answer) => {
    // The answer itself may not be handed on: npm smpp forgets the callback by the number it finds in it afterwards.
    pdu.sequence_number = sequence
    from.send(pdu.response({ command_status: answer.command_status, message_id: answer.message_id ?? '' }))
  })
}

function connectVendor() {
  return new Promise((resolve, reject) => {
    const session = smpp.connect({ host: values['vendor-host'], port: Number(values['vendor-port']) })
    session.socket.setNoDelay(true)
    session.on('error', reject)
    session.on('connect', () => {
      const credentials = { system_id: values['vendor-system-id'], password: values['vendor-password'] }
      session.bind_transceiver(credentials, (answer) => {
        if (answer.command_status !== 0) return reject(new Error(`vendor refuses the bind: ${answer.command_status}`))
        vendors.push(session)
        resolve()
      })
    })
    session.on('deliver_sm', (pdu) => {
      if (esmes.length === 0) session.send(pdu.response({ command_status: smpp.ESME_RX_T_APPN }))
      else handOn(pdu, session, esmes[nextEsme++ % esmes.length])
    })
    session.on('enquire_link', (pdu) => session.send(pdu.response()))
  })
}

function serveEsme(session) {
  session.socket.setNoDelay(true)
  session.on('bind_transceiver', (pdu) => {
    session.send(pdu.response({ system_id: 'relay' }))
    esmes.push(session)
  })
  session.on('submit_sm', (pdu) => handOn(pdu, session, vendors[nextVendor++ % vendors.length]))
  session.on('enquire_link', (pdu) => session.send(pdu.response()))
  session.on('unbind', (pdu) => {
    session.send(pdu.response())
    session.close()
  })
  session.on('error', () => session.destroy())
  session.on('close', () => {
    if (esmes.includes(session)) esmes.splice(esmes.indexOf(session), 1)
  })
}

try {
  await Promise.all(Array.from({ length: Number(values.binds) }, connectVendor))
} catch (error) {
  console.error(`relay: ${error.message}`)
  process.exit(1)
}
const server = smpp.createServer(serveEsme)
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: true, port: server.address().port }))
})
process.on('SIGTERM', () => process.exit(0))

import { errors } from 'smpp/lib/defs.js'
import { describe, expect, it } from 'vitest'
import { parseStatus, status, statusName } from './status.js'

describe('statuses', () => {
  it('are all that npm smpp knows, and go both ways', () => {
    expect(status).toEqual(errors)
    for (const [name, value] of Object.entries(status)) {
      expect(statusName(value)).toBe(name)
      expect(parseStatus(name)).toBe(value)
    }
  })

  it('are known by other spellings and by number', () => {
    expect(parseStatus('ESME_RMSSQFUL')).toBe(status.ESME_RMSGQFUL)
    expect(parseStatus('ESME_RINVOPTPARAMVAL')).toBe(0xc4)
    expect(parseStatus('0x58')).toBe(0x58)
    expect(parseStatus('1025')).toBe(0x401)
    expect(statusName(0x401)).toBe('0x00000401')
    for (const text of ['', 'toString', 'ESME_', '0x', '99999999999', '-1']) expect(parseStatus(text)).toBeUndefined()
  })
})

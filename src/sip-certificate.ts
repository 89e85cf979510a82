// The certificate that SIP listens with, as its files have it. Belongs to the composition root.

import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Config } from './config/settings.js'
import { parseSipListeners } from './config/sip-listeners.js'

export type SipCertificate =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly cert: Buffer; readonly key: Buffer }
  /** What is wrong with which setting, in the words of other mistakes. */
  | { readonly kind: 'wrong'; readonly key: string; readonly value: string; readonly expected: string }

/** Reads it where a listener needs it, and tells whether it is one and the key is its own. */
export function readSipCertificate({ sip }: Config): SipCertificate {
  const isNeeded = parseSipListeners(sip.listeners)?.some(({ kind }) => kind === 'tls' || kind === 'wss') === true
  if (!sip.enabled || !isNeeded) return { kind: 'none' }
  const { certificateFile, keyFile } = sip.tls
  const cert = contentOf(certificateFile)
  if (typeof cert === 'string')
    return wrong('sip.tls.certificateFile', certificateFile, `a file that can be read (${cert})`)
  const key = contentOf(keyFile)
  if (typeof key === 'string') return wrong('sip.tls.keyFile', keyFile, `a file that can be read (${key})`)
  try {
    createSecureContext({ cert })
  } catch (error) {
    return wrong('sip.tls.certificateFile', certificateFile, `a certificate in PEM (${reasonOf(error)})`)
  }
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    return wrong('sip.tls.keyFile', keyFile, `the key of that certificate in PEM (${reasonOf(error)})`)
  }
  return { kind: 'read', cert, key }
}

function wrong(key: string, value: string, expected: string): SipCertificate {
  return { kind: 'wrong', key, value, expected }
}

/** Or why there is none. */
function contentOf(file: string): Buffer | string {
  try {
    return readFileSync(file)
  } catch (error) {
    return reasonOf(error)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

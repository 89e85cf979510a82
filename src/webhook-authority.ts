// The certificate authority of one's own that webhooks take for good, as its file has it. Belongs to the composition root.

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Config } from './config/settings.js'

export type WebhookAuthority =
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly pem: string }
  /** What is wrong with which setting, in the words of other mistakes. */
  | { readonly kind: 'wrong'; readonly key: string; readonly value: string; readonly expected: string }

const KEY = 'api.webhooks.caFile'

/** Reads it where webhooks are sent, and tells whether there is a certificate in it: what is none would be passed over without a word. */
export function readWebhookAuthority({ api }: Config): WebhookAuthority {
  const { caFile: value } = api.webhooks
  if (!api.enabled || value === '') return { kind: 'none' }
  let pem: string
  try {
    pem = readFileSync(value, 'utf8')
  } catch (error) {
    return { kind: 'wrong', key: KEY, value, expected: `a file that can be read (${reasonOf(error)})` }
  }
  try {
    new X509Certificate(pem)
  } catch (error) {
    return { kind: 'wrong', key: KEY, value, expected: `a certificate in PEM (${reasonOf(error)})` }
  }
  return { kind: 'read', pem }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

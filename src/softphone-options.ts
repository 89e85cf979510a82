// The settings of the web softphone as what the admin server takes. Belongs to the composition root.

import type { SoftphoneOptions } from './admin/softphone.js'
import type { Config } from './config/settings.js'
import type { SipListening } from './sip-switch.js'
import type { Log } from './telemetry/log.js'

/** Nothing where it is not enabled. @param listening asked at each request: listeners come up after the page */
export function softphoneOptions(
  { sip, softphone }: Config,
  listening: () => readonly SipListening[],
  log: Log,
): { readonly softphone?: SoftphoneOptions } {
  if (!softphone.enabled) return {}
  const { domain, url: webSocketUrl } = softphone
  const webSocket: SoftphoneOptions['webSocket'] = () => {
    const listener = listening().find(({ kind }) => kind === 'ws' || kind === 'wss')
    return listener && { port: listener.port, isSecure: listener.kind === 'wss' }
  }
  const onMissing = (folder: string): void => log.event('softphone.missing', { folder })
  return { softphone: { domain, numbersDomain: sip.numbersDomain, webSocketUrl, webSocket, onMissing } }
}

// One tab for an account in a browser: two would each get every message, and write over each other what is kept.

export interface OnlyTab {
  close(): void
}

/** Tells the other tabs that this one has the account now; `onTaken` is called once, when another says so later. */
export function onlyTab(account: string, onTaken: () => void): OnlyTab {
  const channel = new BroadcastChannel(`smswitch.softphone.1.${account}`)
  channel.onmessage = () => {
    channel.close()
    onTaken()
  }
  channel.postMessage('mine')
  return { close: () => channel.close() }
}

// What a refusal by SIP status means to the one who wrote the message. Pure.

const byStatus: ReadonlyMap<number, string> = new Map([
  [400, 'It was not understood.'],
  [401, 'Log in again to send.'],
  [402, 'No credit left.'],
  [403, 'You may not send this.'],
  [404, 'Nobody can be reached there.'],
  [413, 'It is too long.'],
  [415, 'It cannot be shown there.'],
  [480, 'Nobody can be reached there now.'],
  [484, 'The number is not complete.'],
  [486, 'They are busy.'],
  [488, 'It cannot be shown there.'],
  [500, 'The switch has a fault. Try again later.'],
  [503, 'The switch is busy. Try again later.'],
  [603, 'It was declined.'],
])

/** A sentence for a final status of 300 or more. */
export function refusalText(status: number): string {
  const known = byStatus.get(status) ?? (status < 400 ? 'They are somewhere else.' : 'It was refused.')
  return `${known} (${status})`
}

// What the address bar says is shown, so that the way back and a reload do what people expect.

export type Shown =
  { readonly kind: 'list' } | { readonly kind: 'new' } | { readonly kind: 'chat'; readonly key: string }

export function chatHash(key: string): string {
  return `#chat=${encodeURIComponent(key)}`
}

/** @param hash of a location; the list where it says nothing else */
export function readHash(hash: string): Shown {
  const [, kind, value = ''] = /^#(new|chat)(?:=(.*))?$/.exec(hash) ?? []
  if (kind === 'new') return { kind }
  if (kind !== 'chat') return { kind: 'list' }
  try {
    return { kind, key: decodeURIComponent(value) }
  } catch {
    return { kind: 'list' }
  }
}

// Secrets in rows: shown as a mask, and kept where the mask comes back. Which columns are secret is told by their names.

/** What a secret is shown as; in a change it stands for the secret that is there already. */
export const SECRET_MASK = '********'

// passwordEnv, passwordFile and their like say where a secret is; they are none.
const SECRET_NAME = /(password|passphrase|secret|token|apikey|hash|ha1)s?$/i

/** Whether texts under this key, alone, in a list or in a mapping, are secrets. */
export function isSecretKey(key: string): boolean {
  return SECRET_NAME.test(key)
}

/** Whether a JSON pointer leads to a secret or into one. */
export function isSecretAt(pointer: string): boolean {
  return pointer.split('/').some(isSecretKey)
}

/** The key by which a child is known to be secret: all within a secret is. */
export function keyWithin(key: string, childKey: string): string {
  return isSecretKey(key) ? key : childKey
}

/** A copy with the mask in place of each secret; '' says that there is none and stays. */
export function withoutSecrets(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return value !== '' && isSecretKey(key) ? SECRET_MASK : value
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, key))
  if (!isRecord(value)) return value
  return mapRecord(value, (child, childKey) => withoutSecrets(child, keyWithin(key, childKey)))
}

/** Where the mask stands for nothing, as a JSON pointer. */
export type OnNoSecret = (pointer: string) => void

/**
 * A copy with the secrets of `old` where the mask stands. Entries of lists belong together by their `id`, else by their place in
 * lists of one length.
 */
export function withSecretsOf(old: unknown, value: unknown, onNoSecret: OnNoSecret, key = '', pointer = ''): unknown {
  if (typeof value === 'string') {
    if (value !== SECRET_MASK || !isSecretKey(key)) return value
    if (typeof old === 'string') return old
    onNoSecret(pointer)
    return value
  }
  if (Array.isArray(value)) {
    const before: readonly unknown[] = Array.isArray(old) ? old : []
    const matching = counterparts(before, value)
    return value.map((item, index) =>
      withSecretsOf(matching(item, index), item, onNoSecret, key, `${pointer}/${index}`),
    )
  }
  if (!isRecord(value)) return value
  const before = isRecord(old) ? old : {}
  return mapRecord(value, (child, childKey) =>
    withSecretsOf(
      Object.hasOwn(before, childKey) ? before[childKey] : undefined,
      child,
      onNoSecret,
      keyWithin(key, childKey),
      `${pointer}/${childKey.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    ),
  )
}

function counterparts(before: readonly unknown[], after: readonly unknown[]) {
  const byId = new Map(before.flatMap((item) => (isRecord(item) && 'id' in item ? [[item['id'], item]] : [])))
  return (item: unknown, index: number): unknown => {
    if (isRecord(item) && 'id' in item) return byId.get(item['id'])
    return before.length === after.length ? before[index] : undefined
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mapRecord(record: Readonly<Record<string, unknown>>, change: (value: unknown, key: string) => unknown) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
}

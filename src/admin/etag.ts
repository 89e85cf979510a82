// Entity tags as HTTP writes them (RFC 9110 §8.8.3, §13.1). It knows no object.

export function quoted(etag: string): string {
  return `"${etag}"`
}

/** What If-Match names: `any` for `*`, undefined where it is not given. A weak tag matches nothing, as §13.1.1 says. */
export function etagsIn(header: string | undefined): readonly string[] | 'any' | undefined {
  if (header === undefined) return undefined
  if (header.trim() === '*') return 'any'
  return header
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => !tag.startsWith('W/'))
    .map((tag) => /^"(.*)"$/.exec(tag)?.[1] ?? tag)
}

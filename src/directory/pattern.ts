// Patterns with `*` (any run of characters, also none) and `?` (one character), matched without backtracking traps.

/** True when the whole of `text` looks like `pattern`. Time is at most length × length; no regular expression. */
export function looksLike(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    const wanted = p < pattern.length ? pattern[p] : undefined
    if (wanted === '*') {
      star = p++
      resume = t
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[t])) {
      p++
      t++
    } else if (star !== -1) {
      // Only the last star needs to grow: what an earlier one took can stay as short as it was.
      p = star + 1
      t = ++resume
    } else return false
  }
  while (p < pattern.length && pattern[p] === '*') p++
  return p === pattern.length
}

/** Compiles a domain pattern; case does not count. */
export function domainMatcher(pattern: string | undefined): (lowerCaseDomain: string) => boolean {
  if (pattern === undefined || pattern === '*') return () => true
  const wanted = pattern.toLowerCase()
  if (!wanted.includes('*')) return (domain) => domain === wanted
  return (domain) => looksLike(wanted, domain)
}

/** Compiles a called-number pattern: plain text is how the number begins, `*` and `?` describe the whole of it. */
export function calledMatcher(pattern: string | undefined): ((called: string) => boolean) | undefined {
  if (pattern === undefined || pattern === '*') return undefined
  if (!pattern.includes('*') && !pattern.includes('?')) return (called) => called.startsWith(pattern)
  return (called) => looksLike(pattern, called)
}

// "Did you mean …?": the nearest of a few known words. For mistakes people make, not for the hot path.

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

/** The candidate with the fewest letters to change, undefined when none is near (a third of the word, at least 1). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const asked = word.slice(0, 80).toLowerCase()
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(asked.length / 3)) + 1
  for (const candidate of candidates) {
    const changes = distance(asked, candidate.toLowerCase())
    if (changes < fewest) {
      fewest = changes
      best = candidate
    }
  }
  return best
}

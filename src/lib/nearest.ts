// "Did you mean …?": the nearest of a few known words. For mistakes people make, not for the hot path.

// Letters to change, add, leave out or swap with their neighbour.
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (beforeLast[j - 2] as number) + 1 : Infinity
      row.push(Math.min(change, swap, (last[j] as number) + 1, (row[j - 1] as number) + 1))
    }
    beforeLast = last
    last = row
  }
  return last[b.length] as number
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

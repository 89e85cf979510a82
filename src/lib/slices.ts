// Work in slices: a generator that yields whenever others may have their turn. Here for who needs its result at once.

/** Runs slices to their end: for tests, threads of their own and small work. */
export function finished<T>(slices: Generator<void, T>): T {
  for (;;) {
    const step = slices.next()
    if (step.done === true) return step.value
  }
}

// Texts with places to fill in: `{number}`, `{plusNumber}`, `{secret}`. Pure.

export const placeholders = ['number', 'plusNumber', 'secret'] as const
export type Placeholder = (typeof placeholders)[number]

/** A word in braces is a place; `{"a": 1}` of a JSON body is not. */
const place = /\{([A-Za-z]+)\}/g

/** The words in braces that are no placeholder. */
export function unknownPlaceholders(template: string): readonly string[] {
  const known: readonly string[] = placeholders
  return [...template.matchAll(place)].map(([, word]) => word as string).filter((word) => !known.includes(word))
}

/** Fills each place; `escape` makes a value safe where it goes. */
export function fill(
  template: string,
  values: Readonly<Record<Placeholder, string>>,
  escape: (value: string) => string,
): string {
  return template.replace(place, (whole, word: string) =>
    Object.hasOwn(values, word) ? escape(values[word as Placeholder]) : whole,
  )
}

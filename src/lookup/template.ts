// Texts with places to fill in, such as `{number}`, `{plusNumber}` and `{secret}` of lookups. Pure.

const placeholders = ['number', 'plusNumber', 'secret'] as const

/** A word in braces is a place; `{"a": 1}` of a JSON body is not. */
const place = /\{([A-Za-z]+)\}/g

/** The words in braces that are no placeholder. @param known those that are */
export function unknownPlaceholders(template: string, known: readonly string[] = placeholders): readonly string[] {
  return [...template.matchAll(place)].map(([, word]) => word as string).filter((word) => !known.includes(word))
}

/** Fills each place; `escape` makes a value safe where it goes. */
export function fill(
  template: string,
  values: Readonly<Record<string, string>>,
  escape: (value: string) => string,
): string {
  return template.replace(place, (whole, word: string) => (Object.hasOwn(values, word) ? escape(values[word]!) : whole))
}

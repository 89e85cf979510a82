// Parameters behind a semicolon, of headers and URIs alike, as a small list in order. Reading them is the parser's.

/** `name` in lower case; `value` with its quotes and escapes undone, undefined where the parameter has none. */
export interface Param {
  readonly name: string
  readonly value: string | undefined
}

/** In the order of the text. The parser refuses a list with a name given twice where that decides something. */
export type Params = readonly Param[]

export const noParams: Params = Object.freeze([])

/** The value of a parameter; '' if it is there without one (`;lr`), undefined if it is not there. `name` in lower case. */
export function param(params: Params, name: string): string | undefined {
  for (const each of params) if (each.name === name) return each.value ?? ''
  return undefined
}

/** Params with one set: in its place if it was there, else at the end. */
export function withParam(params: Params, name: string, value: string | undefined): Params {
  const set = { name, value }
  return params.some((each) => each.name === name)
    ? params.map((each) => (each.name === name ? set : each))
    : [...params, set]
}

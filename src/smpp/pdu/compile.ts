// Turns generated source into a function, once at load. The only place that does; the source comes from the spec table
// alone, never from a peer or a setting.

/**
 * Straight-line code per command is what makes the codec fast: V8 sees one object shape per command and no loop over
 * fields. `scope` names what the body may use.
 */
export function compile<F>(scope: Readonly<Record<string, unknown>>, params: readonly string[], body: string): F {
  const source = `'use strict'; return function (${params.join(', ')}) {\n${body}\n}`
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- see above
  return new Function(...Object.keys(scope), source)(...Object.values(scope)) as F
}

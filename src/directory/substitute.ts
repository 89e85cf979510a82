// ${NAME} and ${NAME:-default} in the texts of a directory file. The environment is an argument.

export type Environment = Readonly<Record<string, string | undefined>>

export type Substituted =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'mistake'; readonly expected: string }

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Replaces every `${NAME}` by the variable and every `${NAME:-default}` by the variable or, where that is unset or
 * empty, by the default. `$${` stands for a literal `${`. Defaults do not nest.
 */
export function substitute(text: string, env: Environment): Substituted {
  let done = ''
  let from = 0
  for (;;) {
    const open = text.indexOf('${', from)
    if (open === -1) return { kind: 'text', text: done + text.slice(from) }
    if (open > from && text[open - 1] === '$') {
      done += `${text.slice(from, open - 1)}\${`
      from = open + 2
      continue
    }
    const close = text.indexOf('}', open)
    if (close === -1) return { kind: 'mistake', expected: 'a } that closes ${ (write $${ for a literal ${)' }
    const inside = text.slice(open + 2, close)
    const dash = inside.indexOf(':-')
    const name = dash === -1 ? inside : inside.slice(0, dash)
    if (!NAME.test(name)) return { kind: 'mistake', expected: 'a variable as ${NAME} or ${NAME:-default}' }
    const given = Object.hasOwn(env, name) ? env[name] : undefined
    const value = dash === -1 ? given : given === undefined || given === '' ? inside.slice(dash + 2) : given
    if (value === undefined)
      return { kind: 'mistake', expected: `the environment variable ${name} to be set, or a default as \${${name}:-…}` }
    done += text.slice(from, open) + value
    from = close + 1
  }
}

// What clients get wrong and mean right: paths, queries and bodies are put in order before routes look at them. The SDKs of the API that
// this one is like send all of it. It decides nothing.
import type { TObject, TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import type { FastifyInstance } from 'fastify'

/**
 * A URL as routes know it: one slash where there are several, one at the end of the path, and a query behind the first `?`, also where
 * `&` stuck it to the path.
 */
export function normalUrl(url: string): string {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const stuckAt = path.indexOf('&')
  const stuck = stuckAt < 0 ? '' : path.slice(stuckAt + 1)
  const clean = (stuckAt < 0 ? path : path.slice(0, stuckAt)).replace(/\/{2,}/g, '/')
  const ended = clean.endsWith('/') ? clean : `${clean}/`
  const query = [stuck, mark < 0 ? '' : url.slice(mark + 1)].filter((part) => part !== '').join('&')
  return query === '' ? ended : `${ended}?${query}`
}

/** Takes JSON on any method, also where there is nothing of it or `""` only, and forms. */
export function readBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text: string, done) => {
    try {
      done(null, text.trim() === '' ? undefined : JSON.parse(text))
    } catch {
      done(Object.assign(new Error('the body is no JSON'), { statusCode: 400 }))
    }
  })
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, text: string, done) => {
      const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>
      // A name that comes again makes a list, as of several destinations: none of them is lost without a word.
      for (const [name, value] of new URLSearchParams(text)) {
        const known = fields[name]
        if (known === undefined) fields[name] = value
        else if (Array.isArray(known)) known.push(value)
        else fields[name] = [known, value]
      }
      done(null, fields)
    },
  )
}

export type Read = (given: unknown) => { readonly value: unknown } | { readonly error: Error }

/** A mistake in what was sent, naming the parameter. */
class Mistake extends Error {
  readonly statusCode = 400
}

/**
 * Reads a query or a body by its schema: '' and null count as not given, unknown fields are left out, numbers, booleans and texts may
 * stand for each other. What is expected of a field is told by `expected` of its schema.
 */
export function readerOf(schema: TObject): Read {
  const check = TypeCompiler.Compile(schema)
  const names = Object.keys(schema.properties)
  return (given) => {
    const fields = given === undefined || given === null || given === '' ? {} : given
    if (typeof fields !== 'object' || Array.isArray(fields)) return { error: new Mistake('the body is no JSON object') }
    const said: Record<string, unknown> = {}
    for (const name of names) {
      const value = (fields as Record<string, unknown>)[name]
      if (value !== undefined && value !== null && value !== '') said[name] = value
    }
    const value = Value.Convert(schema, said)
    if (check.Check(value)) return { value }
    const [, field = ''] = check.Errors(value).First()?.path.split('/') ?? []
    const expected = (schema.properties[field] as (TSchema & { readonly expected?: string }) | undefined)?.expected
    return { error: new Mistake(`${field}: expects ${expected ?? 'something else'}`) }
  }
}
